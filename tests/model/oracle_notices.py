"""What is due to be told, and what has been told (section 10; section 13, Notices)."""

from datetime import date, datetime

from . import oracle_consent as consent
from . import oracle_tests as tests
from . import oracle_windows as windows
from .oracle_history import Authorization, Person
from .oracle_month import last_supply, status
from .oracle_standing import Party
from .oracle_words import CAN, NEW_BIRTH_DEFECTS_FORM, T5_DAYS, days, edition_on, program_day

PROGRAM = "program"
OVERDUE_AFTER = (3, 7, 14)
EXPIRING_BEFORE = (30, 7, 1)
CLOSING_BEFORE = (3, 1)


class Told:
    """One notice per recipient, kind and occasion, however often it is asked for."""

    def __init__(self) -> None:
        self.ever: set[tuple] = set()
        self.now: set[str] = set()

    def tell(self, to: str, kind: str, *occasion: object) -> None:
        if (to, kind, occasion) not in self.ever:
            self.ever.add((to, kind, occasion))
            self.now.add(f"{to}: {kind}")

    def knows(self, to: str, kind: str, *occasion: object) -> bool:
        return (to, kind, occasion) in self.ever

    def latest(self, to: str, kind: str, today: date, due: list[tuple[date, object]]) -> None:
        """Of several overdue of one kind only the latest; a missed one while it is still true."""
        reached = sorted((day, str(occasion)) for day, occasion in due if day <= today)
        if reached:
            self.tell(to, kind, reached[-1])
            self.ever.update((to, kind, (occasion,)) for occasion in reached)


def sweep(told: Told, people: list[Person], parties: dict[str, Party], at: datetime) -> None:
    """The nightly work: the program day decides, not the hour."""
    today = program_day(at)
    for party in parties.values():
        if party.kind != "designee":
            expiring(told, party, at, today)
    for person in people:
        for auth in person.authorizations:
            authorization_notices(told, person, auth, parties, at)
        if person.ended:
            post_treatment(told, person, today)
            continue
        new_form(told, person, today)
        test_due(told, person, today)
        window_reminders(told, person, today)
        lockout_notices(told, person, today)


def expiring(told: Told, party: Party, at: datetime, today: date) -> None:
    """`certification_expiring`: 30, 7 and 1 days before the last certified day, while it still stands."""
    end = party.through()
    if end and party.certified(at):
        told.latest(
            party.id,
            "certification_expiring",
            today,
            [(end - days(before), f"{end} {before}") for before in EXPIRING_BEFORE],
        )


def authorization_notices(
    told: Told, person: Person, auth: Authorization, parties: dict[str, Party], at: datetime
) -> None:
    """Lapsed, revoked, suspended or resumed: what the pharmacy has not been told yet."""
    now = status(person, auth, parties[auth.pharmacy], at)
    if now == "revoked":
        told.tell(auth.pharmacy, "authorization_revoked", auth.number)
    if now == "lapsed":
        told.tell(auth.pharmacy, "authorization_lapsed", auth.number)
    if now == "issued":
        suspension_notices(told, person, auth, parties, at)


def suspension_notices(
    told: Told, person: Person, auth: Authorization, parties: dict[str, Party], at: datetime
) -> None:
    """Section 13, Standing: suspended with the prescriber's certification, and resumed with it."""
    prescriber = parties[person.prescriber]
    suspensions = [o for to, kind, o in told.ever if kind == "authorization_suspended" and o[0] == auth.number]
    resumptions = [o for to, kind, o in told.ever if kind == "authorization_resumed" and o[0] == auth.number]
    if not prescriber.certified(at) and len(suspensions) == len(resumptions):
        told.tell(auth.pharmacy, "authorization_suspended", auth.number, len(suspensions))
    if prescriber.certified(at) and len(suspensions) > len(resumptions):
        told.tell(auth.pharmacy, "authorization_resumed", auth.number, len(resumptions))


def post_treatment(told: Told, person: Person, today: date) -> None:
    """T4 on the last dose's day, T5 30 days after; overdue after 3, 7 and 14 days (sections 4, 10, 13)."""
    _, last_dose, asked, _ = person.endings[-1]
    if not asked:
        return
    due = []
    for name, day in (("T4", last_dose), ("T5", last_dose + days(T5_DAYS))):
        if not any(specimen >= day for specimen in tests.by_day(person)):
            due.append((day, name))
    late = [(day + days(after), f"{name} {after}") for day, name in due for after in OVERDUE_AFTER]
    told.latest(person.id, "post_treatment_test_due", today, due)
    told.latest(person.id, "post_treatment_test_overdue", today, late)


def new_form(told: Told, person: Person, today: date) -> None:
    """Section 13, Consent: a new form version is asked for with the next sweep."""
    if today < NEW_BIRTH_DEFECTS_FORM or person.category != CAN:
        return
    signed = consent.signatures(person, consent.BIRTH_DEFECTS).get("registrant")
    renewed = any(s.day >= NEW_BIRTH_DEFECTS_FORM for s in consent.own_signatures(person, consent.BIRTH_DEFECTS))
    if signed and signed.day < NEW_BIRTH_DEFECTS_FORM and not renewed:
        told.tell(person.id, "invitation_to_sign", consent.BIRTH_DEFECTS, NEW_BIRTH_DEFECTS_FORM)


def test_due(told: Told, person: Person, today: date) -> None:
    """7 days before the supply ends and the day it ends; untrue once a later specimen is recorded."""
    supply = last_supply(person, person.course_number)
    if supply is None or person.category != CAN or person.open_holds:
        return
    handed_out, covered = supply
    if not any(specimen > handed_out for specimen in tests.by_day(person)):
        told.latest(person.id, "test_due", today, [(covered - days(7), covered - days(7)), (covered, covered)])


def window_reminders(told: Told, person: Person, today: date) -> None:
    """`window_closing` 3 days and 1 day before the last day unless dispensed; `window_missed` the next morning."""
    if person.category != CAN and edition_on(today) == "2026":
        return
    for window in windows.course_windows(person):
        last = windows.last_day(person, window)
        if windows.used(person, window):
            continue
        if windows.is_open(person, window, today):
            due = [(last - days(before), f"{window.number} {before}") for before in CLOSING_BEFORE]
            told.latest(person.id, "window_closing", today, due)
        elif missed(person, window) and not told.knows(person.id, "window_missed", window.number):
            told.tell(person.id, "window_missed", window.number)
            told.tell(person.prescriber, "window_missed", person.id, window.number)


def missed(person: Person, window: windows.Window) -> bool:
    """Passed with nothing dispensed: not cancelled, not closed by a hold or a new visit, none opened since."""
    return (
        not windows.cancelled_on(person, window)
        and not windows.closing_hold(person, window)
        and windows.is_newest(person, window)
    )


def lockout_notices(told: Told, person: Person, today: date) -> None:
    """`locked_out` while it holds, `lockout_ended` once it is over (sections 2 and 10)."""
    for window in windows.course_windows(person):
        if not windows.is_newest(person, window):
            continue
        if window in windows.locking(person, today):
            told.tell(person.id, "locked_out", window.number)
            continue
        day = windows.closed_from(person, window)
        if day < today and window in windows.locking(person, day):
            told.tell(person.id, "lockout_ended", window.number)


def confirmation_due(told: Told, person: Person, at: datetime, specimen: date) -> None:
    """Section 13, Notices: a qualifying negative test is recorded, and its month is not confirmed."""
    today = program_day(at)
    stopped = person.category != CAN or person.ended or person.open_holds or last_is_open(person, today)
    if stopped or windows.locking(person, today) or consent.consent_reasons(person, today):
        return
    if not tests.worth_of(person, today, specimen).said:
        told.tell(person.prescriber, "confirmation_due", person.id, specimen)


def last_is_open(person: Person, today: date) -> bool:
    return windows.open_window(person, today) is not None
