"""When reminders fall due: offsets in whole program days, and which of several is the latest (section 10).

Pure: days in, days out. The sweep carries the same numbers into its statements.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple


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
