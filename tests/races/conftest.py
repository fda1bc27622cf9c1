"""Worlds for races; every test here has real transactions on real connections."""

from __future__ import annotations

import psycopg
import pytest

from pledge.rules.calendar import program_day
from tests import lives
from tests.races.side_by_side import execute_watched


@pytest.fixture(autouse=True)
def _watched_driver(monkeypatch):
    monkeypatch.setattr(psycopg.Cursor, "execute", execute_watched)


@pytest.fixture
def at():
    return lives.UNDER_2021


@pytest.fixture
def today(at):
    return program_day(at)


@pytest.fixture
def program(at) -> lives.Program:
    return lives.a_program(at)
