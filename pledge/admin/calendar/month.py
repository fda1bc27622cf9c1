"""A month as a calendar shows it: weeks from Sunday to Saturday, and the months beside it."""

import re
from collections.abc import Iterator
from datetime import date

from pledge.rules.calendar import ONE_DAY, Span, days_after
from pledge.rules.editions import first_day_of_the_rules

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_YEARS_AHEAD = 5  # nothing in the program reaches further


class NotAMonth(ValueError):
    """What was asked for is no month that the calendar shows; the message says which it shows."""


def month_of(day: date) -> Span:
    """Give the month in which a day lies."""
    first = day.replace(day=1)
    return Span(first, _first_of_next(first) - ONE_DAY)


def month_named(text: str, on: date) -> Span:
    """Give the month that is written like ``2026-12``.

    :param on: today; the calendar ends some years after it.
    :raises NotAMonth: where there is none, or one that the calendar does not show.
    """
    first, last = first_day_of_the_rules(), on.replace(year=on.year + _YEARS_AHEAD, month=12, day=1)
    written = _WRITTEN.fullmatch(text)
    if written is not None and 1 <= int(written[2]) <= 12 and int(written[1]) > 0:
        asked = date(int(written[1]), int(written[2]), 1)
        if first <= asked <= last:
            return month_of(asked)
    raise NotAMonth(f"Write a month as year and month, from {first:%Y-%m} to {last:%Y-%m}, such as {on:%Y-%m}.")


def day_named(text: str, month: Span) -> date | None:
    """Give the day of a month that is written like ``2026-12-05``, or None where it is none of that month's."""
    return next((day for day in month.days() if day.isoformat() == text), None)


def weeks_of(month: Span) -> Iterator[list[date | None]]:
    """Give the weeks of a month, Sunday first; None stands for a day of another month."""
    before: list[date | None] = [None] * (month.first_day.isoweekday() % 7)
    days = [*before, *month.days()]
    days += [None] * (-len(days) % 7)
    for start in range(0, len(days), 7):
        yield days[start : start + 7]


def beside(month: Span, on: date) -> tuple[Span | None, Span | None]:
    """Give the month before and the month after, as far as the calendar shows them."""
    around = (month.first_day - ONE_DAY, month.last_day + ONE_DAY)
    before, after = (_shown(day, on) for day in around)
    return before, after


def _shown(day: date, on: date) -> Span | None:
    try:
        return month_named(f"{day:%Y-%m}", on)
    except NotAMonth:
        return None


def _first_of_next(first: date) -> date:
    return days_after(first, 31).replace(day=1)
