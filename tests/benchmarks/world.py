"""Loads a made-up program of any size into an empty migrated database: set-based, with triggers and indexes at rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from pledge.rules.calendar import program_day
from tests.benchmarks.lives import LIVES, MONTHS, PARTIES, PEOPLE
from tests.benchmarks.months import EVERY_MONTH, PRESENT
from tests.benchmarks.present import EVENTS, NOTICES

_SETTINGS = "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET timezone = 'UTC'"
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid::regclass::text ~ '^(pledge|consents|notifications)_'
   AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""
_NUMBERED_BY_HAND = (
    "prescriber", "pharmacy", "pharmacykey", "registrant", "course", "pregnancytest", "prescriptionwindow",
    "monthlyconfirmation", "registrantanswer", "authorization", "dispense",
)  # fmt: skip
_GO_ON_COUNTING = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
_MARK = """
CREATE TABLE bench_mark AS SELECT (SELECT max(id) FROM pledge_programevent) AS event,
                                  (SELECT max(id) FROM notifications_notice) AS notice,
                                  (SELECT max(id) FROM pledge_authorization) AS authorization_,
                                  (SELECT max(id) FROM pledge_dispense) AS dispense
"""
Tell = Callable[[str], None]


def secret_of(pharmacy: int) -> str:
    """Give a pharmacy's key; it opens a scratch database that lives for one benchmark."""
    return f"pledge_live_{pharmacy:0>43}"


class World(NamedTuple):
    """A loaded program: how large, which program day is its present, and what loading it cost."""

    registrants: int
    on: str
    seconds: int
    gigabytes: float


def load(address: str, registrants: int, at: datetime, tell: Tell) -> World:
    """Fill an empty migrated database.

    :param at: its program day is the present of the made-up program.
    :param tell: is told each step as it begins.
    """
    began = time.monotonic()
    values: dict[str, Any] = {
        "registrants": registrants,
        "prescribers": max(5, registrants // 50),
        "pharmacies": max(5, registrants // 100),
        "on": program_day(at),
        "at": at,
        "month": PRESENT,
    }
    with psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_SETTINGS)
        connection.execute(LIVES, values)
        with _indexes_at_rest(connection, tell):
            _run(connection, PARTIES | PEOPLE, values, tell)
            for month in range(MONTHS):
                tell(f"month {month + 1} of {MONTHS}")
                for statement in EVERY_MONTH.values():
                    connection.execute(statement, values | {"month": month})
            _run(connection, EVENTS, values, tell)
            connection.execute("CREATE INDEX bench_cause ON pledge_programevent (registrant_id, type)")
            connection.execute("ANALYZE pledge_programevent")
            _run(connection, NOTICES, values, tell)
            connection.execute("DROP INDEX bench_cause")
        connection.execute(_MARK)
        for table in _NUMBERED_BY_HAND:
            connection.execute(_GO_ON_COUNTING.format(table=f"pledge_{table}"))
        tell("vacuum and analyze")
        connection.execute("VACUUM (ANALYZE)")
        size = connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]
    return World(registrants, program_day(at).isoformat(), round(time.monotonic() - began), round(size / 2**30, 1))


@contextmanager
def _indexes_at_rest(connection: psycopg.Connection, tell: Tell) -> Iterator[None]:
    """Drop the indexes that no constraint needs, and build them again over the loaded rows."""
    indexes = connection.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for place, (name, definition) in enumerate(indexes, start=1):
        tell(f"index {place} of {len(indexes)}: {name}")
        connection.execute(definition)


def _run(connection: psycopg.Connection, statements: dict[str, str], values: dict[str, Any], tell: Tell) -> None:
    for name, statement in statements.items():
        tell(name)
        connection.execute(statement, values)
