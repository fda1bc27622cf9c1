"""A PostgreSQL and web servers of these tests' own, to be killed and restarted as they please.

While one of these tests runs, the test's own connection leads to that PostgreSQL, past the wire on which faults happen.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from config.local_servers import local_postgres
from tests import lives
from tests.faults.serving import Client, in_the_image, one_each, serving
from tests.faults.wire import Cut, Talk, Wire
from tests.pledge.api.conftest import Software

ROLE = "pharmacies"  # no superuser, whose connections are limited and whose settings are set
LOCK_MILLISECONDS, STATEMENT_MILLISECONDS = 400, 800


@dataclass
class Cluster:
    """A PostgreSQL that can be stopped at any moment and started again on the same rows.

    One thread starts and stops it, whoever asks: a server ends with the thread that started it.
    """

    folder: Path
    address: str = ""
    _owner: psycopg.Connection | None = None
    _running: ExitStack = field(default_factory=ExitStack)
    _keeper: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, max_workers=1))

    def start(self) -> None:
        """Start it, or start it again."""
        server = local_postgres(self.folder, durable=True)
        self.address = self._keeper.submit(self._running.enter_context, server).result()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: fast with ``SIGINT``, at once and to be recovered with ``SIGQUIT``."""
        if self._owner is not None:
            self._owner.close()
        os.kill(int((self.folder / "cluster" / "postmaster.pid").read_text().splitlines()[0]), how)
        self._keeper.submit(self._running.close).result()

    @property
    def sockets(self) -> Path:
        """Where it listens."""
        return Path(parse_qs(urlsplit(self.address).query)["host"][0])

    def says(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Say one statement as the owner, past the wire."""
        if self._owner is None or self._owner.closed:
            self._owner = psycopg.connect(self.address, autocommit=True)
        said = self._owner.execute(statement, values or None)
        return said.fetchall() if said.description else []

    def end(self, talk: Talk) -> None:
        """Terminate the process that answers a connection, as an administrator would; it may have gone already."""
        self.says("SELECT pg_terminate_backend(%s, 5000)", talk.server_pid)

    def wait_for_end(self, talk: Talk) -> None:
        """Return when the process that answered a connection has rolled back and gone."""
        wait_for(lambda: not self.says("SELECT 1 FROM pg_stat_activity WHERE pid = %s", talk.server_pid))


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder with a name that is short enough for sockets."""
    made = Path(tempfile.mkdtemp(prefix="pledge-faults-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def leading_to(address: str) -> Iterator[None]:
    """Let the test's own connection lead elsewhere."""
    named, parts = dict(connection.settings_dict), urlsplit(address)
    connection.close()
    host = parse_qs(parts.query)["host"][0]
    connection.settings_dict.update(HOST=host, PORT="", USER=parts.username, PASSWORD="", NAME=parts.path.lstrip("/"))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(named)


@pytest.fixture(scope="session")
def cluster(folder: Path, django_db_blocker: Any) -> Iterator[Cluster]:
    made = Cluster(folder / "postgres")
    made.start()
    # No test pulls the plug: PostgreSQL's own end loses nothing that the kernel has.
    made.says("ALTER SYSTEM SET fsync = off")
    made.says("SELECT pg_reload_conf()")
    with django_db_blocker.unblock(), leading_to(made.address):
        call_command("migrate", verbosity=0)
    made.says(f"CREATE ROLE {ROLE} LOGIN")
    made.says(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
    made.says(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    yield made
    made.stop(signal.SIGQUIT)


@pytest.fixture(scope="session")
def wire(cluster: Cluster, folder: Path) -> Iterator[Wire]:
    listening = folder / "wire"
    listening.mkdir()
    made = Wire(listening, cluster.sockets)
    yield made
    made.close()


@pytest.fixture(scope="session")
def served(wire: Wire, folder: Path) -> Callable[..., Any]:
    """``served(command)``: run a web server whose database is at the wire's other end."""
    address = f"postgresql://{ROLE}@/pledge?host={quote(str(folder / 'wire'), safe='')}"
    waits = {
        "DATABASE_LOCK_TIMEOUT_MS": str(LOCK_MILLISECONDS),
        "DATABASE_STATEMENT_TIMEOUT_MS": str(STATEMENT_MILLISECONDS),
        "API_CALLS_A_MINUTE": "100000",
    }
    return lambda command: serving(command, address, folder / f"{command.__name__}.log", **waits)


@pytest.fixture(scope="session")
def image(served: Callable[..., Any]) -> Iterator[Client]:
    """The web server as the image runs it."""
    with served(in_the_image) as client:
        yield client


@pytest.fixture(scope="session")
def mortal(served: Callable[..., Any]) -> Iterator[Client]:
    """A web server whose every request is a process of its own, and so can be killed at no cost to the next."""
    with served(one_each) as client:
        yield client


@pytest.fixture(autouse=True)
def _on_own_cluster(cluster: Cluster, wire: Wire, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), leading_to(cluster.address):
        yield
    wire.trap = None


@dataclass
class World:
    """A pharmacy with its software's key, and registrants in every state, as often as they are asked for."""

    program: lives.Program
    key: str
    ready: lives.Life
    authorized: lives.Life

    def software(self, client: Client) -> Software:
        """The pharmacy's software, at a web server."""
        return Software(self.key, client)  # type: ignore[arg-type]


@pytest.fixture
def world() -> World:
    now = timezone.now()
    program = lives.a_program(now)
    key = lives.a_key(program.pharmacy, now)
    return World(program, key, lives.ready(program, now), lives.authorized(program, now))


def kill(talk: Talk) -> None:
    """Kill the process that asks."""
    os.kill(talk.client_pid, signal.SIGKILL)
    raise Cut


def wait_for(happened: Callable[[], bool]) -> None:
    """Return once something has happened, and fail where it never does."""
    deadline = time.monotonic() + 15
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)
