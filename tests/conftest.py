"""What every test may rely on."""

from __future__ import annotations

import os
import shutil

import pytest
from pytest_django import DjangoDbBlocker

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure(config: pytest.Config) -> None:
    """Take every Hypothesis example at leisure: this machine's speed is not under test."""
    from hypothesis import settings

    settings.register_profile("desk", settings.get_profile(settings.get_current_profile_name()), deadline=None)
    settings.load_profile("desk")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without Chromium a browser test is skipped at a desk and fails in CI."""
    if item.get_closest_marker("browser") and chromium_path() is None:
        said = f"no Chromium on the PATH (looked for {', '.join(CHROMIUM_NAMES)})"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{said}; in CI a browser test may not be skipped", pytrace=False)
        pytest.skip(said)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The migrated database, which stays as migrated when a test with real transactions ends."""
    from django.db import connection

    from tests.kept_rows import keep_rows_of_migrations

    with django_db_blocker.unblock():
        keep_rows_of_migrations(connection)


def chromium_path() -> str | None:
    """Where Chromium is on this machine; None where it is not."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
