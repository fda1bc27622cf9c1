"""What the worklist says: one sentence why, and in how many days."""

from datetime import date

from pledge.admin.whereabouts import Place, Tone, long, place_of, unsigned, whereabouts
from pledge.admin.worklist.queues import Queue, Who, Work
from pledge.rules.history import Record
from pledge.rules.vocabulary import Signer

HINTS = {
    Queue.DUE: "What the clinic can do now, the nearest last day first.",
    Queue.CLOSING: "Nothing was dispensed yet, and the window's last day is near.",
    Queue.COUNTERSIGN: "Everyone else has signed; the prescriber signs last.",
    Queue.SIGNATURES: "The course begins when every form is signed.",
    Queue.REGISTRANT: "Their answers or their next test; nothing for the clinic to do but to remind.",
    Queue.BLOCKED: "What stops them, and the day it clears.",
    Queue.ADDRESS: "Messages do not arrive there; ask for another address.",
    Queue.ENDING: "A certification, an attestation or a designation that runs out, or has.",
}
NOTHING = {
    Queue.DUE: "Nothing is due today.",
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


def sentence_of(record: Record, work: Work, on: date) -> str:
    """Say why a registrant is on the worklist: the sentence of their own page, and what that leaves open."""
    stands = whereabouts(record, on)
    if stands.place is Place.ON_HOLD and work.queue is Queue.DUE:
        return f"{stands.sentence} A later negative test is on record: the hold can be cleared."
    if work.queue is Queue.COUNTERSIGN:
        missing = list(unsigned(record, on))
        by_others = {form for form, signer in missing if signer is not Signer.PRESCRIBER}
        ready = [form.label for form, _ in missing if form not in by_others]
        return f"Signed by everyone else: {' and '.join(ready)}."
    unsaid = work.who is Who.PRESCRIBER or stands.tone is Tone.STOP
    if work.why is not None and unsaid and place_of(record, on) is Place.WINDOW_OPEN:
        return f"{work.why.sentence} The window closes on {long(work.until)}." if work.until else work.why.sentence
    if work.why is not None and work.who is Who.PRESCRIBER:
        return work.why.sentence
    return stands.sentence


def in_days(day: date, on: date) -> str:
    """Say in how many days a day comes, or how many days ago it was."""
    days = (day - on).days
    if days in {-1, 0, 1}:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"
