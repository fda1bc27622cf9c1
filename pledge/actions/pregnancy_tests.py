"""Tests: recorded, corrected; home tests permitted or not (sections 4 and 13)."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from pledge.actions.steps import (
    Changes,
    lock_kept,
    lock_own,
    refuse_unattested,
    revoke_live,
    stop_windows,
)
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import (
    Course,
    Deviation,
    DeviationKind,
    Dispense,
    EventType,
    FollowUp,
    PregnancyTest,
    PrescriptionWindow,
    Registrant,
)
from pledge.rules.calendar import Span, program_day
from pledge.rules.editions import first_day_of_the_rules
from pledge.rules.holds import later_negative
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import (
    CycleExemption,
    RiskCategory,
    Scope,
    SpecimenType,
    StopCause,
    TestResult,
    TestSetting,
)
from pledge.rules.windows import window_span
from pledge.trail import By, changed, created, record

LATEST_CYCLE_DAY = 999


@action
def record_test(
    *,
    registrant: Registrant,
    specimen_on: date,
    result: TestResult,
    setting: TestSetting,
    specimen_type: SpecimenType = SpecimenType.URINE,
    cycle_day: int | None = None,
    cycle_exemption: CycleExemption | None = None,
    has_evidence: bool = False,
    evidence_note: str = "",
    by: By,
    at: datetime,
) -> PregnancyTest:
    """Record a test, whatever it is worth (sections 4 and 13).

    A positive one is recorded whoever brings it: the registrant goes on hold, the open window closes, a live
    authorization is revoked.
    """
    positive = result == TestResult.POSITIVE
    row = lock_kept(registrant) if positive else _lock_attested(registrant, by, at)
    _check_specimen_day(specimen_on, "specimen", at)
    _check_cycle_day(cycle_day)
    test = PregnancyTest.objects.create(
        registrant=row,
        specimen_on=specimen_on,
        specimen_type=specimen_type,
        result=result,
        setting=setting,
        cycle_day=cycle_day,
        cycle_exemption=cycle_exemption or "",
        has_evidence=has_evidence,
        evidence_note=evidence_note,
        entered_at=at,
        entered_by=by.name,
        on_behalf_of=by.on_behalf_of,
    )
    changes: Changes = [created(test)]
    if positive:
        changes += put_on_hold(row, specimen_on, StopCause.POSITIVE_TEST, by=by, at=at)
    record(EventType.TEST_RECORDED, act="pregnancy_tests.record_test", by=by, at=at, registrant=row,
           about=test, changes=changes)  # fmt: skip
    return test


@action
def correct_test(*, registrant: Registrant, specimen_on: date, to: date, by: By, at: datetime) -> PregnancyTest:
    """Correct a specimen day: new records supersede the old, windows are recomputed (sections 4 and 13).

    All tests of one day are one specimen. What was dispensed outside the corrected window stands and raises a
    deviation.
    """
    row = lock_own(registrant, by, at=at, scope=Scope.MONTH)
    refuse_unattested(by, at)
    _check_specimen_day(to, "to", at)
    old = list(PregnancyTest.objects.in_force().filter(registrant=row, specimen_on=specimen_on).order_by("id"))
    if not old:
        raise Rejected("specimen", f"no test of {specimen_on.isoformat()} is on record")
    changes: Changes = []
    corrected = old[-1]
    for test in old:
        corrected = _supersede(test, to, by=by, at=at)
        changes += [changed(test, superseded_at=at), created(corrected)]
        for window in PrescriptionWindow.objects.filter(test=test):
            changes += _recompute(window, corrected, by=by, at=at)
    if any(test.result == TestResult.POSITIVE for test in old):
        changes += _hold_from_corrected(row, specimen_on, to, by=by, at=at)
    record(EventType.TEST_CORRECTED, act="pregnancy_tests.correct_test", by=by, at=at, registrant=row,
           about=corrected, changes=changes)  # fmt: skip
    return corrected


@action
def permit_home_tests(*, registrant: Registrant, by: By, at: datetime) -> Course:
    """Put the prescriber's permission for home tests on file, for the present course (sections 4 and 13)."""
    return _set_permission(registrant, at, EventType.HOME_TESTS_PERMITTED, "permit_home_tests", by, at)


@action
def withdraw_home_tests(*, registrant: Registrant, by: By, at: datetime) -> Course:
    """Withdraw the permission; an open window and its corrections are left alone (section 13, Home tests)."""
    return _set_permission(registrant, None, EventType.HOME_TESTS_WITHDRAWN, "withdraw_home_tests", by, at)


def put_on_hold(row: Registrant, since: date, cause: StopCause, *, by: By, at: datetime) -> Changes:
    """Hold a registrant from a day on: revoke what is live and close the open window today (sections 8 and 13)."""
    revoke_live(row, record_of(row, program_day(at)), by=by, at=at)
    changes = stop_windows(row, cause, at=at)
    changes.append(changed(row, hold_since=max(since, row.hold_since or since)))
    return changes


def _hold_from_corrected(row: Registrant, was: date, to: date, *, by: By, at: datetime) -> Changes:
    """Move a hold with the positive tests it rests on; hold again where no negative that counts is dated after it.

    A hold rests on the latest of the positive tests and reports that were not cleared; one cleared before lies before
    a negative that would clear this hold too.
    """
    tests = PregnancyTest.objects.in_force().filter(registrant=row)
    if row.hold_since is None:
        facts = record_of(row, program_day(at))._replace(hold_since=to)
        return [] if later_negative(facts) else put_on_hold(row, to, StopCause.POSITIVE_TEST, by=by, at=at)
    latest = max(row.hold_since, to)
    if row.hold_since != was:  # it rests on another day, be it of a record that was merged into this one
        return [changed(row, hold_since=latest)]
    days = set(tests.filter(result=TestResult.POSITIVE).values_list("specimen_on", flat=True))
    reports = FollowUp.objects.filter(Q(registrant=row) | Q(registrant__merged_into=row))
    days |= {program_day(report.raised_at) for report in reports}
    return [changed(row, hold_since=max(day for day in days if day <= latest))]


def _check_specimen_day(day: date, field: str, at: datetime) -> None:
    if day > program_day(at):
        raise Rejected(field, f"{day.isoformat()} is after today, {program_day(at).isoformat()}")
    if day < first_day_of_the_rules():
        raise Rejected(field, f"{day.isoformat()} is before the program's first rules")


def _check_cycle_day(day: int | None) -> None:
    if day is not None and not 0 <= day <= LATEST_CYCLE_DAY:
        raise Rejected("cycle_day", f"{day} is no day of a menstrual cycle")


def _supersede(test: PregnancyTest, to: date, *, by: By, at: datetime) -> PregnancyTest:
    return PregnancyTest.objects.create(
        registrant_id=test.registrant_id,
        specimen_on=to,
        specimen_type=test.specimen_type,
        result=test.result,
        setting=test.setting,
        cycle_day=test.cycle_day,
        cycle_exemption=test.cycle_exemption,
        has_evidence=test.has_evidence,
        evidence_note=test.evidence_note,
        entered_at=at,
        entered_by=by.name,
        on_behalf_of=by.on_behalf_of,
        supersedes=test,
    )


def _recompute(window: PrescriptionWindow, corrected: PregnancyTest, *, by: By, at: datetime) -> Changes:
    span = window_span(
        RiskCategory(window.category), specimen_on=corrected.specimen_on, visit_on=window.visit_on
    ) or Span(window.opens_on, window.closes_on)
    new: dict[str, Any] = {"test": corrected, "specimen_on": corrected.specimen_on}
    new["opens_on"], new["closes_on"] = span
    if window.stopped_at is not None:
        new["closes_on"] = max(span.first_day, min(span.last_day, window.closes_on))
    if new["closes_on"] >= program_day(at):
        new["closing_recorded_at"] = None
    changes = [changed(window, **new)]
    for dispense in Dispense.objects.filter(window=window):
        if not span.holds(dispense.dispensed_on):
            _raise_deviation(dispense, by=by, at=at)
    return changes


def _raise_deviation(dispense: Dispense, *, by: By, at: datetime) -> None:
    deviation = Deviation.objects.create(
        kind=DeviationKind.DISPENSED_OUTSIDE_WINDOW,
        registrant_id=dispense.registrant_id,
        dispense=dispense,
        raised_at=at,
    )
    record(EventType.DEVIATION_RAISED, act="pregnancy_tests.correct_test", by=by, at=at,
           registrant=dispense.registrant, about=deviation, changes=[created(deviation)])  # fmt: skip


def _lock_attested(registrant: Registrant, by: By, at: datetime) -> Registrant:
    row = lock_own(registrant, by, at=at, scope=Scope.MONTH, registrant_may=True)
    refuse_unattested(by, at)
    return row


def _set_permission(
    registrant: Registrant, permitted_at: datetime | None, event: EventType, act: str, by: By, at: datetime
) -> Course:
    row = lock_own(registrant, by, at=at, scope=Scope.MONTH)
    refuse_unattested(by, at)
    course = row.course
    changes = changed(course, home_tests_permitted_at=permitted_at)
    record(event, act=f"pregnancy_tests.{act}", by=by, at=at, registrant=row, about=course, changes=[changes])
    return course
