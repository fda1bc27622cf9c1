"""Measures a clinic's home against a bare statement of the same run: ``python -m tests.benchmarks.worklist``.

One practice has every registrant of a made-up program: 500, then 5,000. Nothing here is a test.
"""

import os
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

SIZES = (500, 5_000)
TURNS = 9
LONGEST = 1.0  # seconds
HOME, ONE_QUEUE, REGISTER = "/admin/", "/admin/?queue=due", "/admin/pledge/registrant/"
PAGES = {"worklist": HOME, "one queue": ONE_QUEUE, "list of registrants": REGISTER}
ONE_PRACTICE = "SET session_replication_role = replica; UPDATE pledge_registrant SET prescriber_id = 1"


class Measured(NamedTuple):
    """One page in a practice of one size: how many wait, statements, and the middle of several turns in seconds."""

    page: str
    registrants: int
    waiting: int
    statements: int
    seconds: float
    own_seconds: float  # that the application's process was on a core
    database_seconds: float  # that PostgreSQL's was
    bare_seconds: float  # of one indexed statement


def main() -> None:
    """Measure, print and keep."""
    from config.local_servers import local_servers

    folder = Path(tempfile.mkdtemp(prefix="pledge-bench-"))
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    try:
        with local_servers(folder, durable=False) as servers:
            os.environ.update(servers, SECRET_KEY=secrets.token_urlsafe(64), ALLOWED_HOSTS="127.0.0.1", HTTPS="off",
                              STATIC_COLLECTED="off", LOG_LEVEL="error",
                              DJANGO_SETTINGS_MODULE="tests.benchmarks.settings")  # fmt: skip
            _measure_in(os.environ["DATABASE_URL"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure_in(server: str) -> None:
    import django
    import psycopg

    from tests.benchmarks.measuring import _database, _use
    from tests.benchmarks.report import keep, table
    from tests.benchmarks.world import load

    rows = []
    for size in SIZES:
        address = os.environ["DATABASE_URL"] = _database(server, f"bench_worklist_{size}")
        load(address, size, datetime.now(UTC), lambda step: None)
        with psycopg.connect(address) as connection:
            connection.execute(ONE_PRACTICE)
        django.setup()
        _use(address)
        rows += [_shown(measured) for measured in _pages_of(size)]
    head = ["page", "registrants", "waiting", "statements", "seconds", "on a core: Python + PostgreSQL"]
    head += ["bare statements", "under a second"]
    text = f"### The worklist of one practice, measured on {datetime.now(UTC):%Y-%m-%d}, 2 cores\n\n{table(head, rows)}"
    print(text)
    keep("the worklist", text)


def _pages_of(size: int) -> Iterator[Measured]:
    from django.contrib.auth.models import User
    from django.test import Client

    from pledge.models import Prescriber, Registrant
    from tests.pledge.admin.world import logged_in

    user = User.objects.create_user("bench")
    Prescriber.objects.filter(pk=1).update(user=user)
    client = logged_in(user, Client(headers={"host": "127.0.0.1"}))
    for page, address in PAGES.items():
        answer = client.get(address)
        assert answer.status_code == 200, address
        with _counted() as statements:
            client.get(address)
        before = _on_a_core()
        turns = [_timed(lambda address=address: client.get(address)) for _ in range(TURNS)]
        database = (_on_a_core() - before) / TURNS
        bare = [_timed(lambda: Registrant.objects.get(pk=size))[0] for _ in range(TURNS * 10)]
        seconds, own = (statistics.median(turn[place] for turn in turns) for place in range(2))
        waiting = sum(count for _, count, _ in answer.context_data.get("tiles", ()))
        yield Measured(page, size, waiting, len(statements), seconds, own, database, statistics.median(bare))


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    began, own = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - began, time.process_time() - own


def _on_a_core() -> float:
    """Give the seconds that the backend of our own connection was on a core so far, as the kernel counts them."""
    from django.db import connection

    backend = connection.connection.info.backend_pid
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _counted() -> Iterator[list[str]]:
    from django.db import connection

    seen: list[str] = []

    def count(execute: Callable[..., object], sql: str, *others: object) -> object:
        seen.append(sql)
        return execute(sql, *others)

    with connection.execute_wrapper(count):
        yield seen


def _shown(one: Measured) -> list[str]:
    return [
        one.page,
        f"{one.registrants:,}",
        f"{one.waiting:,}" if one.waiting else "",
        str(one.statements),
        f"{one.seconds:.2f}",
        f"{one.own_seconds:.2f} + {one.database_seconds:.2f}",
        f"{one.seconds / one.bare_seconds:,.0f} x",
        "yes" if one.seconds < LONGEST else f"no, {one.seconds - LONGEST:.1f} s over",
    ]


if __name__ == "__main__":
    main()
