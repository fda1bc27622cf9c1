"""A program at an instant, for tests of single actions."""

import pytest

from tests import lives


@pytest.fixture
def at():
    return lives.UNDER_2021


@pytest.fixture
def program(at) -> lives.Program:
    return lives.a_program(at)


@pytest.fixture
def other(at) -> lives.Program:
    """Another clinic, with pharmacies of its own."""
    return lives.a_program(at)
