"""When reminders fall due, which of several is the latest, and at which hours readers are told (section 10).

Pure: days in, days out. The sweep carries the same numbers into its statements.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Step(NamedTuple):
    """One reminder of a kind: its name in the occasion and its day relative to the day it is about."""

    name: str
    days: int


TEST_DUE = (Step("week", -7), Step("end", 0))
WINDOW_CLOSING = (Step("three", -3), Step("one", -1))
CERTIFICATION_EXPIRING = (Step("month", -30), Step("week", -7), Step("day", -1))
POST_TREATMENT_OVERDUE = (Step("three", 3), Step("week", 7), Step("fortnight", 14))


def latest_due(steps: Iterable[Step], about: date, on: date) -> Step | None:
    """Give the latest step whose day has come by ``on``, or None before the first (section 13, Notices)."""
    due = [step for step in steps if about + timedelta(days=step.days) <= on]
    return max(due, key=lambda step: step.days, default=None)


AT_DAY = (time(8), time(18))
SWEEP_FROM = time(2)  # in the program's own zone


def reachable_from(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the first instant, from ``at`` on, at which a reader's own clock is between 08:00 and 18:00 (section 10)."""
    here = at.astimezone(zone)
    first, last = AT_DAY
    if first <= here.time() < last:
        return at
    day = here.date() if here.time() < first else here.date() + timedelta(days=1)
    return datetime.combine(day, first, zone).astimezone(UTC)
