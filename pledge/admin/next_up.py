"""What comes next for a registrant: who must act, what they do, by which day, and what follows. Pure."""

from datetime import date
from typing import NamedTuple

from pledge.admin.whereabouts import Place, held_today, long, place_of, unsigned
from pledge.rules.calendar import days_after
from pledge.rules.dispensing import Decision, last_usable_day
from pledge.rules.editions import edition_on
from pledge.rules.endings import next_asked, post_treatment
from pledge.rules.history import Record, Window
from pledge.rules.holds import later_negative
from pledge.rules.lockout import lockout_refusals
from pledge.rules.monthly import answer_refusals, counseling_confirmed
from pledge.rules.qualification import course_tests, newest_test_refusals
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import RiskCategory, Signer
from pledge.rules.windows import window_span

CAN = RiskCategory.CAN_BECOME_PREGNANT
CLINIC, REGISTRANT, PHARMACY, NOBODY = "The clinic", "The registrant", "A pharmacy", "Nobody"
ANSWERS_THEN = "the registrant answers this month's questions"
CONFIRM_THEN = "the clinic confirms the month"
HAND_OVER_THEN = "a pharmacy asks for an authorization and hands over"
TEST_THEN = "the next month begins with a new test"


class NextUp(NamedTuple):
    """Who acts next and on what; ``starts_on`` is the first day that counts, ``by`` the last; ``then`` what follows.

    What is asked for after treatment is due since ``starts_on`` where that is past.
    """

    who: str
    what: str
    starts_on: date | None = None
    by: date | None = None
    then: str = ""

    @property
    def sentence(self) -> str:
        """Who does what, as one sentence without the days."""
        said = self.what.removesuffix(".")
        if self.who == NOBODY:
            return f"{said}."
        return f"{self.who}: {said[:1].lower()}{said[1:]}." if said[:1].isupper() else f"{self.who} {said}."


RENEWS = NextUp(CLINIC, "renews the prescriber's certification, or transfers the registrant")


def next_up(record: Record, gate: Decision, on: date, *, last_dose_on: date | None = None) -> NextUp:
    """Say what comes next on a program day.

    :param gate: what the gate says of the same record on the same day.
    :param last_dose_on: the day of the last dose where tests are asked for after it.
    """
    match place := place_of(record, on):
        case Place.ENDED:
            up = _ended(record, on, last_dose_on)
        case Place.ON_HOLD:
            up = _on_hold(record, on)
        case Place.TO_SIGN:
            up = _to_sign(record, on)
        case _:
            up = _on_the_way(record, place, gate, on)
    return up


def _on_the_way(record: Record, place: Place, gate: Decision, on: date) -> NextUp:
    if RefusalCode.PRESCRIBER_NOT_CERTIFIED in {refusal.code for refusal in gate.refusals}:
        return RENEWS
    held_now = held_today(record, on)
    if held_now is not None and not held_now.allowed:
        return _stopped(held_now)
    if held_now is not None and record.authorization is not None:
        last = last_usable_day(record.authorization, record, edition_on(on))
        held = f"hands over the {record.authorization.days_supply} days it is authorized for"
        return NextUp("The pharmacy", held, by=last, then=TEST_THEN if record.category == CAN else "")
    if place is Place.WITHOUT_WINDOW:
        return _without_window(gate)
    window = record.open_window(on)
    return _in_window(record, window, gate, on) if window else _between(record, on)


def days_until(day: date, on: date) -> str:
    """Say how far away a day is."""
    days = (day - on).days
    if days < 0:
        return f"{-days} day{'' if days == -1 else 's'} ago"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def _ended(record: Record, on: date, last_dose_on: date | None) -> NextUp:
    asked = next_asked(record, last_dose_on, on) if last_dose_on is not None else None
    if asked is None or last_dose_on is None:
        return NextUp(NOBODY, "Nothing more is needed. Treatment begins anew with enrolling again")
    first, second = post_treatment(record, last_dose_on, on)
    if asked == first:
        then = f"a second test, from {long(second.from_day)}"
        return NextUp(CLINIC, "records the first test after treatment", starts_on=first.from_day, then=then)
    which = "the second test" if first.done else "a test"
    return NextUp(CLINIC, f"records {which} after treatment", starts_on=second.from_day)


def _stopped(held: Decision) -> NextUp:
    first = held.refusals[0]
    return NextUp(f"The {first.who_acts.label.lower()}", first.next_step)


def _on_hold(record: Record, on: date) -> NextUp:
    if later_negative(record):
        if not record.prescriber.holds(on):
            return RENEWS
        return NextUp("The prescriber", "clears the hold, with a reason", then="the month's steps begin again")
    first_day = max(on, days_after(record.hold_since or on, 1))
    then = "the registrant's own prescriber clears the hold with a reason"
    return NextUp(CLINIC, "records a negative test from a later day", starts_on=first_day, then=then)


def _to_sign(record: Record, on: date) -> NextUp:
    missing = list(unsigned(record, on))
    if not missing:
        return NextUp(CLINIC, "completes the required forms")
    signer = missing[0][1]
    if signer is Signer.PRESCRIBER and not record.prescriber.holds(on):
        return RENEWS
    forms = " and ".join(form.label.lower() for form, theirs in missing if theirs is signer)
    who = CLINIC if signer is Signer.PRESCRIBER else f"The {signer.label.lower()}"
    verb = "countersigns" if signer is Signer.PRESCRIBER else "signs"
    others = [other for _, other in missing if other is not signer]
    if others:
        then = f"the {others[0].label.lower()} {'countersigns' if others[0] is Signer.PRESCRIBER else 'signs'}"
    elif record.category == CAN:
        then = "the waiting period begins, and the tests after it"
    else:
        then = HAND_OVER_THEN
    return NextUp(who, f"{verb} {forms}", then=then)


def _without_window(gate: Decision) -> NextUp:
    if gate.allowed:
        return NextUp(PHARMACY, "asks for an authorization and hands over, on any day")
    clears_on = max((r.clears_on for r in gate.refusals if r.clears_on is not None), default=None)
    if clears_on is not None:
        return NextUp(PHARMACY, "asks for the next authorization", starts_on=clears_on)
    first = gate.refusals[0]
    return NextUp(f"The {first.who_acts.label.lower()}", first.next_step)


def _in_window(record: Record, window: Window, gate: Decision, on: date) -> NextUp:
    if gate.allowed:
        return NextUp(PHARMACY, "asks for an authorization and hands over", by=window.closes_on, then=TEST_THEN)
    if window.used:
        return _after_dispensing(record, window, on)
    if not counseling_confirmed(record, window):
        then = ANSWERS_THEN if record.category == CAN else HAND_OVER_THEN
        return NextUp(CLINIC, "confirms counseling for this month", by=window.closes_on, then=then)
    waiting = {refusal.code for refusal in answer_refusals(window)}
    if {refusal.code for refusal in gate.refusals} - waiting:
        first = next(refusal for refusal in gate.refusals if refusal.code not in waiting)
        return NextUp(f"The {first.who_acts.label.lower()}", first.next_step, by=window.closes_on)
    if RefusalCode.CONTRACEPTION_MISMATCH in waiting:
        what = "and the clinic settle which methods are right; either corrects their entry"
        return NextUp(REGISTRANT, what, by=window.closes_on, then=HAND_OVER_THEN)
    return NextUp(REGISTRANT, "answers this month's questions", by=window.closes_on, then=HAND_OVER_THEN)


def _after_dispensing(record: Record, window: Window, on: date) -> NextUp:
    first_day = max(on, days_after(window.closes_on, 1))
    by = record.supply_through if record.supply_through is not None and record.supply_through >= first_day else None
    if record.category != CAN:
        return NextUp(CLINIC, "sees the registrant and confirms the next month", starts_on=first_day, by=by)
    return NextUp(CLINIC, "has the next test done", starts_on=first_day, by=by, then=CONFIRM_THEN)


def _between(record: Record, on: date) -> NextUp:
    locked = next(lockout_refusals(record, on), None)
    if locked is not None and locked.clears_on is not None:
        return NextUp(CLINIC, "has a new test done", starts_on=locked.clears_on, then=CONFIRM_THEN)
    if record.category != CAN:
        return NextUp(CLINIC, "sees the registrant and confirms the month", then=HAND_OVER_THEN)
    reasons = {refusal.code: refusal.clears_on for refusal in newest_test_refusals(record, on)}
    if not reasons:
        newest = course_tests(record)[-1].specimen_on
        span = window_span(CAN, specimen_on=newest, visit_on=on)
        what = f"confirms the month with the test of {long(newest)}"
        return NextUp(CLINIC, what, by=span.last_day if span else None, then=ANSWERS_THEN)
    if RefusalCode.SCREENING_TEST_MISSING in reasons:
        return NextUp(CLINIC, "records a negative screening test", then="the wait, and a second test after it")
    clears_on = max((day for day in reasons.values() if day is not None), default=on)
    supply = record.supply_through
    by = supply if supply is not None and supply >= max(clears_on, on) else None
    starts_on = clears_on if clears_on > on else None
    return NextUp(CLINIC, "has a new test done and records it", starts_on=starts_on, by=by, then=CONFIRM_THEN)
