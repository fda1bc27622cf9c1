"""Lockouts: what follows a missed window, judged by the edition of the day of the act (sections 2, 6 and 13)."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from pledge.rules.calendar import ONE_DAY, Span, days_after
from pledge.rules.editions import Anchor, Edition, LockoutRule, LockoutScope, edition_on, editions_from
from pledge.rules.history import Record, Window
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import RiskCategory
from pledge.rules.windows import missed_first_windows


def windows_locking(record: Record, edition: Edition, on: date) -> Iterator[Window]:
    """Give the windows that an edition follows with a lockout, as they stand on a day."""
    if edition.lockout is None:
        return
    if edition.lockout.scope is LockoutScope.MISSED_FIRST:
        yield from missed_first_windows(record, on)
        return
    for window in record.windows:
        if window.category == RiskCategory.CAN_BECOME_PREGNANT and window.has_closed(on):
            yield window


def free_day(window: Window, rule: LockoutRule) -> date:
    """Give the first day free of the lockout that follows a window under an edition's rule."""
    anchored_on = window.closes_on if rule.anchor is Anchor.LAST_DAY else window.specimen_on
    return days_after(anchored_on or window.closes_on, rule.days)


def free_under(edition: Edition, window: Window, record: Record, on: date) -> date:
    """Give the first day of an edition, not before ``on``, on which it leaves free who missed a window."""
    start = max(on, edition.effective_on)
    if edition.lockout is None or window not in windows_locking(record, edition, on):
        return start
    return max(start, free_day(window, edition.lockout))


def release_day(window: Window, record: Record, on: date) -> date:
    """Give the first day, not before ``on``, that is free of one window's lockout, through every later edition.

    A lockout running when a kinder edition begins ends with that edition's first day (section 2).
    """
    editions = editions_from(on)
    for edition, following in pairwise(editions):
        first_free = free_under(edition, window, record, on)
        if first_free < following.effective_on:
            return first_free
    return free_under(editions[-1], window, record, on)


def lockout_of(window: Window, record: Record) -> Span | None:
    """Give the days on which the lockout that follows a window binds an act, or None where none follows.

    It begins the day after the window's last day; a window cancelled or stopped early, on its own days.
    """
    begins_on = window.opens_on if window.cancelled else window.closes_on
    if not window.cancelled and not window.stopped:
        begins_on += ONE_DAY
    if window not in windows_locking(record, edition_on(begins_on), begins_on):
        return None
    released_on = release_day(window, record, begins_on)
    return Span(begins_on, released_on - ONE_DAY) if released_on > begins_on else None


def lockout_refusals(record: Record, on: date, specimen_on: date | None = None) -> Iterator[Refusal]:
    """Name a lockout that binds an act on ``on``, or the specimen it rests on.

    In 2007 and 2021 both must lie on or after the first free day; the missed window's own specimen is not
    judged here, since its window has closed (section 13).
    """
    edition = edition_on(on)
    if edition.lockout is None:
        return
    for window in windows_locking(record, edition, on):
        free = free_day(window, edition.lockout)
        too_early = specimen_on is not None and specimen_on != window.specimen_on and specimen_on < free
        if on < free or (edition.lockout.binds_specimen and too_early):
            yield Refusal(RefusalCode.LOCKED_OUT, release_day(window, record, on))
