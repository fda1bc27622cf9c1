"""Worlds for races; every test here has real transactions on real connections."""

from __future__ import annotations

import pytest

from pledge.rules.calendar import program_day
from tests import lives


@pytest.fixture
def at():
    return lives.UNDER_2021


@pytest.fixture
def today(at):
    return program_day(at)


@pytest.fixture
def program(at) -> lives.Program:
    return lives.a_program(at)
