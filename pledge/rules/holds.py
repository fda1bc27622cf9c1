"""Holds: what a positive test or a pregnancy report stops, and who may clear it (sections 4, 8 and 13)."""

from collections.abc import Iterator

from pledge.rules.history import Record
from pledge.rules.qualification import counts, phase_of, screening_test, specimens
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import TestPhase, TestResult


def clearing_refusals(record: Record, *, in_person: bool) -> Iterator[Refusal]:
    """Name why a hold cannot be cleared now.

    Only the registrant's own prescriber may, in person, and only after a negative test of a strictly later specimen
    day, in a setting that counts.
    """
    if not in_person:
        yield Refusal(RefusalCode.ON_HOLD)
    if not later_negative(record):
        yield Refusal(RefusalCode.TEST_MISSING)


def later_negative(record: Record) -> bool:
    """Tell whether a negative test that counts is dated after the day the hold rests on."""
    phase = clearing_phase(record)
    return any(
        test.result == TestResult.NEGATIVE
        and record.hold_since is not None
        and test.specimen_on > record.hold_since
        and counts(record, test, phase)
        for test in specimens(record)
    )


def clearing_phase(record: Record) -> TestPhase:
    """Give what kind of test ends a hold: the kind that is next in the registrant's course."""
    if record.course.ended_on is not None:
        return TestPhase.POST_TREATMENT
    phase = phase_of(record)
    if phase is not TestPhase.MONTHLY and screening_test(record) is None:
        return TestPhase.SCREENING
    return phase
