"""A clinic at a fixed hour under the edition of 2026, and an adult who was invited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests import lives
from tests.consents.pages.ways import Way, an_adult

AT = lives.UNDER_2026


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    """The pages' clock, which stands still until a test moves it."""
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def program(clock: time_machine.Traveller) -> lives.Program:
    """A clinic."""
    return lives.a_program(AT)


@pytest.fixture
def way(program: lives.Program) -> Way:
    """An adult's way, not begun."""
    return an_adult(program, AT)
