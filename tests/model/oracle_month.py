"""What stands between a registrant and a dispense (sections 5, 7, 8, 9; section 13, What a check says)."""

from datetime import date, datetime

from . import oracle_tests as tests
from . import oracle_windows as windows
from .oracle_consent import consent_reasons
from .oracle_history import Authorization, Person, Window
from .oracle_standing import Party
from .oracle_words import (
    CAN,
    MAX_SUPPLY,
    SUPPLY_LEFT_MAX,
    WINDOWLESS_DAYS,
    Reasons,
    days,
    edition_on,
    effective_methods,
    program_day,
)


def usable_through(person: Person, auth: Authorization) -> date:
    """The last day an authorization may be dispensed (section 7; section 13, Authorizations and Further)."""
    if auth.printed is None:
        return program_day(auth.at) + days(WINDOWLESS_DAYS)
    if auth.window is None or auth.category != CAN:
        return auth.printed
    return min(auth.printed, windows.full_last_day(person, person.windows[auth.window - 1]))


def status(person: Person, auth: Authorization, pharmacy: Party, at: datetime) -> str:
    """Section 7: issued, dispensed, reversed, revoked or lapsed; each judgment from its own instant."""
    if auth.dispensed_at:
        return "dispensed"
    if auth.reversed_at:
        return "reversed"
    if auth.revoked_at:
        return "revoked"
    failed = pharmacy.first_failure(auth.seq, at)
    if failed and program_day(failed) <= usable_through(person, auth):
        return "revoked"
    return "lapsed" if program_day(at) > usable_through(person, auth) else "issued"


def dispensed_days(person: Person, window: Window) -> int:
    return sum(a.days for a in person.authorizations if a.window == window.number and a.dispensed_at)


def last_supply(person: Person, course: int | None = None) -> tuple[date, date] | None:
    """The day of the last dispense, reported ones too, and the last day it covers (section 13, Notices).

    Of one course, or of all.
    """
    found = [
        (a.dispensed_seq, program_day(a.dispensed_at), a.days)
        for a in person.authorizations
        if a.dispensed_at and course in (None, a.course)
    ]
    found += [(seq, day, count) for seq, number, day, count, _ in person.reported if course in (None, number)]
    if not found:
        return None
    _, day, count = max(found)
    return day, day + days(count - 1)


def lockout_reasons(person: Person, today: date) -> Reasons:
    said = Reasons()
    if windows.locking(person, today):
        said.name("locked_out", windows.first_free_day(person, today))
    return said


def standing_reasons(person: Person, today: date, at: datetime, prescriber: Party, pharmacy: Party) -> Reasons:
    """What stops the registrant or the parties as such (section 13, Further)."""
    said = consent_reasons(person, today)
    if person.ended:
        said.name("treatment_ended")
    if not prescriber.certified(at):
        said.name("prescriber_not_certified")
    if not pharmacy.certified(at):
        said.name("pharmacy_not_certified")
    if person.open_holds:
        said.name("on_hold")
    said.update(lockout_reasons(person, today))
    return said


def supply_limit(person: Person, window: Window | None) -> int:
    """Section 13, Confirming: neither what was confirmed nor 30, less what was dispensed in this window."""
    if window is None:
        return MAX_SUPPLY
    return min(MAX_SUPPLY, windows.confirmation(person, window).days) - dispensed_days(person, window)


def answer_reasons(person: Person, window: Window) -> Reasons:
    """Section 5 c: the newest answer is right, and its methods are the prescriber's."""
    said = Reasons()
    given = windows.newest_answer(person, window)
    if given is None or not given.correct:
        said.name("questions_missing")
    confirmed = windows.confirmation(person, window).methods
    if given and effective_methods(given.methods) != effective_methods(confirmed):
        said.name("contraception_mismatch")
    return said


def can_month(person: Person, today: date, window: Window | None, dispensing: bool) -> tests.Worth:
    """Section 5 for can_become_pregnant: test, counseling, questions."""
    if window is None:
        worth = tests.worth_of(person, today)
        worth.said.name("counseling_missing")
        worth.said.name("questions_missing")
        return worth
    worth = tests.Worth(answer_reasons(person, window), window.overlay)
    if not dispensing and len(windows.open_windows(person, today)) > 1:
        worth.said.name("window_already_open")
    specimen = windows.specimen_of(person, window)
    worth.said.update(tests.closed_window_reasons(person, today, specimen))
    if windows.is_first(person, window):
        worth.said.update(tests.wait_reasons(person, today, specimen))
    if tests.stopped(person, specimen):
        worth.said.name("result_not_negative")
    if not dispensing and not windows.confirmed_by_present_prescriber(person, window):
        worth.said.name("counseling_missing")
    return worth


def cannot_month(person: Person, today: date, window: Window | None, dispensing: bool) -> tests.Worth:
    """Section 5 for cannot_become_pregnant, and the supply still left (section 13, Without a window, Further)."""
    worth = tests.Worth()
    windowless = edition_on(today) == "2026"
    if not windowless and not dispensing:
        if window is None and windows.closed_unused(person):
            worth.said.name("window_expired")
        if window is None or not windows.confirmed_by_present_prescriber(person, window):
            worth.said.name("counseling_missing")
    return worth


def supply_left(person: Person, today: date) -> Reasons:
    """Section 13, Without a window and Further: more than 7 days of the last dispensed supply are left."""
    said, supply = Reasons(), last_supply(person)
    if person.category != CAN and supply and (supply[1] - today).days > SUPPLY_LEFT_MAX:
        said.name("supply_over_limit", supply[1] - days(SUPPLY_LEFT_MAX))
    return said


def month(person: Person, today: date, supply: int, auth: Authorization | None = None) -> tests.Worth:
    """Every step of the month not yet done, in the category and edition of the act."""
    window = windows.open_window(person, today)
    judged = can_month if person.category == CAN else cannot_month
    worth = tests.Worth() if person.ended else judged(person, today, window, auth is not None)
    if auth is None:
        worth.said.update(supply_left(person, today))
    counted = window
    if auth is not None and auth.window:
        counted = person.windows[auth.window - 1]
    if person.category != CAN and edition_on(today) == "2026":
        counted = None
    if supply > supply_limit(person, counted):
        worth.said.name("supply_over_limit", worth.said.get("supply_over_limit"))
    return worth


def month_complete(person: Person, window: Window) -> bool:
    """Section 10, window_open: confirmed, and for can_become_pregnant answered with the same methods."""
    if not windows.confirmed_by_present_prescriber(person, window):
        return False
    return person.category != CAN or not answer_reasons(person, window)
