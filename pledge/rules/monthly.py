"""The month: what the clinic confirms and what the registrant answers (sections 5 and 13)."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pledge.rules.contraception import method_refusals, methods_agree
from pledge.rules.editions import edition_on
from pledge.rules.history import Record, Window
from pledge.rules.lockout import lockout_refusals
from pledge.rules.qualification import confirmed_specimen_refusals
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.standing import prescriber_refusals, registrant_refusals
from pledge.rules.vocabulary import Actor, Method, PriorSource, RiskCategory
from pledge.rules.windows import is_first, last_uncancelled

CAN = RiskCategory.CAN_BECOME_PREGNANT


class Attestation(NamedTuple):
    """What the clinic says of one month. ``visit_on`` is the office visit; ``days_supply`` counts whole days."""

    visit_on: date
    days_supply: int
    specimen_on: date | None = None
    methods: frozenset[Method] = frozenset()
    abstinence_acknowledged: bool = False
    prior_source: PriorSource | None = None


def window_corrected(record: Record, attestation: Attestation, on: date) -> Window | None:
    """Give the open window that confirming again would only correct, or None (section 13)."""
    window = record.open_window(on)
    if window is None or record.category != CAN:
        return None
    return window if window.specimen_on is not None and window.specimen_on == attestation.specimen_on else None


def confirming_refusals(record: Record, attestation: Attestation, on: date) -> Iterator[Refusal]:
    """Name everything that stops the clinic from confirming a month."""
    yield from registrant_refusals(record, on)
    yield from prescriber_refusals(record.prescriber, on)
    if record.category == CAN:
        yield from _can_refusals(record, attestation, on)
    else:
        yield from _cannot_refusals(record, attestation, on)
    if attestation.days_supply > edition_on(on).supply_days:
        yield Refusal(RefusalCode.SUPPLY_OVER_LIMIT, left_to=Actor.PRESCRIBER)


def _can_refusals(record: Record, attestation: Attestation, on: date) -> Iterator[Refusal]:
    if window_corrected(record, attestation, on) is None:
        yield from lockout_refusals(record, on, attestation.specimen_on)
        if record.open_window(on) is not None:
            yield Refusal(RefusalCode.WINDOW_ALREADY_OPEN)
        if attestation.specimen_on is None:
            yield Refusal(RefusalCode.TEST_MISSING)
        else:
            yield from confirmed_specimen_refusals(record, attestation.specimen_on, on, attestation.visit_on)
        if asks_for_prior_source(record, on) and attestation.prior_source is None:
            yield Refusal(RefusalCode.PRIOR_SOURCE_UNANSWERED)
    yield from method_refusals(attestation.methods, abstinence_acknowledged=attestation.abstinence_acknowledged)


def _cannot_refusals(record: Record, attestation: Attestation, on: date) -> Iterator[Refusal]:
    rule = edition_on(attestation.visit_on).windows.get(record.category)
    if edition_on(on).windows.get(record.category) is None or rule is None:
        return
    yield from lockout_refusals(record, on)
    window = record.open_window(on)
    if window is not None and attestation.visit_on < window.opens_on:
        yield Refusal(RefusalCode.WINDOW_ALREADY_OPEN)
    if (on - attestation.visit_on).days > rule.days_after_first:
        yield Refusal(RefusalCode.WINDOW_EXPIRED)


def asks_for_prior_source(record: Record, on: date) -> bool:
    """Tell whether the clinic must say what was taken since the last window (sections 5 and 13).

    It must where the last window that was not cancelled closed unused and was not the first.
    """
    last = last_uncancelled(record.course_windows)
    if record.category != CAN or last is None or last.used or not last.has_closed(on):
        return False
    return not is_first(last, record.windows)


def counseling_confirmed(record: Record, window: Window) -> bool:
    """Tell whether the registrant's present prescriber confirmed the window (section 13, Transfer)."""
    return window.confirmation is not None and window.confirmation.prescriber_id == record.prescriber_id


def answer_refusals(window: Window) -> Iterator[Refusal]:
    """Name what the registrant's newest answer for a window leaves undone."""
    if window.answer is None or not window.answer.correct:
        yield Refusal(RefusalCode.QUESTIONS_MISSING)
    if window.answer is not None and window.confirmation is not None:
        if not methods_agree(window.confirmation.methods, window.answer.methods):
            yield Refusal(RefusalCode.CONTRACEPTION_MISMATCH)


def answering_refusals(record: Record, on: date) -> Iterator[Refusal]:
    """Name why answers are not taken: before the clinic has confirmed, or after the window has closed."""
    if record.course.ended_on is not None:
        yield Refusal(RefusalCode.TREATMENT_ENDED)
    if record.hold_since is not None:
        yield Refusal(RefusalCode.ON_HOLD)
    window = record.open_window(on)
    if window is None or window.confirmation is None:
        yield Refusal(RefusalCode.COUNSELING_MISSING)


def month_complete(record: Record, window: Window) -> bool:
    """Tell whether nothing but the pharmacy's own step is left of a window's month."""
    if window.category != CAN:
        return counseling_confirmed(record, window)
    return counseling_confirmed(record, window) and not any(answer_refusals(window))


def confirmation_due(record: Record, specimen_on: date, on: date) -> bool:
    """Tell whether a recorded specimen qualifies and waits for the clinic's confirmation (section 13, Notices)."""
    if record.category != CAN or record.course.ended_on is not None or record.hold_since is not None:
        return False
    if record.open_window(on) is not None or any(lockout_refusals(record, on, specimen_on)):
        return False
    return not any(confirmed_specimen_refusals(record, specimen_on, on, None))
