"""What a picture of the months shows: each test, window, dispense, lockout and hold once, as plain values."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import NamedTuple

from pledge.admin.titles import DASH, short, span_of, where_tested
from pledge.models import Dispense, PregnancyTest
from pledge.rules.calendar import Span, days_after
from pledge.rules.dispensing import needs_window
from pledge.rules.editions import edition_on
from pledge.rules.history import Record, Window
from pledge.rules.lockout import lockout_of
from pledge.rules.vocabulary import RiskCategory, TestResult, Word

CAN = RiskCategory.CAN_BECOME_PREGNANT


class Lane(Word):
    """A row of the picture, from top to bottom."""

    TESTS = "tests", "Tests"
    WINDOWS = "windows", "Windows"
    SUPPLY = "supply", "Supply"
    STOPS = "stops", "Stops"


class Mark(NamedTuple):
    """One thing on the picture: ``kind`` is how it looks, ``said`` how it stands; both days belong to it."""

    lane: Lane
    kind: str
    first_day: date
    last_day: date
    what: str
    said: str
    short: str
    key: str

    def touches(self, span: Span) -> bool:
        """Tell whether any of its days lies in a span."""
        return self.first_day <= span.last_day and self.last_day >= span.first_day


def marks_of(
    record: Record, tests: Iterable[PregnancyTest], dispenses: Iterable[Dispense], holds: Iterable[Span], on: date
) -> list[Mark]:
    """Give everything that can be drawn of a registrant, in order of its first day; what was superseded is left out.

    :param holds: the holds' days; one that goes on ends on ``on``.
    :param on: the program day of the picture, by which a window is open or missed.
    """
    found = chain(
        (_test(test) for test in tests if test.superseded_at is None),
        (_window(window, on) for window in record.windows),
        (_dispense(dispense) for dispense in dispenses),
        _waiting(record, on),
        _lockouts(record),
        (_hold(span, going_on=record.hold_since is not None and span.last_day == on) for span in holds),
    )
    return sorted(found, key=lambda mark: (mark.first_day, list(Lane).index(mark.lane), mark.key))


def days_of(first_day: date, last_day: date) -> str:
    """Give one day or a span of days in words, with the year."""
    if first_day.year != last_day.year:
        return f"{days_of(first_day, first_day)} {DASH} {days_of(last_day, last_day)}"
    return f"{span_of(first_day, last_day)}, {last_day.year}"


def _test(test: PregnancyTest) -> Mark:
    day, result = test.specimen_on, TestResult(test.result)
    said = f"{result.label}, {where_tested(test.setting)}"
    return Mark(Lane.TESTS, result.value, day, day, "Test", said, short(day), f"test:{test.pk}")


def _window(window: Window, on: date) -> Mark:
    kind, said = _how_used(window, on)
    return Mark(Lane.WINDOWS, kind, *window.span, "Window", said, span_of(*window.span), f"window:{window.id}")


def _how_used(window: Window, on: date) -> tuple[str, str]:
    if window.cancelled:
        return "cancelled", "Cancelled"
    if window.used:
        still = ", still open" if window.is_open(on) else ""
        return "used", f"Used: {window.days_dispensed} days dispensed{still}"
    if window.is_open(on):
        return "open", "Open, nothing dispensed yet"
    if window.stopped:
        return "stopped", "Stopped before anything was dispensed"
    return ("missed", "Missed: nothing was dispensed") if window.has_closed(on) else ("ahead", "Not open yet")


def _dispense(dispense: Dispense) -> Mark:
    said = f"{dispense.days_supply} days from {dispense.pharmacy.name}"
    if dispense.authorization_id is None:
        said += ", reported without an authorization"
    kind = "reported" if dispense.authorization_id is None else "dispensed"
    span, short = (dispense.dispensed_on, dispense.covers_through), f"{dispense.days_supply} days"
    return Mark(Lane.SUPPLY, kind, *span, "Dispensed", said, short, f"dispense:{dispense.pk}")


def _waiting(record: Record, on: date) -> Iterator[Mark]:
    began_on = record.course.enrolled_on
    if began_on is None or record.category != CAN or not needs_window(record, edition_on(on)):
        return
    last_day = days_after(began_on, edition_on(began_on).wait_days - 1)
    said = f"The wait after enrollment; the next test counts from {days_of(*[days_after(last_day, 1)] * 2)}"
    yield Mark(Lane.STOPS, "waiting", began_on, last_day, "Wait", said, "Wait", f"wait:{record.course.number}")


def _lockouts(record: Record) -> Iterator[Mark]:
    for window in record.windows:
        span = lockout_of(window, record)
        if span is not None:
            said = f"Locked out after the window of {span_of(*window.span)}"
            yield Mark(Lane.STOPS, "lockout", *span, "Lockout", said, "Locked out", f"lockout:{window.id}")


def _hold(span: Span, *, going_on: bool) -> Mark:
    said = "On hold, until the prescriber clears it" if going_on else "On hold, then cleared"
    return Mark(Lane.STOPS, "hold", *span, "Hold", said, "On hold", f"hold:{span.first_day.isoformat()}")
