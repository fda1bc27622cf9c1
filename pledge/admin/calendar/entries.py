"""What a registrant's record puts into the calendar: days with reasons, by the same rules as the gate.

Pure: a record and a program day in, entries out. Nothing here decides anything; it asks the rules and writes down the
day they give.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pledge.admin.calendar.closing import left_to_do
from pledge.admin.next_steps import NEED_A_TEST
from pledge.rules.calendar import ONE_DAY, Span, days_after
from pledge.rules.dispensing import is_live, needs_window
from pledge.rules.editions import EDITIONS, edition_on
from pledge.rules.endings import post_treatment
from pledge.rules.history import Record, Test, Window
from pledge.rules.lockout import lockout_of
from pledge.rules.monthly import confirmation_due
from pledge.rules.qualification import (
    course_tests,
    newest_judged,
    newest_test_refusals,
    screening_test,
    waiting_refusals,
    window_of,
)
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import RiskCategory, Word
from pledge.rules.windows import window_span

CAN = RiskCategory.CAN_BECOME_PREGNANT


# How far a day may lie from what causes it: the longest wait, gap, lockout or window of any edition.
REACH = max(
    *(edition.wait_days + edition.screening_gap_days for edition in EDITIONS),
    *(edition.post_treatment_days for edition in EDITIONS),
    *(edition.lockout.days for edition in EDITIONS if edition.lockout),
    *(rule.days_after_first for edition in EDITIONS for rule in edition.windows.values()),
)


class Kind(Word):
    """What a day asks for, the most pressing first."""

    CONFIRM = "confirm", "Month to confirm"
    CLOSES = "closes", "Window closes"
    HOLD = "hold", "On hold"
    POST_TREATMENT = "post_treatment", "Test after treatment"
    STANDING = "standing", "Certification ends"
    SUPPLY = "supply", "Supply ends"
    WAITING = "waiting", "Wait is over"
    LOCKOUT = "lockout", "Lockout is over"
    OPENS = "opens", "Window opens"


_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


class State(Word):
    """Whether a day still asks for something; what is done or cancelled stays to be looked up."""

    OPEN = "open", "To do"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "No longer asked"
    PASSED = "passed", "Passed"


class Entry(NamedTuple):
    """One line of the calendar. ``key`` names the same task for good, however its day moves."""

    day: date
    kind: Kind
    reason: str
    state: State
    key: str
    registrant_id: int | None = None

    @property
    def order(self) -> tuple[bool, int, str]:
        """What is to do comes first, and of that the most pressing."""
        return self.state is not State.OPEN, _RANKS[self.kind], self.key


def entries_of(record: Record, on: date, within: Span, last_dose_on: date | None = None) -> Iterator[Entry]:
    """Give the entries of one registrant whose day lies within a span.

    :param on: the program day for which the record was gathered and is judged.
    :param last_dose_on: of the present course, where its ending asks for tests; else None.
    """
    yield from _confirmations(record, on, within)
    yield from _windows(record, on, within)
    yield from _starts(record, on, within)
    if record.supply_through is not None and within.holds(record.supply_through):
        yield _supply(record, record.supply_through, on)
    if record.hold_since is not None and within.holds(record.hold_since):
        key = f"hold:{record.registrant_id}:{record.hold_since}"
        yield Entry(record.hold_since, Kind.HOLD, "On hold since this day", State.OPEN, key, record.registrant_id)
    if last_dose_on is not None:
        yield from _after_treatment(record, last_dose_on, on, within)


def _confirmations(record: Record, on: date, within: Span) -> Iterator[Entry]:
    """Give the last day to confirm each specimen; of several specimens for one month, the newest keeps its key."""
    if record.category != CAN:
        return
    months: dict[int, list[tuple[Test, date]]] = {}
    for test in course_tests(record):
        if not days_after(within.first_day, -REACH) <= test.specimen_on <= within.last_day:
            continue
        own = window_of(record, test.specimen_on)
        span = window_span(CAN, specimen_on=test.specimen_on, visit_on=own.visit_on if own and own.visit_on else on)
        if span is not None and within.holds(span.last_day):
            earlier = [w for w in record.course_windows if w.specimen_on and w.specimen_on < test.specimen_on]
            months.setdefault(len(earlier), []).append((test, span.last_day))
    for number, asked in months.items():
        key = f"confirm:{record.registrant_id}:{record.course.number}:{number}"
        for test, last_day in asked:
            state = _confirming(record, test, last_day, on)
            if state is not None:
                own_key = key if test is asked[-1][0] else f"{key}:{test.specimen_on}"
                reason = "Month confirmed" if state is State.DONE else "Last day to confirm the month"
                yield Entry(last_day, Kind.CONFIRM, reason, state, own_key, record.registrant_id)


def _confirming(record: Record, test: Test, last_day: date, on: date) -> State | None:
    own = window_of(record, test.specimen_on)
    if own is not None and not own.cancelled:
        return State.DONE
    if confirmation_due(record, test.specimen_on, on):
        return State.OPEN
    if own is not None:
        return State.CANCELLED
    if last_day < on and confirmation_due(record, test.specimen_on, last_day):
        return State.PASSED
    free = record._replace(hold_since=None, course=record.course._replace(ended_on=None))
    return State.CANCELLED if confirmation_due(free, test.specimen_on, min(on, last_day)) else None


def _windows(record: Record, on: date, within: Span) -> Iterator[Entry]:
    for window in record.windows:
        key = f"window:{window.id}"
        if within.holds(window.opens_on):
            state = State.CANCELLED if window.cancelled else State.DONE if window.opens_on <= on else State.OPEN
            reason = "Window opened" if state is State.DONE else "Window opens"
            yield Entry(window.opens_on, Kind.OPENS, reason, state, f"{key}:opens", record.registrant_id)
        if within.holds(window.closes_on):
            state, reason = _closing(record, window, on)
            yield Entry(window.closes_on, Kind.CLOSES, reason, state, f"{key}:closes", record.registrant_id)
        lockout = lockout_of(window, record) if not window.used and window.category == CAN else None
        if lockout is not None and lockout.first_day <= on:
            yield from _lockout(record, window, lockout, on, within)


def _closing(record: Record, window: Window, on: date) -> tuple[State, str]:
    if window.cancelled:
        return State.CANCELLED, "Window cancelled"
    if window.used:
        return State.DONE, "Window closes; dispensed"
    if window.stopped:
        return State.CANCELLED, "Window stopped"
    if window.has_closed(on):
        return State.PASSED, "Window closed unused"
    return State.OPEN, left_to_do(record, window, on)


def _lockout(record: Record, window: Window, lockout: Span, on: date, within: Span) -> Iterator[Entry]:
    free = lockout.last_day + ONE_DAY
    if within.holds(free):
        taken_up = any(test.specimen_on >= free for test in record.tests)
        state = State.DONE if taken_up else State.OPEN if free >= on else State.PASSED
        yield Entry(free, Kind.LOCKOUT, "Lockout is over", state, f"window:{window.id}:lockout", record.registrant_id)


def _starts(record: Record, on: date, within: Span) -> Iterator[Entry]:
    """Give the day from which the second test counts, once it is known, or else the end of the waiting period."""
    enrolled_on, windows = record.course.enrolled_on, record.course_windows
    if record.category != CAN or enrolled_on is None:
        return
    if windows and windows[0].opens_on < within.first_day:
        return  # what opened a window was dated on the day or later
    newcomer = record._replace(windows=())  # the day was the same before the first window was opened
    days = {r.code: r.clears_on for r in waiting_refusals(newcomer, enrolled_on) if r.clears_on is not None}
    second = screening_test(record) is not None
    day = max(days.values(), default=None) if second else days.get(RefusalCode.WAITING_PERIOD)
    if day is None or not within.holds(day):
        return
    judged = newest_judged(record)
    if windows or (judged is not None and judged.specimen_on >= day):
        state = State.DONE
    elif record.course.ended_on is not None:
        state = State.CANCELLED
    else:
        state = State.OPEN if day >= on else State.PASSED
    reason = "The next test counts from this day" if second else "The waiting period is over"
    key = f"waiting:{record.registrant_id}:{record.course.number}"
    yield Entry(day, Kind.WAITING, reason, state, key, record.registrant_id)


def _supply(record: Record, day: date, on: date) -> Entry:
    if record.course.ended_on is not None or record.hold_since is not None:
        state = State.CANCELLED
    else:
        passed = day < on and (_went_on(record, day) or not needs_window(record, edition_on(on)))
        state = State.DONE if _next_is_begun(record, on) else State.PASSED if passed else State.OPEN
    reason = "Supply ends; the next test is due" if record.category == CAN else "Supply ends"
    key = f"supply:{record.registrant_id}:{day}"
    return Entry(day, Kind.SUPPLY, reason, state, key, record.registrant_id)


def _went_on(record: Record, supply_ended_on: date) -> bool:
    """Tell whether something began after a supply, whatever became of it: its end then asks for nothing any more."""
    since = [test.specimen_on for test in course_tests(record)] + [window.opens_on for window in record.course_windows]
    return any(day > supply_ended_on for day in (*since, record.course.first_day))


def _next_is_begun(record: Record, on: date) -> bool:
    if record.category == CAN:
        return not any(refusal.code in NEED_A_TEST for refusal in newest_test_refusals(record, on))
    window = record.open_window(on)
    return is_live(record.authorization, record, on) or (window is not None and not window.used)


def _after_treatment(record: Record, last_dose_on: date, on: date, within: Span) -> Iterator[Entry]:
    asked = post_treatment(record, last_dose_on, on)
    for test in asked:
        if within.holds(test.from_day):
            replaced = test is asked[0] and asked[1].from_day <= on  # T5 then asks for whatever T4 would
            state = State.DONE if test.done else State.PASSED if replaced else State.OPEN
            key = f"after:{record.registrant_id}:{record.course.number}:{test.name}"
            reason = f"Test after treatment ({test.name})"
            yield Entry(test.from_day, Kind.POST_TREATMENT, reason, state, key, record.registrant_id)
