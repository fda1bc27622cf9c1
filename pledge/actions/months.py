"""The month: confirmed by the clinic, answered by the registrant, its window cancelled (sections 5, 6 and 13)."""

from datetime import date, datetime

from pledge.actions.steps import Changes, designee_standing, lock_own, revoke_live, stop_windows
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import EventType, MonthlyConfirmation, PrescriptionWindow, Registrant, RegistrantAnswer
from pledge.rules.calendar import Span, program_day
from pledge.rules.contraception import methods_agree
from pledge.rules.dispensing import needs_window
from pledge.rules.editions import edition_on, first_day_of_the_rules
from pledge.rules.history import Record, Window
from pledge.rules.monthly import Attestation, answering_refusals, confirming_refusals, month_complete, window_corrected
from pledge.rules.qualification import confirmed_overlays
from pledge.rules.refusals import Rejected, refuse_if_any
from pledge.rules.standing import designee_refusals
from pledge.rules.vocabulary import Method, RiskCategory, Scope, StopCause
from pledge.rules.windows import cancelling_refusals, window_span
from pledge.trail import By, changed, created, record

CAN = RiskCategory.CAN_BECOME_PREGNANT


@action
def confirm_month(*, registrant: Registrant, attestation: Attestation, by: By, at: datetime) -> MonthlyConfirmation:
    """Confirm one month for a registrant and open the window it earns (sections 5 and 6).

    Confirming the specimen that opened the open window again corrects that confirmation and moves nothing. In an
    edition without monthly counseling the confirmation opens no window.
    """
    on = program_day(at)
    row = lock_own(registrant, by, at=at, scope=Scope.MONTH)
    _check_attestation(attestation, by, at)
    facts = record_of(row, on)
    corrected = window_corrected(facts, attestation, on)
    overlays = confirmed_overlays(facts, attestation.specimen_on, on)
    refuse_if_any(
        [*designee_refusals(designee_standing(by), on), *confirming_refusals(facts, attestation, on)], overlays
    )
    changes: Changes = []
    window = _window_for(row, facts, attestation, corrected, changes, at=at)
    if corrected and corrected.confirmation and attestation.prior_source is None:
        attestation = attestation._replace(prior_source=corrected.confirmation.prior_source)
    confirmation = MonthlyConfirmation.objects.create(
        registrant=row,
        window=window,
        prescriber_id=row.prescriber_id,
        designee=by.designee,
        confirmed_at=at,
        visit_on=attestation.visit_on,
        methods=sorted(attestation.methods),
        abstinence_acknowledged=attestation.abstinence_acknowledged,
        days_supply=attestation.days_supply,
        prior_source=attestation.prior_source or "",
    )
    changes.append(created(confirmation))
    changes += _complete(row, window, at=at)
    event = EventType.CONFIRMATION_CORRECTED if corrected else EventType.MONTH_CONFIRMED
    record(event, act="months.confirm_month", by=by, at=at, registrant=row, about=confirmation,
           changes=changes, overlays=overlays)  # fmt: skip
    return confirmation


@action
def answer_questions(
    *, registrant: Registrant, methods: frozenset[Method], correct: bool, by: By, at: datetime
) -> RegistrantAnswer:
    """Take the registrant's answers and methods for the open window; the newest counts (sections 5 and 13)."""
    on = program_day(at)
    if by.kind not in {"registrant", "prescriber", "designee"}:
        raise Rejected("by", "the registrant answers, or the clinic enters what the registrant said")
    row = lock_own(registrant, by, at=at, scope=Scope.MONTH, registrant_may=True)
    facts = record_of(row, on)
    open_window = facts.open_window(on)
    refuse_if_any(answering_refusals(facts, on))
    window = PrescriptionWindow.objects.get(pk=open_window.id if open_window else 0)
    answer = RegistrantAnswer.objects.create(
        registrant=row, window=window, answered_at=at, methods=sorted(methods), correct=correct
    )
    changes = [created(answer), *_complete(row, window, at=at)]
    record(EventType.QUESTIONS_ANSWERED, act="months.answer_questions", by=by, at=at, registrant=row,
           about=answer, changes=changes)  # fmt: skip
    return answer


@action
def cancel_window(*, registrant: Registrant, by: By, at: datetime) -> PrescriptionWindow:
    """Cancel the open window; a live authorization is revoked (sections 5 and 13)."""
    on = program_day(at)
    row = lock_own(registrant, by, at=at, scope=Scope.MONTH)
    facts = record_of(row, on)
    refuse_if_any([*designee_refusals(designee_standing(by), on), *cancelling_refusals(facts, on)])
    revoke_live(row, facts, by=by, at=at)
    open_window = facts.open_window(on)
    window = PrescriptionWindow.objects.get(pk=open_window.id if open_window else 0)
    changes = changed(window, cancelled_at=at)
    record(EventType.WINDOW_CANCELLED, act="months.cancel_window", by=by, at=at, registrant=row,
           about=window, changes=[changes])  # fmt: skip
    return window


def _check_attestation(attestation: Attestation, by: By, at: datetime) -> None:
    if by.prescriber is None:
        raise Rejected("by", "only the registrant's clinic confirms a month")
    if attestation.visit_on > program_day(at):
        raise Rejected("visit", f"{attestation.visit_on.isoformat()} is after today, {program_day(at).isoformat()}")
    if attestation.visit_on < first_day_of_the_rules():
        raise Rejected("visit", f"{attestation.visit_on.isoformat()} is before the program's first rules")
    if attestation.specimen_on is not None and attestation.specimen_on > program_day(at):
        raise Rejected("specimen", f"{attestation.specimen_on.isoformat()} is after today")
    if attestation.days_supply < 1:
        raise Rejected("days_supply", "a supply lasts at least one day")


def _window_for(
    row: Registrant,
    facts: Record,
    attestation: Attestation,
    corrected: Window | None,
    changes: Changes,
    *,
    at: datetime,
) -> PrescriptionWindow | None:
    on = program_day(at)
    open_window = facts.open_window(on)
    if corrected is not None:
        return PrescriptionWindow.objects.get(pk=corrected.id)
    if not needs_window(facts, edition_on(on)):
        return None
    if row.category != CAN and open_window is not None:
        if open_window.category != CAN and open_window.opens_on == attestation.visit_on:
            return PrescriptionWindow.objects.get(pk=open_window.id)
        changes += stop_windows(row, StopCause.NEW_VISIT, at=at, shorten=False)
    specimen_on = attestation.specimen_on if row.category == CAN else None
    span = window_span(RiskCategory(row.category), specimen_on=specimen_on, visit_on=attestation.visit_on)
    if span is None:  # pragma: no cover - every edition before one with windows has them too
        return None
    window = _open_window(row, facts, span, specimen_on, attestation, at=at)
    changes.append(created(window))
    return window


def _open_window(
    row: Registrant, facts: Record, span: Span, specimen_on: date | None, attestation: Attestation, *, at: datetime
) -> PrescriptionWindow:
    test = facts.test_on(specimen_on) if specimen_on else None
    return PrescriptionWindow.objects.create(
        registrant=row,
        course=row.course,
        category=row.category,
        test_id=test.id if test else None,
        specimen_on=specimen_on,
        visit_on=attestation.visit_on,
        opens_on=span.first_day,
        closes_on=span.last_day,
        edition=edition_on(span.first_day).name,
        opened_at=at,
    )


def _complete(row: Registrant, window: PrescriptionWindow | None, *, at: datetime) -> Changes:
    if window is None or window.completed_at is not None:
        return []
    facts = record_of(row, program_day(at))
    judged = facts.window_with_id(window.pk)
    if judged is None or not month_complete(facts, judged):
        return []
    return [changed(window, completed_at=at)]


def differs(answer: RegistrantAnswer, confirmation: MonthlyConfirmation | None) -> bool:
    """Tell whether an answer names other methods than the clinic's newest confirmation."""
    if confirmation is None:
        return False
    clinic = {Method(m) for m in confirmation.methods}
    return not methods_agree(clinic, {Method(m) for m in answer.methods})
