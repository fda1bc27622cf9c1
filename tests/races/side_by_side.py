"""Two acts at the same instant, each on a connection of its own; and the same with the protection taken away.

:func:`overtaken` is the worst case on purpose: the first act stops just before it writes, until the second has
finished or, where the protection makes the second wait, until the pause runs out. :func:`rounds` leaves it to chance,
many times.
What is taken away is taken from the statements themselves, so that no test leans on how the code is written.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection, connections

from pledge.rules.refusals import Refused

Act = Callable[[], Any]
PAUSE = 0.4  # runs out wherever the protection holds
PATIENCE = 15.0  # never runs out: nothing makes the second act wait
ROUNDS = 24
JITTER = 0.012
# What counts calls and guesses comes before the act and outside of it.
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE) \"?(pledge|consents)_(?!callrate|wrongguess)")
ROW_LOCKS = re.compile(r"FOR (NO KEY UPDATE|UPDATE|SHARE)( OF (\"?\w+\"?, )*\"?\w+\"?)?( FOR SHARE OF (\w+, )*\w+)?")
SHARED_LOCKS = re.compile(r"FOR SHARE OF (\w+, )*\w+")
_EXECUTE = psycopg.Cursor.execute
_here = threading.local()
SWEEPS_LOCK = re.compile(r"SELECT pg_try_advisory_lock\(%s\)")


def at_once(*acts: Act) -> list[Any]:
    """Run acts at the same time and give what each gave or raised."""
    given: list[Any] = [None] * len(acts)
    begin = threading.Barrier(len(acts))

    def run(place: int, act: Act) -> None:
        begin.wait()
        try:
            given[place] = act()
        except Exception as raised:  # noqa: BLE001 - whoever asked looks at it
            given[place] = raised
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "an act never came back"
    return given


def overtaken(first: Act, second: Act, *, without: re.Pattern[str] | None = None, after: str = "") -> list[Any]:
    """Let the second act begin when the first is about to write, and finish before it does if nothing stops it.

    :param without: what is taken out of every statement of both.
    :param after: stop the first not before its first write but after its first statement that begins so.
    """
    about_to_write, overtook = threading.Event(), threading.Event()
    within = PATIENCE if without is not None else PAUSE

    def pause() -> None:
        if not about_to_write.is_set():
            about_to_write.set()
            overtook.wait(within)

    def pausing(said: str, execute: Act) -> Any:
        if not after and WRITES.match(said):
            pause()
        outcome = execute()
        if after and said.lstrip().startswith(after):
            pause()
        return outcome

    def paused() -> Any:
        with watched(pausing), stripped(without):
            return first()

    def overtaking() -> Any:
        assert about_to_write.wait(10), "the first act never wrote"
        try:
            with stripped(without):
                return second()
        finally:
            overtook.set()

    return at_once(paused, overtaking)


def rounds(*acts: Act, times: int = ROUNDS, between: Callable[[list[Any]], None]) -> None:
    """Run acts at once many times, always from the same beginning, each a random moment late.

    :param between: looks at what each gave, and at the database, after every round.
    """
    chance = random.Random(20260312)
    with as_lived() as begin_again:
        for _ in range(times):
            begin_again()
            late = [chance.random() * JITTER for _ in acts]
            between(at_once(*(_delayed(act, seconds) for act, seconds in zip(acts, late, strict=True))))


def codes(outcome: Any) -> set[str]:
    """Give the codes of a refusal; anything else is no refusal."""
    assert isinstance(outcome, Refused), repr(outcome)
    return {reason.code.value for reason in outcome.refusals}


@contextmanager
def stripped(pattern: re.Pattern[str] | None) -> Iterator[None]:
    """Take something out of every statement of this thread."""
    earlier = getattr(_here, "strip", ())
    _here.strip = (*earlier, pattern) if pattern is not None else earlier
    try:
        yield
    finally:
        _here.strip = earlier


@contextmanager
def watched(watch: Callable[[str, Act], Any]) -> Iterator[None]:
    """Let ``watch`` run every statement of this thread: it is given the statement and what executes it."""
    _here.watch = watch
    try:
        yield
    finally:
        _here.watch = None


def execute_watched(cursor: psycopg.Cursor[Any], query: Any, params: Any = None, **options: Any) -> Any:
    """Stand in for the driver's own ``execute``, below everything that the service or Django may do on the way."""
    for pattern in getattr(_here, "strip", ()):
        if isinstance(query, str) and pattern.search(query):
            if pattern is SWEEPS_LOCK:
                query, params = "SELECT true", None
            else:
                query = pattern.sub("", query)

    def execute() -> Any:
        return _EXECUTE(cursor, query, params, **options)

    watch = getattr(_here, "watch", None)
    return watch(str(query), execute) if watch is not None else execute()


@contextmanager
def without_index(name: str, definition: str) -> Iterator[None]:
    """Drop a unique index or the constraint behind it, and make it again at the end, when nothing breaks it."""
    constraint = definition.startswith("ALTER TABLE")
    table = definition.split()[2] if constraint else ""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if constraint else f"DROP INDEX {name}")
    try:
        with as_lived() as begin_again:
            yield
            begin_again()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(definition)


@contextmanager
def as_lived() -> Iterator[Callable[[], None]]:
    """Remember every row of the program as it is now; what is given brings them back."""
    tables = [
        model._meta.db_table
        for app in ("pledge", "consents", "notifications")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    copies = "".join(f'CREATE TABLE as_lived."{table}" AS TABLE "{table}";' for table in tables)
    empty = "".join(f'DELETE FROM "{table}";' for table in tables)
    refill = "".join(f'INSERT INTO "{table}" SELECT * FROM as_lived."{table}";' for table in tables)

    def begin_again() -> None:
        with connection.cursor() as cursor:  # as a replica, the server fires no trigger and checks no reference
            cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {empty} {refill} COMMIT;")

    with ExitStack() as made, connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS as_lived CASCADE; CREATE SCHEMA as_lived; {copies}")
        made.callback(_drop_as_lived)
        yield begin_again


def _drop_as_lived() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA as_lived CASCADE")


def _delayed(act: Act, seconds: float) -> Act:
    def late() -> Any:
        time.sleep(seconds)
        return act()

    return late
