"""Authorizations (RMA): asked for, dispensed, reversed; and dispenses without one (sections 7 and 13)."""

from datetime import date, datetime
from functools import partial

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from pledge.actions.steps import insert_numbered, lock_kept, settle_dead
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import (
    Authorization,
    Course,
    Deviation,
    DeviationKind,
    Dispense,
    EventType,
    Pharmacy,
    PrescriptionWindow,
    Registrant,
)
from pledge.rows import insert, newest
from pledge.rules.calendar import days_after, program_day, start_of
from pledge.rules.dispensing import Decision, authorizing, dispensing, dispensing_ended, ended_refusal
from pledge.rules.history import Record
from pledge.rules.refusals import Refusal, RefusalCode, Refused, Rejected, refuse_if_any
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus, ReversalReason
from pledge.trail import By, changed, created, record

MOST_DAYS_REPORTED = 999
RMA_DIGITS = REPORT_DIGITS = 12


@action
def authorize(
    *,
    registrant: Registrant,
    pharmacy: Pharmacy,
    days_supply: int,
    pharmacist: str = "",
    client_reference: str = "",
    by: By,
    at: datetime,
) -> Authorization:
    """Issue an authorization with its do-not-dispense-after date, or refuse with every reason (section 7)."""
    on = program_day(at)
    check_days(days_supply)
    row, pharmacy, _, facts = _lock_and_gather(registrant, pharmacy, at)
    decision = authorizing(facts, pharmacy.standing, days_supply, on)
    refuse_if_any(decision.refusals, decision.overlays)
    settle_dead(facts, at=at)
    authorization = insert_numbered(
        Authorization(
            registrant=row,
            pharmacy=pharmacy,
            window_id=decision.window_id,
            pharmacist=pharmacist,
            client_reference=client_reference,
            days_supply=days_supply,
            status=AuthorizationStatus.ISSUED,
            edition=decision.edition,
            issued_on=on,
            issued_at=at,
            do_not_dispense_after=decision.do_not_dispense_after,
        ),
        "rma_number",
        RMA_DIGITS,
    )
    record(EventType.AUTHORIZATION_ISSUED, act="authorizations.authorize", by=by, at=at, registrant=row,
           about=authorization, changes=[created(authorization)], overlays=decision.overlays)  # fmt: skip
    return authorization


@action
def dispense(
    *, registrant: Registrant, pharmacy: Pharmacy, rma_number: str = "", pharmacist: str = "", by: By, at: datetime
) -> Authorization:
    """Dispense an authorization; everything is judged again at this moment (section 7).

    :param rma_number: which one; without it, the registrant's newest at this pharmacy.
    """
    on = program_day(at)
    row, pharmacy, course_id, facts = _lock_and_gather(registrant, pharmacy, at)
    authorization = _newest(row, pharmacy, rma_number)
    decision = _judge_dispense(facts, authorization, pharmacy, at)
    refuse_if_any(decision.refusals, decision.overlays)
    if authorization is None:  # pragma: no cover - judged above, and refused
        raise Refused([Refusal(RefusalCode.AUTHORIZATION_CLOSED)])
    handed_over = insert(
        Dispense(
            registrant=row,
            course_id=course_id,
            pharmacy=pharmacy,
            authorization=authorization,
            window_id=authorization.window_id,
            category=row.category,
            pharmacist=pharmacist,
            days_supply=authorization.days_supply,
            dispensed_at=at,
            dispensed_on=on,
            covers_through=days_after(on, authorization.days_supply - 1),
        )
    )
    changes = [
        created(handed_over),
        changed(authorization, status=AuthorizationStatus.DISPENSED, dispensed_at=at),
        changed(row, supply_through=handed_over.covers_through),
    ]
    window = facts.window_with_id(authorization.window_id)
    if window is not None and not window.used:
        unused = PrescriptionWindow.from_db(DEFAULT_DB_ALIAS, ("id", "first_dispensed_at"), (window.id, None))
        changes.append(changed(unused, first_dispensed_at=at))
    record(EventType.AUTHORIZATION_DISPENSED, act="authorizations.dispense", by=by, at=at, registrant=row,
           about=authorization, changes=changes, overlays=decision.overlays)  # fmt: skip
    return authorization


@action
def reverse(
    *,
    registrant: Registrant,
    pharmacy: Pharmacy,
    reason: ReversalReason = ReversalReason.NOT_COLLECTED,
    rma_number: str = "",
    by: By,
    at: datetime,
) -> Authorization:
    """Give back an authorization that was not handed over; a lapsed one too (sections 7 and 13)."""
    row, pharmacy, _ = _locked(registrant, pharmacy)
    if row.merged_into_id is None:  # what lapsed on a record merged since is given back all the same
        settle_dead(record_of(row, program_day(at)), at=at)
    authorization = _newest(row, pharmacy, rma_number)
    status = authorization.status if authorization else AuthorizationStatus.REVERSED
    if authorization is None or status not in LIVE_STATUSES | {AuthorizationStatus.LAPSED}:
        raise Refused([ended_refusal(AuthorizationStatus(status))])
    changes = changed(authorization, status=AuthorizationStatus.REVERSED, reversed_at=at, reversal_reason=reason)
    record(EventType.AUTHORIZATION_REVERSED, act="authorizations.reverse", by=by, at=at, registrant=row,
           about=authorization, changes=[changes])  # fmt: skip
    return authorization


@action
def report_dispense(
    *,
    registrant: Registrant,
    pharmacy: Pharmacy,
    days_supply: int,
    pharmacist: str = "",
    dispensed_on: date | None = None,
    note: str = "",
    by: By,
    at: datetime,
) -> Dispense:
    """Record a dispense without an authorization and raise it as non-compliance (sections 7 and 13).

    :param dispensed_on: the program day it was handed over; today without it.
    """
    on = program_day(at) if dispensed_on is None else dispensed_on
    check_report(days_supply, on, at=at)
    row = lock_kept(registrant)
    handed_over = Dispense(
        registrant=row,
        course=_course_on(row, on),
        pharmacy=pharmacy,
        category=row.category,
        pharmacist=pharmacist,
        days_supply=days_supply,
        dispensed_at=at if dispensed_on is None else min(start_of(on), at),
        dispensed_on=on,
        covers_through=days_after(on, days_supply - 1),
        note=note,
    )
    insert_numbered(handed_over, "report_number", REPORT_DIGITS)
    noncompliance = Deviation(kind=DeviationKind.NONCOMPLIANCE, registrant=row, dispense=handed_over, raised_at=at)
    changes = [created(handed_over), created(insert(noncompliance))]
    if not _took_since(row, on):
        changes.append(changed(row, supply_through=handed_over.covers_through))
    record(EventType.DISPENSE_REPORTED, act="authorizations.report_dispense", by=by, at=at, registrant=row,
           about=noncompliance, changes=changes)  # fmt: skip
    return handed_over


def check_report(days_supply: int, dispensed_on: date, *, at: datetime) -> None:
    """Reject a report of what cannot have been handed over.

    :raises Rejected: naming ``days_supply`` or ``dispensed_on``.
    """
    check_days(days_supply)
    if days_supply > MOST_DAYS_REPORTED:
        raise Rejected("days_supply", f"a report names at most {MOST_DAYS_REPORTED} days")
    if not days_after(program_day(at), -MOST_DAYS_REPORTED) <= dispensed_on <= program_day(at):
        raise Rejected("dispensed_on", f"must be a day of the last {MOST_DAYS_REPORTED}, today included")


def check_days(days_supply: int) -> None:
    """Reject a supply that cannot be: less than one whole day.

    :raises Rejected: naming ``days_supply``.
    """
    if days_supply < 1:
        raise Rejected("days_supply", "a supply lasts at least one day")


def _course_on(row: Registrant, on: date) -> Course:
    return row.courses.filter(first_day__lte=on).order_by("-number").first() or row.course


def _took_since(row: Registrant, on: date) -> bool:
    """Tell whether a dispense of a later day is on record, with the records merged into this one, too."""
    theirs = Q(registrant=row) | Q(registrant__merged_into=row)
    return Dispense.objects.filter(theirs, dispensed_on__gt=on).exists()


def _lock_and_gather(
    registrant: Registrant, pharmacy: Pharmacy, at: datetime
) -> tuple[Registrant, Pharmacy, int, Record]:
    return *_locked(registrant, pharmacy), record_of(registrant, program_day(at))


def _locked(registrant: Registrant, pharmacy: Pharmacy) -> tuple[Registrant, Pharmacy, int]:
    lock_with_parties = partial(Registrant.objects.lock_with_parties, registrant.pk, pharmacy.pk)
    locked: tuple[Registrant, Pharmacy, int] | None = lock_with_parties()
    if locked is None:  # or a transfer was waited for: the row has another prescriber than when it was found
        locked = lock_with_parties()
    if locked is None:
        raise Refused([Refusal(RefusalCode.NOT_ENROLLED)])
    return locked


def _newest(row: Registrant, pharmacy: Pharmacy, rma_number: str) -> Authorization | None:
    if rma_number:
        named = "rma_number = %s AND registrant_id = %s AND pharmacy_id = %s"
        return newest(Authorization, named, [rma_number, row.pk, pharmacy.pk])
    return newest(Authorization, "registrant_id = %s AND pharmacy_id = %s", [row.pk, pharmacy.pk])


def _judge_dispense(facts: Record, authorization: Authorization | None, pharmacy: Pharmacy, at: datetime) -> Decision:
    on = program_day(at)
    live = facts.authorization
    if authorization is not None and live is not None and live.id == authorization.pk:
        return dispensing(facts, live, pharmacy.standing, on)
    status = AuthorizationStatus(authorization.status) if authorization else AuthorizationStatus.REVERSED
    return dispensing_ended(facts, status, pharmacy.standing, on)
