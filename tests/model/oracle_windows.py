"""Windows and lockouts, worked out anew each time from what was recorded (sections 2, 5 and 6)."""

from datetime import date, datetime

from .oracle_history import Confirmation, Given, Hold, Person, Window
from .oracle_words import (
    CAN,
    CANNOT,
    LOCKOUT_2006_DAYS,
    LOCKOUT_BY_SPECIMEN,
    LOCKOUT_DAYS,
    days,
    edition_on,
    midnight,
)


def specimen_of(person: Person, window: Window) -> date | None:
    """The day its specimen carries after corrections (section 4)."""
    return window.specimen and person.dated(window.specimen, window.seq)[0]


def first_day(person: Person, window: Window) -> date:
    """Section 2: the specimen's day; in 2006, and for cannot_become_pregnant, the visit.

    Section 13, Lockouts: the edition of the specimen day says which.
    """
    specimen = specimen_of(person, window)
    if specimen is None or edition_on(specimen) == "2006":
        return window.visit
    return specimen


def full_last_day(person: Person, window: Window) -> date:
    """Section 6: seven days counting the first; for cannot_become_pregnant from 2007 the visit + 30."""
    first = first_day(person, window)
    if window.category == CANNOT and edition_on(first) != "2006":
        return first + days(30)
    return first + days(6)


def cancelled_on(person: Person, window: Window) -> date | None:
    return next((day for _, number, day in person.cancellations if number == window.number), None)


def closing_hold(person: Person, window: Window) -> Hold | None:
    """Section 13, Which test: the positive or the report that closed the window while it was open."""
    if cancelled_on(person, window):
        return None
    for hold in person.holds:
        if hold.seq > window.seq and hold.day <= full_last_day(person, window):
            return hold
    return None


def course_left_on(person: Person, window: Window) -> date | None:
    """Section 13, Endings and Categories: the day on which its course ended or gave way to another."""
    left = [(seq, day) for seq, _, _, day in person.endings]
    left += [(course.seq, course.first_day) for course in person.courses if course.begun_by == "change"]
    return min((pair for pair in left if pair[0] > window.seq), default=(0, None))[1]


def closed_early_on(person: Person, window: Window) -> date | None:
    """The day of what closed it while it was open: a positive, a report, the end of its course."""
    hold, left = closing_hold(person, window), course_left_on(person, window)
    early = [day for day in (hold and hold.day, left) if day and day <= full_last_day(person, window)]
    return min(early, default=None)


def last_day(person: Person, window: Window) -> date:
    """The window's last day; a hold, or the end of its course, makes its own day the last."""
    return closed_early_on(person, window) or full_last_day(person, window)


def closes_at(person: Person, window: Window) -> datetime:
    """Section 6: exclusive, the midnight after the last day."""
    return midnight(last_day(person, window) + days(1))


def days_of(person: Person, window: Window) -> tuple[date, date, datetime]:
    return first_day(person, window), last_day(person, window), closes_at(person, window)


def replaced(person: Person, window: Window) -> bool:
    """Section 13, Further: a new visit of cannot_become_pregnant closes the open window."""
    return any(w.seq > window.seq and w.category == CANNOT for w in person.windows)


def used(person: Person, window: Window) -> bool:
    return any(a.window == window.number and a.dispensed_at for a in person.authorizations)


def is_open(person: Person, window: Window, today: date) -> bool:
    return (
        window.course == person.course_number
        and not person.ended
        and not cancelled_on(person, window)
        and not closing_hold(person, window)
        and not replaced(person, window)
        and first_day(person, window) <= today <= full_last_day(person, window)
    )


def open_window(person: Person, today: date) -> Window | None:
    return max(open_windows(person, today), key=lambda w: (first_day(person, w), w.number), default=None)


def open_windows(person: Person, today: date) -> list[Window]:
    """More than one only where a correction laid one over another."""
    return [window for window in person.windows if is_open(person, window, today)]


def course_windows(person: Person) -> list[Window]:
    return [w for w in person.windows if w.course == person.course_number]


def is_newest(person: Person, window: Window) -> bool:
    """Section 13, Notices: what followed a window is worth telling while none, but cancelled ones, was opened since."""
    since = [w for w in course_windows(person) if w.seq > window.seq and not cancelled_on(person, w)]
    return not since


def is_first(person: Person, window: Window) -> bool:
    """Section 6: no dispense has ever happened in this course (when this window was opened)."""
    return all(a.dispensed_seq > window.seq for a in person.dispenses(window.course))


def closed_from(person: Person, window: Window) -> date:
    """The first day on which the window is no longer open."""
    early = cancelled_on(person, window) or closed_early_on(person, window)
    return early or full_last_day(person, window) + days(1)


def locking(person: Person, day: date) -> list[Window]:
    """Sections 2, 6 and 13, Lockouts: the windows whose lockout holds on a day, by that day's edition."""
    edition = edition_on(day)
    found = []
    for window in person.windows:
        if window.category != CAN or day < closed_from(person, window):
            continue
        first = is_first(person, window)
        if edition == "2006" and not cancelled_on(person, window):
            if day < last_day(person, window) + days(LOCKOUT_2006_DAYS):
                found.append(window)
        if edition in LOCKOUT_BY_SPECIMEN and first and not used(person, window):
            if day < specimen_of(person, window) + days(LOCKOUT_DAYS):
                found.append(window)
    return found


def first_free_day(person: Person, today: date) -> date:
    day = today
    while locking(person, day):
        day += days(1)
    return day


def specimen_from_lockout(person: Person, today: date, specimen: date) -> bool:
    """Section 13, Lockouts: in 2007 and 2021 the new specimen too is on or after specimen + 19."""
    if edition_on(today) not in LOCKOUT_BY_SPECIMEN:
        return False
    return any(
        specimen != specimen_of(person, w) and specimen < specimen_of(person, w) + days(LOCKOUT_DAYS)
        for w in person.windows
        if w.category == CAN and closed_from(person, w) <= today and is_first(person, w) and not used(person, w)
    )


def prior_source_asked(person: Person, today: date) -> bool:
    """Section 13, Confirming and Further: the last window not cancelled closed unused, after some dispense."""
    kept = [w for w in course_windows(person) if not cancelled_on(person, w)]
    if person.category != CAN or not kept:
        return False
    last = max(kept, key=lambda window: (first_day(person, window), window.number))
    return not is_open(person, last, today) and not used(person, last) and not is_first(person, last)


def closed_unused(person: Person) -> bool:
    """Section 13, What a check says: the last window not cancelled closed unused; to be asked while none is open."""
    kept = [w for w in course_windows(person) if not cancelled_on(person, w)]
    last = max(kept, key=lambda window: (first_day(person, window), window.number), default=None)
    return last is not None and not used(person, last)


def confirmation(person: Person, window: Window) -> Confirmation:
    """The newest confirmation of a window."""
    return [c for c in person.confirmations if c.window == window.number][-1]


def newest_answer(person: Person, window: Window) -> Given | None:
    """Section 13, Answering: the newest counts."""
    return next((a for a in reversed(person.answers) if a.window == window.number), None)


def confirmed_by_present_prescriber(person: Person, window: Window) -> bool:
    """Section 13, Transfer: the new prescriber's confirmation of the same specimen."""
    confirmed = confirmation(person, window)
    return [prescriber for seq, prescriber in person.prescribers if seq < confirmed.seq][-1] == person.prescriber
