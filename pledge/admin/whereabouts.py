"""Where a registrant stands, in one sentence: from the same record and the same rules as the gate."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pledge.rules.dispensing import Decision, authorizing, dispensing, is_live, last_usable_day, needs_window
from pledge.rules.editions import edition_on
from pledge.rules.enrollment import REQUIRED_FORMS, acceptable, by_version, missing_signers
from pledge.rules.history import LiveAuthorization, Record, Standing, Window
from pledge.rules.lockout import lockout_refusals
from pledge.rules.monthly import answer_refusals, counseling_confirmed
from pledge.rules.qualification import course_tests, newest_test_refusals
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import ConsentForm, RiskCategory, Signer, Word
from pledge.rules.windows import window_span

CAN = RiskCategory.CAN_BECOME_PREGNANT


class Place(Word):
    """Where a registrant stands, as the list is filtered by it; each stands in exactly one."""

    WINDOW_OPEN = "window_open", "Window open"
    BETWEEN_WINDOWS = "between_windows", "No window open"
    WITHOUT_WINDOW = "without_window", "Needs no window"
    TO_SIGN = "to_sign", "Forms to sign"
    ON_HOLD = "on_hold", "On hold"
    ENDED = "ended", "Treatment ended"


class Tone(Word):
    """How the sentence is shown."""

    GO = "go", "May go on"
    WAIT = "wait", "Something is to be done"
    STOP = "stop", "Stopped"
    DONE = "done", "Nothing to do"


class Whereabouts(NamedTuple):
    """A place, the sentence that says more, and its tone."""

    place: Place
    tone: Tone
    sentence: str


def gate_today(record: Record, on: date) -> Decision:
    """Judge what any active pharmacy would be told today, asking for one day's supply."""
    return authorizing(record, Standing(on, on, suspended=False), 1, on)


def held_today(record: Record, on: date) -> Decision | None:
    """Judge handing over what is authorized already; None where no authorization is live on the day."""
    held = record.authorization
    return dispensing(record, held, held.pharmacy, on) if held is not None and is_live(held, record, on) else None


def place_of(record: Record, on: date) -> Place:
    """Give the one place in which a registrant stands on a program day."""
    if record.course.ended_on is not None:
        return Place.ENDED
    if record.hold_since is not None:
        return Place.ON_HOLD
    if record.course.enrolled_on is None:
        return Place.TO_SIGN
    if not needs_window(record, edition_on(on)):
        return Place.WITHOUT_WINDOW
    return Place.WINDOW_OPEN if record.open_window(on) is not None else Place.BETWEEN_WINDOWS


def whereabouts(record: Record, on: date) -> Whereabouts:
    """Say where a registrant stands on a program day."""
    place = place_of(record, on)
    if place is Place.ENDED and record.course.ended_on is not None:
        return Whereabouts(place, Tone.DONE, f"Treatment ended on {long(record.course.ended_on)}.")
    if place is Place.ON_HOLD and record.hold_since is not None:
        return Whereabouts(place, Tone.STOP, f"On hold since {long(record.hold_since)}: nothing may be dispensed.")
    if place is Place.TO_SIGN:
        return Whereabouts(place, Tone.WAIT, f"Waiting for signatures: {_who_is_next(record, on)}.")
    return Whereabouts(place, *_on_the_way(record, place, on))


def _on_the_way(record: Record, place: Place, on: date) -> tuple[Tone, str]:
    standing = prescriber_stops(record, on)
    held = held_today(record, on)
    if held is not None and record.authorization is not None:
        return _authorized(record, record.authorization, held, on)
    if standing:
        return Tone.STOP, standing
    if place is Place.WITHOUT_WINDOW:
        return _without_window(record, on)
    window = record.open_window(on)
    return _in_window(record, window, on) if window else _between(record, on)


def unsigned(record: Record, on: date) -> Iterator[tuple[ConsentForm, Signer]]:
    """Give each required signature that is missing, in the order of signing."""
    for form in REQUIRED_FORMS[record.category]:
        versions = by_version(acceptable(record.signatures or (), form, record.course.first_day)) or [[]]
        for signer in min((missing_signers(signed, record.born_on, on) for signed in versions), key=len):
            yield form, signer


def long(day: date) -> str:
    """Give a day as people say it."""
    return f"{day:%A, %B} {day.day}, {day.year}"


def _who_is_next(record: Record, on: date) -> str:
    if record.signatures is None:
        return "required forms are not complete"
    first = dict(reversed(list(unsigned(record, on))))  # of each form, who signs next
    return "; ".join(f"{form.label} by the {first[form].label.lower()}" for form in reversed(first))


def prescriber_stops(record: Record, on: date) -> str:
    """Say why nothing may go on while the prescriber is not certified, and until when; empty while they are."""
    prescriber = record.prescriber
    if prescriber.holds(on):
        return ""
    last = prescriber.certified_through
    if prescriber.suspended:
        return f"The prescriber is suspended: {_STOPS} until the program lifts the suspension."
    if last is not None and last < on:
        return f"The prescriber's certification ran out on {long(last)}: {_STOPS} until the program renews it."
    return f"The prescriber is not certified today: {_STOPS} until they are."


_STOPS = "nothing may be confirmed or handed over"


def _authorized(record: Record, held: LiveAuthorization, judged: Decision, on: date) -> tuple[Tone, str]:
    if judged.allowed:
        last = long(last_usable_day(held, record, edition_on(on)))
        return Tone.GO, f"Authorized: a pharmacy may hand {held.days_supply} days over through {last}."
    standing = prescriber_stops(record, on)
    if standing:
        return Tone.STOP, f"The authorization is suspended. {standing}"
    return Tone.STOP, f"Authorized, but nothing may be handed over: {_lower(judged.refusals[0].sentence)}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _without_window(record: Record, on: date) -> tuple[Tone, str]:
    decision = gate_today(record, on)
    if decision.allowed:
        return Tone.GO, "Ready: a pharmacy may be authorized on any day."
    supply = next((r for r in decision.refusals if r.code is RefusalCode.SUPPLY_OVER_LIMIT), None)
    if len(decision.refusals) == 1 and supply is not None and supply.clears_on is not None:
        return Tone.DONE, f"Supplied; the next authorization can be asked for from {long(supply.clears_on)}."
    return Tone.WAIT, decision.refusals[0].sentence


def _in_window(record: Record, window: Window, on: date) -> tuple[Tone, str]:
    through = long(window.closes_on)
    decision = gate_today(record, on)
    if decision.allowed:
        return Tone.GO, f"Ready: a pharmacy may dispense through {through}."
    if window.used:
        return Tone.DONE, f"{window.days_dispensed} days dispensed in the window that closes on {through}."
    if record.category == CAN and not counseling_confirmed(record, window):
        return Tone.WAIT, f"The new prescriber confirms the month; the window closes on {through}."
    waiting = [refusal.code for refusal in answer_refusals(window)]
    if RefusalCode.CONTRACEPTION_MISMATCH in waiting:
        return Tone.WAIT, f"Registrant and clinic named different methods; the window closes on {through}."
    if set(waiting) == {refusal.code for refusal in decision.refusals}:
        return Tone.WAIT, f"Waiting for the registrant's answers; the window closes on {through}."
    return Tone.STOP, f"The window closes on {through}, but something stops it."


def _between(record: Record, on: date) -> tuple[Tone, str]:
    locked = next(lockout_refusals(record, on), None)
    if locked is not None and locked.clears_on is not None:
        return Tone.STOP, f"Locked out until {long(locked.clears_on)}."
    if record.category != CAN:
        return Tone.WAIT, "Waiting for a visit: the clinic confirms counseling for the next month."
    return _before_confirming(record, on)


def _before_confirming(record: Record, on: date) -> tuple[Tone, str]:
    reasons = {refusal.code: refusal.clears_on for refusal in newest_test_refusals(record, on)}
    clears_on = max((day for day in reasons.values() if day is not None), default=on)
    if not reasons:
        newest = course_tests(record)[-1].specimen_on
        span = window_span(CAN, specimen_on=newest, visit_on=on)
        return Tone.WAIT, f"The test is in order: confirm the month by {long(span.last_day if span else newest)}."
    if RefusalCode.RESULT_NOT_NEGATIVE in reasons:
        return Tone.STOP, "The newest test is not negative: a new one is needed."
    if RefusalCode.SCREENING_TEST_MISSING in reasons:
        return Tone.WAIT, "Waiting for the screening test."
    if clears_on > on:
        return Tone.WAIT, f"Waiting: the next test counts from {long(clears_on)}."
    return Tone.WAIT, _for_the_next_test(record, on)


def _for_the_next_test(record: Record, on: date) -> str:
    if record.supply_through is None:
        return "Waiting for a new test."
    lasts = "lasts" if record.supply_through >= on else "lasted"
    return f"Waiting for the next test; what was dispensed {lasts} through {long(record.supply_through)}."
