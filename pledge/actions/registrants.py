"""Registrants: enrolled, corrected, transferred, merged, and their courses ended (sections 3 and 8)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pledge.actions.steps import (
    begin_course,
    check_scope,
    complete_enrollment,
    designee_standing,
    insert_numbered,
    lock_own,
    refuse_unattested,
    resume_transferred,
    revoke_live,
    stop_windows,
)
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import Course, Dispense, EventType, Prescriber, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import category_refusals
from pledge.rules.history import Record
from pledge.rules.refusals import Refusal, RefusalCode, Rejected, refuse_if_any
from pledge.rules.standing import designee_refusals, prescriber_refusals
from pledge.rules.vocabulary import Ending, RiskCategory, Scope, StopCause
from pledge.trail import By, changed, created, record

CAN = RiskCategory.CAN_BECOME_PREGNANT
NUMBER_DIGITS = 10
LONGEST_REASON = Course._meta.get_field("ending_reason").max_length or 0
CONTACT_FIELDS = ("name", "email", "guardian_name", "guardian_email", "language", "time_zone")


@action
def enroll(
    *,
    prescriber: Prescriber,
    born_on: date,
    category: RiskCategory = CAN,
    basis: str = "",
    contact: dict[str, str] | None = None,
    by: By,
    at: datetime,
) -> Registrant:
    """Register a person with a prescriber and begin their first course (section 3.1).

    :param contact: any of ``CONTACT_FIELDS``.
    """
    prescriber = Prescriber.objects.locked(prescriber.pk)
    if born_on > program_day(at):
        raise Rejected("born", f"{born_on.isoformat()} is in the future")
    _check_contact(contact or {})
    _check_prescriber(prescriber, by, at)
    refuse_unattested(by, at)
    refuse_if_any([*category_refusals(category, basis), *prescriber_refusals(prescriber.standing, program_day(at))])
    registrant = insert_numbered(
        Registrant(
            born_on=born_on,
            category=category,
            basis="" if category == CAN else basis,
            prescriber=prescriber,
            registered_on=program_day(at),
            **(contact or {}),
        ),
        "number",
        NUMBER_DIGITS,
    )
    course = begin_course(registrant, at=at)
    record(EventType.REGISTRANT_ENROLLED, act="registrants.enroll", by=by, at=at, registrant=registrant,
           about=course, changes=[created(registrant), created(course)])  # fmt: skip
    return registrant


@action
def enroll_again(
    *,
    registrant: Registrant,
    prescriber: Prescriber,
    born_on: date | None = None,
    category: RiskCategory | None = None,
    basis: str = "",
    by: By,
    at: datetime,
) -> Registrant:
    """Begin a new course after an ending; everything is done anew, consents included (section 13, Endings)."""
    row = Registrant.objects.locked(registrant.pk)
    prescriber = Prescriber.objects.locked(prescriber.pk)
    _check_prescriber(prescriber, by, at)
    refuse_unattested(by, at)
    if category is None:
        category, basis = RiskCategory(row.category), basis or row.basis
    if row.merged_into_id is not None or row.course.ended_on is None:
        raise Rejected("registrant", "this registrant is enrolled and active already")
    if born_on is not None and born_on != row.born_on:
        raise Rejected("born", "this registrant's record has another date of birth")
    refuse_if_any([*category_refusals(category, basis), *prescriber_refusals(prescriber.standing, program_day(at))])
    changes = changed(row, category=category, basis="" if category == CAN else basis, prescriber=prescriber)
    course = begin_course(row, at=at)
    record(EventType.REGISTRANT_REENROLLED, act="registrants.enroll_again", by=by, at=at, registrant=row,
           about=course, changes=[changes, created(course)])  # fmt: skip
    return row


@action
def change_contact(*, registrant: Registrant, contact: dict[str, str], by: By, at: datetime) -> Registrant:
    """Correct name, addresses, language or time zone; ``contact`` holds any of ``CONTACT_FIELDS``."""
    row = lock_own(registrant, by, at=at, scope=Scope.ENROLLMENT, registrant_may=True)
    refuse_unattested(by, at)
    _check_contact(contact)
    changes = changed(row, **contact)
    record(EventType.CONTACT_CHANGED, act="registrants.change_contact", by=by, at=at, registrant=row,
           about=row, changes=[changes])  # fmt: skip
    return row


@action
def change_category(
    *, registrant: Registrant, category: RiskCategory, basis: str = "", by: By, at: datetime
) -> Registrant:
    """Change the risk category (section 8).

    To ``can_become_pregnant`` revokes what is live and begins a new course; to ``cannot_become_pregnant`` leaves
    the open window and a live authorization as they are.
    """
    row = lock_own(registrant, by, at=at, scope=Scope.COURSE)
    facts = record_of(row, program_day(at))
    refuse_if_any([*_course_refusals(facts, by, at), *category_refusals(category, basis)])
    if category == row.category:
        raise Rejected("category", "the registrant is in this category already")
    changes: list[dict[str, Any]] = []
    course = row.course
    if category == CAN:
        revoke_live(row, facts, by=by, at=at)
        changes += stop_windows(row, StopCause.CATEGORY_CHANGE, at=at)
        changes.append(changed(course, ended_on=program_day(at), ended_at=at, ending=Ending.CATEGORY_CHANGED))
        changes.append(changed(row, category=category, basis=""))
        course = begin_course(row, at=at, consents_since=course.consents_since)
        changes.append(created(course))
    else:
        changes.append(changed(row, category=category, basis=basis))
    changes += complete_enrollment(row, course, at=at)
    record(EventType.CATEGORY_CHANGED, act="registrants.change_category", by=by, at=at, registrant=row,
           about=course, changes=changes)  # fmt: skip
    return row


@action
def transfer(*, registrant: Registrant, prescriber: Prescriber, by: By, at: datetime) -> Registrant:
    """Hand a registrant to another certified prescriber; number, consents, history and window stay (section 8)."""
    row = lock_own(registrant, by, at=at, scope=Scope.COURSE)
    if prescriber.pk == row.prescriber_id:
        raise Rejected("prescriber", "the registrant is with this prescriber already")
    prescriber = Prescriber.objects.locked(prescriber.pk)
    facts = record_of(row, program_day(at))
    refuse_if_any([*_course_refusals(facts, by, at), *prescriber_refusals(prescriber.standing, program_day(at))])
    changes = changed(row, prescriber=prescriber)
    resume_transferred(row, by=by, at=at)
    record(EventType.REGISTRANT_TRANSFERRED, act="registrants.transfer", by=by, at=at, registrant=row,
           about=row, changes=[changes])  # fmt: skip
    return row


@action
def end_treatment(*, registrant: Registrant, last_dose_on: date, by: By, at: datetime) -> Course:
    """End a course that is completed; asks for T4 and T5 where anything was dispensed (section 13, Endings)."""
    return _end(
        registrant, Ending.COMPLETED, "", last_dose_on, EventType.TREATMENT_ENDED, "registrants.end_treatment", by, at
    )


@action
def discontinue(*, registrant: Registrant, reason: str, last_dose_on: date, by: By, at: datetime) -> Course:
    """Discontinue a course with a reason code (section 8)."""
    if not reason.strip():
        raise Rejected("reason", "a discontinuation needs a reason")
    if len(reason.strip()) > LONGEST_REASON:
        raise Rejected("reason", f"a reason has at most {LONGEST_REASON} characters")
    return _end(
        registrant,
        Ending.DISCONTINUED,
        reason.strip(),
        last_dose_on,
        EventType.REGISTRANT_DISCONTINUED,
        "registrants.discontinue",
        by,
        at,
    )


def _end(
    registrant: Registrant,
    ending: Ending,
    reason: str,
    last_dose_on: date,
    event: EventType,
    act: str,
    by: By,
    at: datetime,
) -> Course:
    row = lock_own(registrant, by, at=at, scope=Scope.COURSE)
    facts = record_of(row, program_day(at))
    if last_dose_on > program_day(at):
        raise Rejected("last_dose", f"{last_dose_on.isoformat()} is in the future")
    refuse_if_any(_course_refusals(facts, by, at))
    revoke_live(row, facts, by=by, at=at)
    changes = stop_windows(row, StopCause.TREATMENT_ENDED, at=at)
    course = row.course
    changes.append(
        changed(
            course,
            ended_on=program_day(at),
            ended_at=at,
            ending=ending,
            ending_reason=reason,
            last_dose_on=last_dose_on,
            post_treatment_tests_asked=_took_any(row),
        )
    )
    record(event, act=act, by=by, at=at, registrant=row, about=course, changes=changes)
    return course


def _check_contact(contact: dict[str, str]) -> None:
    unknown = set(contact) - set(CONTACT_FIELDS)
    if unknown:
        raise Rejected("contact", f"no such field: {', '.join(sorted(unknown))}")


def _course_refusals(facts: Record, by: By, at: datetime) -> Iterator[Refusal]:
    """Name what stops any act on a course: who acts, and its ending."""
    yield from designee_refusals(designee_standing(by), program_day(at))
    if facts.course.ended_on is not None:
        yield Refusal(RefusalCode.TREATMENT_ENDED)


def _took_any(row: Registrant) -> bool:
    """Tell whether anything was ever dispensed to someone who can become pregnant, now or when it was handed over."""
    dispenses = Dispense.objects.filter(registrant=row)
    return dispenses.exists() if row.category == CAN else dispenses.filter(category=CAN).exists()


def _check_prescriber(prescriber: Prescriber, by: By, at: datetime) -> None:
    if by.kind != "program" and by.prescriber != prescriber:
        raise Rejected("prescriber", "registrants are enrolled by their own prescriber, or by the program")
    check_scope(by, Scope.ENROLLMENT, at)
