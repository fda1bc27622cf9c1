"""The made-up registrants, one for each answer. The same for every test key; pharmacies share nothing."""

from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import NamedTuple

from pledge.rules.history import LiveAuthorization, Record, Standing
from pledge.rules.vocabulary import AuthorizationStatus
from pledge.sandbox.records import (
    BORN_ON,
    ENDED,
    after_the_window,
    certified,
    confirmed_for,
    in_first_month,
    on_last_day,
    transferred,
    unanswered,
    without_tests,
)

FEWER_DAYS = 15
ELSEWHERE = -1  # the key of an authorization that no row has


class Fate(Enum):
    """What becomes of an authorization as soon as it is issued."""

    LIVES = "goes on"
    REVOKED = "is revoked"
    LAPSES = "lapses"
    PAUSES = "is suspended, and resumes"


class MadeUp(NamedTuple):
    """One made-up registrant: number and date of birth, what asking about them shows, and their record on a day.

    ``code`` is the reason that shows, empty where the answer is a yes; ``at`` is the step where it does: ``check`` (a
    request for an authorization is told the same), ``dispense``, or ``call``, where ``code`` is a kind of problem with
    which the call itself is answered.
    """

    number: str
    shows: str
    life: Callable[[date], Record] = in_first_month
    code: str = ""
    at: str = "check"
    fate: Fate = Fate.LIVES
    pharmacy_is_active: bool = True
    born_on: date = BORN_ON

    def pharmacy(self, on: date) -> Standing:
        """Give the standing of the pharmacy that asks about them."""
        return certified(on) if self.pharmacy_is_active else ENDED


def _prescriber_ended(on: date) -> Record:
    return in_first_month(on)._replace(prescriber=ENDED)


def _authorized_elsewhere(on: date) -> Record:
    record = in_first_month(on)
    (window,) = record.windows
    days = window.confirmation.days_supply if window.confirmation else 0
    live = LiveAuthorization(
        ELSEWHERE, ELSEWHERE, certified(on), AuthorizationStatus.ISSUED, on, window.closes_on, days, window.id
    )
    return record._replace(authorization=live)


PEOPLE: tuple[MadeUp, ...] = (
    MadeUp("0000000101", "Eligible, in a prescription window of which this is the first day."),
    MadeUp("0000000102", "Eligible, of the category that has no window under the present rules.", without_tests),
    MadeUp("0000000103", "Eligible, on the last day of the window.", on_last_day),
    MadeUp("0000000201", "The prescriber's office must act first.", _prescriber_ended, "contact_prescriber"),
    MadeUp(
        "0000000202",
        "The patient has a step to finish first.",
        lambda on: unanswered(in_first_month(on)),
        "patient_action_needed",
    ),
    MadeUp(
        "0000000203",
        "The window closed yesterday; that leaves the office and the patient something to do as well.",
        after_the_window,
        "window_closed",
    ),
    MadeUp("0000000204", "Another pharmacy holds an authorization.", _authorized_elsewhere, "authorization_active"),
    MadeUp(
        "0000000205",
        "Your pharmacy is taken to be no longer active.",
        code="pharmacy_not_certified",
        pharmacy_is_active=False,
    ),
    MadeUp(
        "0000000206",
        f"At most {FEWER_DAYS} days may be handed over; eligible for so many or fewer.",
        lambda on: confirmed_for(in_first_month(on), FEWER_DAYS),
        "supply_over_limit",
    ),
    MadeUp(
        "0000000207",
        f"Several reasons at once: the office, the patient, and more than {FEWER_DAYS} days.",
        lambda on: transferred(confirmed_for(unanswered(in_first_month(on)), FEWER_DAYS)),
        "contact_prescriber",
    ),
    MadeUp(
        "0000000301",
        "Eligible; the authorization is revoked as soon as it is issued, and cannot be dispensed.",
        code="authorization_closed",
        at="dispense",
        fate=Fate.REVOKED,
    ),
    MadeUp(
        "0000000302",
        "Eligible; the authorization lapses as soon as it is issued, though its last day, today, is not over.",
        on_last_day,
        "authorization_closed",
        "dispense",
        Fate.LAPSES,
    ),
    MadeUp(
        "0000000303",
        "Eligible; the authorization is suspended for its first minute and resumes then.",
        code="contact_prescriber",
        at="dispense",
        fate=Fate.PAUSES,
    ),
    MadeUp("0000000401", "Your pharmacy is taken to be suspended.", code="pharmacy-suspended", at="call"),
    MadeUp("0000000402", "You have made too many calls.", code="too-many-requests", at="call"),
    MadeUp(
        "0000000403",
        "Another request with your Idempotency-Key is still being decided; eligible where none is asked for.",
        code="request-in-progress",
        at="call",
    ),
    MadeUp("0000000404", "Something went wrong on our side.", code="internal-error", at="call"),
    MadeUp("0000000405", "The database cannot be asked.", code="unavailable", at="call"),
)
_BY_NUMBER = {person.number: person for person in PEOPLE}


def person_named(number: str, born_on: date) -> MadeUp | None:
    """Give who bears a number and a date of birth, or None."""
    person = _BY_NUMBER.get(number)
    return person if person is not None and person.born_on == born_on else None


def person_numbered(number: str) -> MadeUp | None:
    """Give who bears a number, or None."""
    return _BY_NUMBER.get(number)
