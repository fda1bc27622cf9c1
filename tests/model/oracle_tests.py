"""Tests: which is which, and what each is worth (section 4; section 13, Which test, Home tests, Lockouts)."""

from dataclasses import dataclass, field
from datetime import date

from . import oracle_windows as windows
from .oracle_consent import enrolled_on
from .oracle_history import Person, Test
from .oracle_words import (
    GAP_DAYS,
    T1_DAYS_BEFORE_REGISTRATION,
    WAIT_DAYS,
    Reasons,
    days,
    edition_on,
    overlay_on,
)


@dataclass
class Worth:
    """What stops a specimen, and whether it leans on the overlay."""

    said: Reasons = field(default_factory=Reasons)
    overlay: bool = False


def in_order(person: Person) -> list[tuple[date, Test]]:
    """Section 13, Which test: by specimen date, then by entry; a correction is a new entry."""
    dated = [(person.dated(test.specimen, test.seq), test) for test in person.tests]
    return [(day, test) for (day, _), test in sorted(dated, key=lambda pair: pair[0])]


def by_day(person: Person) -> dict[date, Test]:
    """Section 13: of the tests of one day the one entered last."""
    return dict(in_order(person))


def screening_day(person: Person) -> date | None:
    """Section 4, T1: the earliest negative in a medical setting; section 13: how early it may be."""
    for day, test in course_tests(person).items():
        if test.result == "negative" and test.setting != "home":
            return day
    return None


def course_tests(person: Person) -> dict[date, Test]:
    """Section 13, Which test and Further: the specimens dated in this course; before the first, 30 days at most."""
    earliest = person.course.first_day
    if person.course_number == 1:
        earliest -= days(T1_DAYS_BEFORE_REGISTRATION)
    return {day: test for day, test in by_day(person).items() if day >= earliest}


def before_first_dose(person: Person) -> bool:
    """Whether nothing was dispensed yet in a window of this course."""
    return all(auth.window is None for auth in person.dispenses(person.course_number))


def setting_worth(person: Person, day: date, test: Test, *, treated: bool | None = None) -> Worth:
    """Section 2: the settings of the specimen day's edition and overlay, before treatment and during."""
    worth = Worth()
    treated = not before_first_dose(person) if treated is None else treated
    if test.setting == "clia_lab":
        return worth
    modern = edition_on(day) == "2026"
    laboratory_only = not modern and not overlay_on(day)
    if laboratory_only or (test.setting == "home" and not treated):
        worth.said.name("setting_not_allowed")
    elif test.setting == "home" and not (person.home_permitted and test.evidence):
        worth.said.name("home_test_not_permitted")
        worth.overlay = not modern
    else:
        worth.overlay = not modern
    return worth


def clears(person: Person, day: date, test: Test) -> bool:
    """Section 13, Which test: a negative that ends a hold, in a setting that counts for its kind (section 4)."""
    if test.result != "negative":
        return False
    if not person.ended and before_first_dose(person) and screening_day(person) is None:
        return test.setting != "home"
    return not setting_worth(person, day, test, treated=person.ended or not before_first_dose(person)).said


def stopped(person: Person, specimen: date) -> bool:
    """Section 13, Which test: an indeterminate (section 4: or positive) one later, and no counting negative since."""
    halted = False
    last_of_its_day = by_day(person).get(specimen)
    for day, test in in_order(person):
        if day < specimen or (day == specimen and test is not last_of_its_day):
            continue
        if test.result != "negative":
            halted = True
        elif test.result == "negative" and not setting_worth(person, day, test).said:
            halted = False
    return halted


def wait_reasons(person: Person, today: date, specimen: date) -> Reasons:
    """Section 4: the wait from enrollment, and the gap from the screening test."""
    said = Reasons()
    start, first = enrolled_on(person, today), screening_day(person)
    if start and specimen < start + days(WAIT_DAYS):
        said.name("waiting_period", max(today, start + days(WAIT_DAYS)))
    if first and specimen < first + days(GAP_DAYS):
        said.name("test_gap_too_short", max(today, first + days(GAP_DAYS)))
    return said


def no_second_test(person: Person, today: date) -> Worth:
    """Section 13, What a check says: with the screening test alone, or not even that."""
    worth = Worth()
    start, first = enrolled_on(person, today), screening_day(person)
    if first is None:
        worth.said.name("screening_test_missing")
        worth.said.update(not_a_screening_test(person))
    if start and today < start + days(WAIT_DAYS):
        worth.said.name("waiting_period", start + days(WAIT_DAYS))
    clears = max(today, start + days(WAIT_DAYS), (first or today) + days(GAP_DAYS)) if start else None
    worth.said.name("test_missing", clears)
    return worth


def not_a_screening_test(person: Person) -> Reasons:
    """The scenario format's last lines: a check names the reasons that stop the newest test."""
    said = Reasons()
    for test in list(course_tests(person).values())[-1:]:
        if test.result != "negative":
            said.name("result_not_negative")
        if test.setting == "home":
            said.name("setting_not_allowed")
    return said


def cycle_reasons(person: Person, day: date, test: Test) -> Reasons:
    """Section 4, T2: the first five days, unless exempt; the repeat is asked only through 2021."""
    said = Reasons()
    repeat = any(windows.specimen_of(person, window) != day for window in windows.course_windows(person))
    asked = not repeat or edition_on(day) != "2026"
    if asked and not test.cycle_exempt and test.cycle_day not in range(1, 6):
        said.name("outside_cycle_days")
    return said


def closed_window_reasons(person: Person, today: date, specimen: date) -> Reasons:
    """Section 5: the specimen is dated after the last day of any earlier window that was not cancelled."""
    said = Reasons()
    for window in windows.course_windows(person):
        own = specimen == windows.specimen_of(person, window)
        if own or windows.cancelled_on(person, window) or windows.is_open(person, window, today):
            continue
        if today >= windows.closed_from(person, window) and specimen <= windows.last_day(person, window):
            said.name("specimen_in_closed_window", max(today, windows.last_day(person, window) + days(1)))
    return said


def window_reasons(person: Person, today: date, specimen: date, visit: date | None) -> Reasons:
    """Sections 5 and 13: what earlier windows say of a specimen, and whether its own days are over."""
    said = closed_window_reasons(person, today, specimen)
    own = None
    for window in windows.course_windows(person):
        if specimen == windows.specimen_of(person, window):
            own = window
    if own and windows.used(person, own):
        return Reasons(test_missing=None)
    if own and windows.cancelled_on(person, own) and windows.is_first(person, own):
        said.name("specimen_in_closed_window", max(today, specimen + days(1)))
    if own and not windows.cancelled_on(person, own) and not windows.is_open(person, own, today):
        said.name("window_expired")
    begins = (visit or today) if edition_on(specimen) == "2006" else specimen
    if begins + days(6) < today:
        said.name("window_expired")
    return said


def worth_of(person: Person, today: date, wanted: date | None = None, visit: date | None = None) -> Worth:
    """What stops the specimen of a day, or the newest one, from opening a window."""
    found = course_tests(person)
    first_dose = before_first_dose(person)
    screening = screening_day(person)
    if first_dose and screening is None:
        return no_second_test(person, today)
    later = [day for day in found if day != screening and (not first_dose or day > screening)]
    specimen = wanted or max(later, default=None)
    if first_dose and (specimen is None or specimen == screening):
        return no_second_test(person, today)
    if specimen not in found or specimen == screening:
        return Worth(Reasons(test_missing=None))
    spent = window_reasons(person, today, specimen, visit)
    if "test_missing" in spent:
        return Worth(spent)
    test = found[specimen]
    worth = setting_worth(person, specimen, test)
    if first_dose:
        worth.said.update(wait_reasons(person, today, specimen))
        worth.said.update(cycle_reasons(person, specimen, test))
    if test.result != "negative" or stopped(person, specimen):
        worth.said.name("result_not_negative")
    worth.said.update(spent)
    if windows.specimen_from_lockout(person, today, specimen):
        worth.said.name("locked_out", windows.first_free_day(person, today))
    return worth
