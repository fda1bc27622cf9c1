"""What if: what the gate would say on a day to come, were nothing more recorded. Pure, and by the gate's own rules."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pledge.admin.whereabouts import gate_today, long
from pledge.rules.calendar import ONE_DAY, birthday, days_after
from pledge.rules.dispensing import Decision, dispensing, is_live, last_usable_day
from pledge.rules.editions import EDITIONS, edition_on
from pledge.rules.history import Record
from pledge.rules.lockout import lockout_refusals
from pledge.rules.vocabulary import AuthorizationStatus


class Answer(NamedTuple):
    """What one day would bring: a new request judged, and the authorization that is live, if there is one.

    ``held`` judges dispensing it; None where none is live on that day.
    """

    day: date
    asked: Decision
    held: Decision | None

    @property
    def allowed(self) -> bool:
        """Whether a pharmacy could hand over on that day."""
        return self.held.allowed if self.held is not None else self.asked.allowed

    @property
    def judged(self) -> Decision:
        """The decision that counts on that day: about the live authorization, or about a new request."""
        return self.held if self.held is not None else self.asked


class Offered(NamedTuple):
    """One day that is worth asking about, and why."""

    day: date
    label: str


class Unanswerable(NamedTuple):
    """Why a day cannot be judged, in one sentence for whoever asked."""

    asked: str
    sentence: str


def what_if(record: Record, day: date) -> Answer:
    """Judge a day by the record as it stands, and by the edition of that day."""
    authorization = record.authorization
    if authorization is None or not is_live(authorization, record, day):
        return Answer(day, gate_today(record, day), None)
    return Answer(day, gate_today(record, day), dispensing(record, authorization, authorization.pharmacy, day))


def sentence_of(answer: Answer, record: Record, on: date) -> str:
    """Say what the day would bring, in one sentence; the reasons follow beside it.

    :param on: today, by which the day is named.
    """
    day = "Today" if answer.day == on else f"On {long(answer.day)},"
    if answer.held is not None and record.authorization is not None:
        if not answer.held.allowed:
            stopped = record.authorization.status is AuthorizationStatus.SUSPENDED
            word = "suspended authorization" if stopped else "authorization"
            return f"{day} nothing could be handed over under the {word} of {long(record.authorization.issued_on)}:"
        last = last_usable_day(record.authorization, record, edition_on(answer.day))
        return f"{day} the pharmacy could hand over what it is authorized for, through {long(last)}."
    if not answer.asked.allowed:
        return f"{day} a pharmacy would be refused:"
    last_day = answer.asked.do_not_dispense_after
    return f"{day} a pharmacy would be authorized" + (f", to hand over by {long(last_day)}." if last_day else ".")


def asked_day(text: str, on: date) -> date | Unanswerable:
    """Read the day that someone asks about: from today through a year from now.

    :param text: a day as ``2026-12-24``; anything else is answered with a sentence.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Unanswerable(text, "This is not a day. Enter one as year, month, day, such as 2026-12-24.")
    last = birthday(on, 1)
    if day < on:
        return Unanswerable(text, f"{long(day)} is past. What was decided then is in the timeline.")
    if day > last:
        return Unanswerable(text, f"{long(day)} is too far ahead. Ask about a day through {long(last)}.")
    return day


def days_offered(record: Record, on: date) -> list[Offered]:
    """Give the days on which the answer may change, in order, today first; each once, for its first reason."""
    days: dict[date, str] = {}
    for day, label in _days(record, on):
        if on <= day <= birthday(on, 1):
            days.setdefault(day, label)
    return [Offered(day, days[day]) for day in sorted(days)]


def _days(record: Record, on: date) -> Iterator[tuple[date, str]]:
    yield on, "today"
    yield on + ONE_DAY, "tomorrow"
    window = record.open_window(on)
    if window is not None:
        yield window.closes_on, "last day of the window"
        yield window.closes_on + ONE_DAY, "the day after the window"
    authorization = record.authorization
    if authorization is not None and is_live(authorization, record, on):
        yield last_usable_day(authorization, record, edition_on(on)), "last day of the authorization"
    for refusal in (*gate_today(record, on).refusals, *lockout_refusals(record, on)):
        if refusal.clears_on is not None:
            yield (
                refusal.clears_on,
                f"may clear: {refusal.sentence[:1].lower()}{refusal.sentence[1:].removesuffix('.')}",
            )
    if record.supply_through is not None:
        yield record.supply_through, "supply ends"
    for edition in EDITIONS:
        yield edition.effective_on, f"the {edition.name} edition begins"
    last = record.prescriber.certified_through
    if last is not None:
        yield days_after(last, 1), "the prescriber's certification has run out"
