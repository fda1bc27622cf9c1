"""After the end of a course: which tests are still asked for, and on which day (sections 4 and 13)."""

from datetime import date
from typing import NamedTuple

from pledge.rules.calendar import days_after
from pledge.rules.editions import edition_on
from pledge.rules.history import Record
from pledge.rules.vocabulary import TestResult


class Asked(NamedTuple):
    """One test after treatment: T4 from the last dose on, T5 a number of days later."""

    name: str
    from_day: date
    done: bool


def post_treatment(record: Record, last_dose_on: date, on: date) -> tuple[Asked, Asked]:
    """Give the two tests that an ending asks for, in order.

    Each is done by a specimen of its day or later; an indeterminate one asks for a new test (section 4).

    :param on: the program day of the question.
    """
    days = {"T4": last_dose_on, "T5": days_after(last_dose_on, edition_on(on).post_treatment_days)}
    first, second = (Asked(name, day, _is_done(record, day)) for name, day in days.items())
    return first, second


def next_asked(record: Record, last_dose_on: date, on: date) -> Asked | None:
    """Give the test that is asked for next, or None where both are done; from T5's day on it does for T4 too.

    :param on: the program day of the question.
    """
    first, second = post_treatment(record, last_dose_on, on)
    asked = first if not first.done and second.from_day > on else second
    return None if asked.done else asked


def _is_done(record: Record, day: date) -> bool:
    return any(test.specimen_on >= day and test.result != TestResult.INDETERMINATE for test in record.tests)
