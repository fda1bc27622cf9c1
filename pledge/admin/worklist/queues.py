"""The queues of a clinic's work: pure, from the same record and the same rules as the gate and a registrant's page."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pledge.admin.next_steps import NEED_A_TEST, next_steps
from pledge.admin.whereabouts import CAN, gate_today, held_today, unsigned
from pledge.rules.calendar import days_after
from pledge.rules.dispensing import Decision, needs_window
from pledge.rules.editions import edition_on
from pledge.rules.endings import next_asked
from pledge.rules.history import Record, Window
from pledge.rules.holds import later_negative
from pledge.rules.qualification import course_tests, phase_of
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import Actor, Signer, TestPhase, Word
from pledge.rules.windows import window_span


class Queue(Word):
    """A part of the work, in the order in which a morning goes through it."""

    DUE = "due", "To do now"
    CLOSING = "closing", "Window closing"
    COUNTERSIGN = "countersign", "To countersign"
    SIGNATURES = "signatures", "Waiting for signatures"
    REGISTRANT = "registrant", "Waiting for the registrant"
    BLOCKED = "blocked", "Blocked"
    ADDRESS = "address", "Bounced address"
    ENDING = "ending", "Certification ending"


class Who(Word):
    """Who must act, as a clinic says it."""

    CLINIC = "clinic", "Clinic"
    PRESCRIBER = "in_person", "Prescriber"
    REGISTRANT = "registrant", "Registrant"
    TOGETHER = "together", "Registrant and clinic"
    GUARDIAN = "guardian", "Parent or guardian"
    PHARMACY = "pharmacy", "Pharmacy"
    PROGRAM = "program", "Program"
    NO_ONE = "no_one", "No one: wait"


class Pace(NamedTuple):
    """How early work shows, in whole days: before a supply ends, before a window closes."""

    before_supply_ends: int
    before_window_closes: int


class Work(NamedTuple):
    """What waits about one registrant: where, until which program day (or from which it clears), and for whom.

    ``why`` is the refusal that is to be named where no sentence says more; ``day_is`` what the day is, where it is
    not what its queue says of days.
    """

    queue: Queue
    who: Who
    until: date | None = None
    why: Refusal | None = None
    day_is: str = ""


_WHO = {
    Actor.REGISTRANT: Who.REGISTRANT,
    Actor.PRESCRIBER: Who.CLINIC,
    Actor.PHARMACY: Who.PHARMACY,
    Actor.PROGRAM: Who.PROGRAM,
}
_SIGNS = {Signer.REGISTRANT: Who.REGISTRANT, Signer.GUARDIAN: Who.GUARDIAN, Signer.PRESCRIBER: Who.PRESCRIBER}


DUE_SINCE, FROM = "Due since", "From"


def work_of(record: Record, on: date, pace: Pace, *, last_dose_on: date | None = None) -> Work | None:
    """Give the most urgent thing that waits about a registrant on a program day, or None where nothing does.

    What is ready for a pharmacy or supplied is no work; nor is a course that ended, unless a test after it is due.

    :param record: with its signatures while its course is not enrolled.
    :param last_dose_on: the day of the last dose where tests are asked for after it.
    """
    if record.course.ended_on is not None:
        return _after_treatment(record, last_dose_on, on) if last_dose_on is not None else None
    if record.hold_since is not None:
        return _on_hold(record, record.hold_since, on)
    if record.course.enrolled_on is None:
        return _to_sign(record, on)
    if not needs_window(record, edition_on(on)):
        return None
    gate, window = gate_today(record, on), record.open_window(on)
    work = _in_window(record, gate, window, on) if window is not None else _between(record, gate, on, pace)
    if work is None or window is None or (window.closes_on - on).days > pace.before_window_closes:
        return None if work is _READY else work
    return Work(Queue.CLOSING, work.who, window.closes_on, work.why)


def _after_treatment(record: Record, last_dose_on: date, on: date) -> Work | None:
    asked = next_asked(record, last_dose_on, on)
    if asked is None or asked.from_day > on:
        return None
    return Work(Queue.DUE, Who.CLINIC, asked.from_day, day_is=DUE_SINCE if asked.from_day < on else FROM)


def _on_hold(record: Record, since: date, on: date) -> Work:
    if not later_negative(record):
        return Work(Queue.BLOCKED, Who.CLINIC, max(on, days_after(since, 1)), day_is=FROM)
    return Work(Queue.DUE, Who.PRESCRIBER) if record.prescriber.holds(on) else _uncertified(record, on)


def _uncertified(record: Record, on: date) -> Work:
    why = _named(gate_today(record, on), RefusalCode.PRESCRIBER_NOT_CERTIFIED)
    return Work(Queue.BLOCKED, Who.PRESCRIBER, None, why)


def _to_sign(record: Record, on: date) -> Work:
    missing = list(unsigned(record, on))
    by_others = [form for form, signer in missing if signer is not Signer.PRESCRIBER]
    if any(form not in by_others for form, _ in missing):
        return Work(Queue.COUNTERSIGN, Who.PRESCRIBER) if record.prescriber.holds(on) else _uncertified(record, on)
    return Work(Queue.SIGNATURES, _SIGNS[missing[0][1]] if missing else Who.CLINIC)


_READY = Work(Queue.CLOSING, Who.PHARMACY)  # is work only while the window closes


def _in_window(record: Record, gate: Decision, window: Window, on: date) -> Work | None:
    if window.used:
        return None
    judged = held_today(record, on) or gate
    if judged.allowed:
        return _READY
    work = _stopped(judged, on)
    return work._replace(until=window.closes_on) if work.queue is not Queue.BLOCKED else work


def _between(record: Record, gate: Decision, on: date, pace: Pace) -> Work | None:
    step = next(iter(next_steps(record, gate, on)), None)
    codes = {refusal.code for refusal in gate.refusals}
    if step == "confirm-month" and record.category == CAN and RefusalCode.PRESCRIBER_NOT_CERTIFIED not in codes:
        return Work(Queue.DUE, Who.CLINIC, _last_day_to_confirm(record, on))
    last = record.supply_through
    supplied = last is not None and last > days_after(on, pace.before_supply_ends)
    if supplied and phase_of(record) is TestPhase.MONTHLY and RefusalCode.RESULT_NOT_NEGATIVE not in codes:
        return None
    work = _stopped(gate, on)
    if work.queue is Queue.DUE and work.why is not None and work.why.code is RefusalCode.TEST_MISSING:
        return _next_test(record, work, on)
    return work


def _next_test(record: Record, work: Work, on: date) -> Work:
    """Leave the next test to the registrant until what was dispensed has run out; from then on the clinic asks."""
    if phase_of(record) is not TestPhase.MONTHLY:
        return Work(Queue.REGISTRANT, Who.TOGETHER, None, work.why)
    if record.supply_through is not None and record.supply_through >= on:
        return Work(Queue.REGISTRANT, Who.TOGETHER, record.supply_through, work.why)
    return work


def _last_day_to_confirm(record: Record, on: date) -> date | None:
    span = window_span(CAN, specimen_on=course_tests(record)[-1].specimen_on, visit_on=on)
    return span.last_day if span is not None else None


def _stopped(gate: Decision, on: date) -> Work:
    """Read the gate's reasons in their order: what only time clears blocks, what someone can do is theirs."""
    uncertified = _named(gate, RefusalCode.PRESCRIBER_NOT_CERTIFIED)
    if uncertified is not None:
        return Work(Queue.BLOCKED, Who.PRESCRIBER, None, uncertified)
    for refusal in gate.refusals:
        work = _read(refusal, gate, on)
        if work is not None:
            return work
    first = gate.refusals[0]
    return Work(Queue.BLOCKED, _WHO[first.who_acts], None, first)


def _read(refusal: Refusal, gate: Decision, on: date) -> Work | None:
    differing = _named(gate, RefusalCode.CONTRACEPTION_MISMATCH)
    if refusal.clears_on is not None and refusal.clears_on > on:
        return Work(Queue.BLOCKED, Who.NO_ONE, max(_days_to_wait(gate, on)), refusal)
    if differing is not None and refusal.code in {RefusalCode.QUESTIONS_MISSING, differing.code}:
        return Work(Queue.DUE, Who.TOGETHER, None, differing)  # either corrects their entry, and the clinic can ask
    if refusal.code is RefusalCode.QUESTIONS_MISSING:
        return Work(Queue.REGISTRANT, Who.REGISTRANT, None, refusal)
    if refusal.code is RefusalCode.COUNSELING_MISSING or refusal.code in NEED_A_TEST:
        return Work(Queue.DUE, Who.CLINIC, None, refusal)
    return None


def _named(gate: Decision, code: RefusalCode) -> Refusal | None:
    return next((refusal for refusal in gate.refusals if refusal.code is code), None)


def _days_to_wait(gate: Decision, on: date) -> Iterator[date]:
    return (refusal.clears_on for refusal in gate.refusals if refusal.clears_on is not None and refusal.clears_on > on)


class WorkRow(NamedTuple):
    """One thing that waits, as a part of the program puts it on the worklist.

    It is about a registrant, by key, and then leads to their page and to the step ``slug``, or where that is empty to
    the step that their page suggests; or it is about a party, and names it and leads to an ``address``.
    """

    queue: Queue
    who: Who
    sentence: str
    registrant_id: int | None = None
    day: date | None = None
    slug: str = ""
    name: str = ""
    label: str = ""
    address: str = ""
    day_is: str = ""  # what the day is, where it is not what its queue says of days
