"""A pharmacy's software that is tried out with a test key."""

from __future__ import annotations

from datetime import datetime

import pytest

from pledge.actions import keys
from pledge.api.sandbox import MadeUp, catalogue
from pledge.models import Pharmacy
from pledge.trail import by_program
from tests import lives
from tests.pledge.api.conftest import Software


def a_test_key(pharmacy: Pharmacy, at: datetime) -> str:
    """Issue a test key to a pharmacy and give its secret."""
    issued = keys.issue_key(pharmacy=pharmacy, sandbox=True, by=by_program("Ada Administrator", "1"), at=at)
    return issued.secret


def who(number: str) -> MadeUp:
    """Give a made-up registrant by number."""
    return next(person for person in catalogue() if person.number == number)


@pytest.fixture
def tried(program: lives.Program, now: datetime) -> Software:
    return Software(a_test_key(program.pharmacy, now))


@pytest.fixture
def tried_elsewhere(program: lives.Program, now: datetime) -> Software:
    return Software(a_test_key(program.other_pharmacy, now))
