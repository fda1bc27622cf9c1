"""What a test that was just recorded counts for, in words, by the rules that will judge it."""

from datetime import date

from pledge.admin.whereabouts import long
from pledge.rules.calendar import days_after
from pledge.rules.editions import edition_on
from pledge.rules.history import Record, Test
from pledge.rules.holds import later_negative
from pledge.rules.qualification import course_tests, newest_test_refusals, phase_of, screening_test
from pledge.rules.refusals import unique
from pledge.rules.vocabulary import RiskCategory, TestPhase, TestResult
from pledge.rules.windows import window_span

CAN = RiskCategory.CAN_BECOME_PREGNANT
CALLED = {
    TestPhase.CONFIRMATION: "the confirmation test (T2)",
    TestPhase.REPEAT: "the repeated confirmation test",
    TestPhase.MONTHLY: "this month's test (T3)",
}


def meaning_of(record: Record, test_id: int, on: date) -> str:
    """Say what a test means, and what comes next.

    :param record: as it stands with the test in it.
    """
    test = record.test_with_id(test_id)
    if test is None:
        return "The test is recorded. It was taken before this course of treatment and does not count in it."
    if test.result == TestResult.POSITIVE:
        return "The positive test is recorded: the registrant is on hold, and prescriber and program are told."
    if test.result == TestResult.INDETERMINATE:
        return "The test is recorded. Indeterminate is neither negative nor positive: a new test is needed."
    if record.hold_since is not None:
        return _on_hold(record)
    if record.course.ended_on is not None:
        return "The test is recorded among those after treatment."
    return f"The test is recorded. {_judged(record, test, on)}" if record.category == CAN else "The test is recorded."


def _on_hold(record: Record) -> str:
    if later_negative(record):
        return "The test is recorded. The registrant's prescriber may now clear the hold, in person."
    return "The test is recorded. It does not let the hold be cleared: that takes a negative of a later day."


def _judged(record: Record, test: Test, on: date) -> str:
    window, screening = record.open_window(on), screening_test(record)
    if window is not None:
        return f"It moves nothing: the window that is open closes on {long(window.closes_on)}."
    if screening is not None and screening.specimen_on == test.specimen_on:
        return f"It counts as the screening test (T1). {_after_screening(record, test)}"
    newest = course_tests(record)[-1]
    if newest.specimen_on != test.specimen_on:
        return f"A newer one, of {long(newest.specimen_on)}, decides the month."
    refusals = unique(newest_test_refusals(record, on))
    if refusals:
        return f"It does not count for the month: {' '.join(refusal.sentence for refusal in refusals)}"
    span = window_span(CAN, specimen_on=test.specimen_on, visit_on=on)
    by = long(span.last_day if span else test.specimen_on)
    return f"It counts as {CALLED[phase_of(record)]}: confirm the month by {by}."


def _after_screening(record: Record, test: Test) -> str:
    edition = edition_on(test.specimen_on)
    if record.course.enrolled_on is None:
        return "The forms are signed next; the confirmation test (T2) comes after them and the waiting period."
    second = max(
        days_after(test.specimen_on, edition.screening_gap_days),
        days_after(record.course.enrolled_on, edition.wait_days),
    )
    return f"The confirmation test (T2) counts from {long(second)}."
