"""The world that is attacked: two pharmacies, their keys, and registrants whom only the right one may name."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from tests import lives
from tests.pledge.api.conftest import Software


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def program(db: None, now: datetime) -> lives.Program:
    return lives.a_program(now)


@pytest.fixture
def software(program: lives.Program, now: datetime) -> Software:
    return Software(lives.a_key(program.pharmacy, now))


@pytest.fixture
def other_software(program: lives.Program, now: datetime) -> Software:
    return Software(lives.a_key(program.other_pharmacy, now))
