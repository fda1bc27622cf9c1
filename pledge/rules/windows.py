"""Prescription windows: where they begin, how long they last, and what is closed to a new specimen (section 6)."""

from collections.abc import Iterable, Iterator
from datetime import date

from pledge.rules.calendar import ONE_DAY, Span, days_after
from pledge.rules.editions import Anchor, edition_on
from pledge.rules.history import Record, Window
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import Actor, RiskCategory

CAN = RiskCategory.CAN_BECOME_PREGNANT


def window_span(category: RiskCategory, *, specimen_on: date | None, visit_on: date | None) -> Span | None:
    """Give the days of the window that a specimen or a visit opens, or None where that edition has no window.

    The edition of the specimen day (of the visit day, without a specimen) says which day the window begins on;
    the edition of that first day says how long it is (sections 2 and 13).
    """
    day = specimen_on or visit_on
    if day is None:
        return None
    rule = edition_on(day).windows.get(category)
    if rule is None:
        return None
    first_day = visit_on if rule.anchor is Anchor.VISIT else specimen_on
    if first_day is None:
        return None
    kept = edition_on(first_day).windows.get(category)
    return Span(first_day, days_after(first_day, kept.days_after_first)) if kept else None


def is_first(window: Window, windows: Iterable[Window]) -> bool:
    """Tell whether no dispense had happened in its course when the window opened (section 6)."""
    return not any(
        other.used and other.course == window.course and other.opens_on < window.opens_on for other in windows
    )


def missed_first_windows(record: Record, on: date) -> Iterator[Window]:
    """Give the first windows missed by a day: closed or cancelled with nothing dispensed (sections 6 and 13)."""
    for window in record.windows:
        if window.category == CAN and not window.used and (window.cancelled or window.has_closed(on)):
            if is_first(window, record.windows):
                yield window


def last_uncancelled(windows: Iterable[Window]) -> Window | None:
    """Give the newest window that was not cancelled, or None."""
    return max((w for w in windows if not w.cancelled), key=lambda w: (w.opens_on, w.id), default=None)


def barring_refusals(record: Record, specimen_on: date, on: date) -> Iterator[Refusal]:
    """Name the closed windows that a specimen falls into or lies before (sections 5 and 13).

    A window never bars its own specimen, but a cancelled first one does, and for good.
    """
    for window in record.course_windows:
        own = window.specimen_on == specimen_on
        if own and window.cancelled and is_first(window, record.windows):
            yield Refusal(RefusalCode.SPECIMEN_IN_CLOSED_WINDOW, max(on, specimen_on + ONE_DAY))
        elif not own and window.has_closed(on) and specimen_on <= window.closes_on:
            yield Refusal(RefusalCode.SPECIMEN_IN_CLOSED_WINDOW, max(on, window.closes_on + ONE_DAY))


def cancelling_refusals(record: Record, on: date) -> Iterator[Refusal]:
    """Name why the open window cannot be cancelled: there is none, or it was dispensed from (section 13)."""
    window = record.open_window(on)
    if window is None:
        yield Refusal(RefusalCode.WINDOW_EXPIRED)
    elif window.used:
        yield Refusal(RefusalCode.AUTHORIZATION_CLOSED, left_to=Actor.PRESCRIBER)
