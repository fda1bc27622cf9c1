"""A real Chromium at the real pages, whose complaints fail the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests import lives
from tests.browser.staff import let_in
from tests.conftest import chromium_path

# A closed network and a root user: nothing is fetched from elsewhere, and there is no sandbox to enter.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def chromium(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Browser]:
    """One browser for the whole run."""
    # Playwright keeps a loop in this thread until the end. Django would take our queries for asynchronous
    # ones, and has other connections for us inside the loop than outside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with django_db_blocker.unblock():
        connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()
        connections.close_all()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; a test takes out what it meant to happen."""
    return []


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Page]:
    """A fresh window on the service: ``page.goto("/admin/")``.

    Whatever the browser refuses or a script throws fails the test when it ends.
    """

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    window = chromium.new_context(base_url=live_server.url, locale="en-US", timezone_id="America/New_York")
    page = window.new_page()
    page.set_default_timeout(10_000)
    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    window.close()
    assert complaints == [], "the browser complained"


@pytest.fixture
def at() -> datetime:
    """The instant at which the test begins."""
    return timezone.now()


@pytest.fixture
def program(db: None, at: datetime) -> lives.Program:
    """A program whose prescriber can log in as paula."""
    program = lives.a_program(at)
    let_in(program.prescriber, "paula")
    return program


@pytest.fixture
def one_act_each(settings: Any) -> None:
    """Let reads repeat where several are confirmed or imported: each is an act of its own."""
    settings.ZEAL_ALLOWLIST = [{"model": "pledge.*", "field": None}]
