"""What is told: who hears which kind of notice, since a mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from notifications.models import Notice
from notifications.sweep import Report, run_sweep
from tests import lives

Told = Callable[[], list[str]]


def commit() -> None:
    """Do what waits for a commit, which never comes inside a test's own transaction."""
    while connection.run_on_commit:
        _, waiting, _ = connection.run_on_commit.pop(0)
        waiting()


@pytest.fixture
def told() -> Told:
    """Give what was queued since it was last asked, as "reader: kind"."""
    seen = 0

    def since() -> list[str]:
        nonlocal seen
        commit()
        rows = list(Notice.objects.filter(pk__gt=seen).order_by("pk"))
        seen = max([seen, *(row.pk for row in rows)])
        return sorted(f"{row.reader}: {row.kind}" for row in rows)

    return since


@pytest.fixture
def at() -> datetime:
    """A morning under the 2026 edition."""
    return lives.UNDER_2026


@pytest.fixture
def program(at: datetime) -> lives.Program:
    """A prescriber and two pharmacies."""
    return lives.a_program(at)


@pytest.fixture
def swept(told: Told) -> Callable[[datetime, float], list[str]]:
    """Sweep in the night so many days after an instant, without a failure, and give what that queued."""

    def sweep(at: datetime, days: float = 0) -> list[str]:
        told()
        report: Report = run_sweep(at=at + timedelta(days=days))
        assert report.failures == []
        assert not report.skipped
        return told()

    return sweep
