"""One action ready to be taken, in the world that ``each`` makes for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pledge.models import EventType
from pledge.rules.calendar import program_day
from pledge.trail import By
from tests import lives

AT = lives.UNDER_2021
ON = program_day(AT)
THROUGH = ON + timedelta(days=300)
CLINIC, COUNTER, PROGRAM, OWN = "clinic", "counter", "program", "own"


class Step(NamedTuple):
    """One action ready to be taken: by whom, and the type of its main event."""

    act: Callable[..., Any]
    event: EventType | None
    given: dict[str, Any]
    by: By
    at: datetime = AT

    def take(self, **others: Any) -> Any:
        return self.act(**{**self.given, "by": self.by, "at": self.at, **others})


def before(days: int) -> datetime:
    return lives.days_before(AT, days)
