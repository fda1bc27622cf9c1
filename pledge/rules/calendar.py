"""Program days, inclusive spans of days, and the instant at which a span closes (sections 2 and 6)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

PROGRAM_ZONE = ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)


def program_day(at: datetime) -> date:
    """Give the calendar day in America/New_York of an aware instant (section 2)."""
    if at.tzinfo is None:
        raise ValueError("an instant without a time zone has no program day")
    return at.astimezone(PROGRAM_ZONE).date()


def start_of(day: date) -> datetime:
    """Give the instant, in UTC, at which a program day begins: midnight in America/New_York."""
    return datetime.combine(day, time(), PROGRAM_ZONE).astimezone(UTC)


def days_after(day: date, days: int) -> date:
    """Give the day that lies ``days`` whole days after ``day``."""
    return day + timedelta(days=days)


class Span(NamedTuple):
    """An inclusive span of program days, such as a prescription window (section 6)."""

    first_day: date
    last_day: date

    def holds(self, day: date) -> bool:
        """Tell whether ``day`` lies inside; both ends do."""
        return self.first_day <= day <= self.last_day

    @property
    def opens_at(self) -> datetime:
        """The first instant inside, in UTC."""
        return start_of(self.first_day)

    @property
    def closes_at(self) -> datetime:
        """The first instant after, in UTC: the span is ``[opens_at, closes_at)``."""
        return start_of(self.last_day + ONE_DAY)

    def days(self) -> Iterator[date]:
        """Give each day of the span in order."""
        day = self.first_day
        while day <= self.last_day:
            yield day
            day += ONE_DAY


def birthday(born_on: date, age: int) -> date:
    """Give the day on which someone turns ``age``; 29 February becomes 1 March in a common year (section 3)."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)
