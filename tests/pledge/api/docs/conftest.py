"""The service as a process of its own, and a pharmacy's programmer with a test key before it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from config.local_servers import free_port
from pledge.actions import keys
from tests import lives

ROOT = Path(__file__).resolve().parents[4]
DOCS = ROOT / "docs"
SECONDS_TO_START = 60


@pytest.fixture(scope="session")
def address(django_db_setup: None) -> Iterator[str]:
    """Where the service is: the production server before the test's own database."""
    name, parts = connection.settings_dict["NAME"], urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{name}"))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "1", "--blocking-threads", "2", "--log-level", "error", "--no-ws", "config.wsgi:application"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database, "PUBLIC_ADDRESS": address},
    )  # fmt: skip
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(f"{address}/livez"):
                return
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, "the server did not start"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def sandbox_key(transactional_db: None, now: datetime) -> str:
    """A key that reaches the sandbox, committed, so that another process knows it."""
    program = lives.a_program(now)
    expires_at = now + timedelta(days=30)
    by = program.administrator
    return keys.issue_key(pharmacy=program.pharmacy, sandbox=True, expires_at=expires_at, by=by, at=now).secret


@pytest.fixture
def client_module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The client as whoever copied it imports it."""
    import importlib

    monkeypatch.syspath_prepend(str(DOCS / "client"))
    monkeypatch.delitem(sys.modules, "pledge_pharmacy", raising=False)
    return importlib.import_module("pledge_pharmacy")
