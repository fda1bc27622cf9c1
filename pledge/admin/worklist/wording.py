"""What the worklist says: one sentence why, and in how many days."""

from collections.abc import Iterable
from datetime import date

from pledge.admin.whereabouts import Place, long, prescriber_stops, unsigned, whereabouts
from pledge.admin.worklist.queues import Queue, Who, Work
from pledge.rules.history import Record
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import Signer

HINTS = {
    Queue.DUE: "What the clinic can do now, the nearest last day first.",
    Queue.CLOSING: "Nothing was dispensed yet, and the window's last day is near.",
    Queue.COUNTERSIGN: "Everyone else has signed; the prescriber signs last.",
    Queue.SIGNATURES: "The course begins when every form is signed.",
    Queue.REGISTRANT: "Their answers or their next test: remind them, or record it when they bring it.",
    Queue.BLOCKED: "What stops them, and the day it clears.",
    Queue.ADDRESS: "Messages do not arrive there; ask for another address.",
    Queue.ENDING: "A certification, an attestation or a designation that runs out, or has.",
}
NOTHING = {
    Queue.DUE: "Nothing is to be done now.",
    Queue.CLOSING: "No window closes in the next days with nothing dispensed.",
    Queue.COUNTERSIGN: "No form waits for a countersignature.",
    Queue.SIGNATURES: "Nobody has a form left to sign.",
    Queue.REGISTRANT: "Nobody has an answer or a test left to give.",
    Queue.BLOCKED: "Nobody is on hold, locked out or has a day to wait for.",
    Queue.ADDRESS: "Every message arrived.",
    Queue.ENDING: "Every certification holds for a good while yet.",
}
DAY_IS = {  # what the day of a row is
    Queue.DUE: "By",
    Queue.CLOSING: "Closes",
    Queue.REGISTRANT: "By",
    Queue.BLOCKED: "Clears",
    Queue.ENDING: "Ends",
    Queue.ADDRESS: "Since",
    Queue.SIGNATURES: "Since",
    Queue.COUNTERSIGN: "Since",
}

# Of these the page's own sentence says more than the reason's.
SAID_ON_THE_PAGE = {
    RefusalCode.TEST_MISSING,
    RefusalCode.QUESTIONS_MISSING,
    RefusalCode.CONTRACEPTION_MISMATCH,
    RefusalCode.COUNSELING_MISSING,
}


def sentence_of(record: Record, work: Work, on: date) -> str:
    """Say why a registrant is on the worklist: the sentence of their own page, and what that leaves open."""
    if work.queue is Queue.COUNTERSIGN or work.queue is Queue.SIGNATURES:
        return _of_signing(record, work, on)
    stands = whereabouts(record, on)
    if stands.place in {Place.ON_HOLD, Place.ENDED}:
        return f"{stands.sentence} {_follows(record, work, on)}".strip()
    if work.why is not None and work.why.code is RefusalCode.PRESCRIBER_NOT_CERTIFIED:
        return prescriber_stops(record, on) if stands.place is Place.TO_SIGN else stands.sentence
    if (
        work.why is None
        or work.why.code in SAID_ON_THE_PAGE
        or (work.who is Who.NO_ONE and stands.place is not Place.WINDOW_OPEN)
    ):
        return stands.sentence
    if work.queue is Queue.CLOSING and work.until is not None:
        return f"{work.why.sentence} The window closes on {long(work.until)}."
    return f"{work.why.sentence} {work.why.next_step}"


def _follows(record: Record, work: Work, on: date) -> str:
    """Say what waits about someone on hold, or after treatment."""
    if record.course.ended_on is not None:
        return "A test after treatment is due."
    if work.queue is Queue.DUE:
        return "A later negative test is on record: the hold can be cleared."
    return prescriber_stops(record, on)


def _of_signing(record: Record, work: Work, on: date) -> str:
    missing = list(unsigned(record, on))
    by_others = [form for form, signer in missing if signer is not Signer.PRESCRIBER]
    if work.queue is Queue.COUNTERSIGN:
        return f"Signed by everyone else: {_and(form.label for form, _ in missing if form not in by_others)}."
    signers = _and(f"the {signer.label.lower()}" for _, signer in missing if signer is not Signer.PRESCRIBER)
    return f"{_and(form.label for form in by_others)}: still to be signed by {signers}."


def _and(words: Iterable[str]) -> str:
    said = list(dict.fromkeys(words))
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def in_days(day: date, on: date) -> str:
    """Say in how many days a day comes, or how many days ago it was."""
    days = (day - on).days
    if days in {-1, 0, 1}:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"
