"""Prescribers, designees, pharmacies and wholesalers: enrolled, certified, suspended, reinstated (section 1)."""

from datetime import date, datetime
from typing import Any

from pledge.actions.suspensions import resume, settle_run_out, suspend_locked
from pledge.frame import action
from pledge.models import (
    Designation,
    Designee,
    EventType,
    Pharmacist,
    Pharmacy,
    Prescriber,
    Wholesaler,
)
from pledge.models.standing import CertifiedParty
from pledge.rates import count_anew
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Scope
from pledge.trail import By, changed, created, record


@action
def enroll_prescriber(
    *, npi: str, name: str, certified_through: date, email: str = "", user: Any = None, by: By, at: datetime
) -> Prescriber:
    """Enroll a prescriber, certified from today through a program day."""
    _check_span(certified_through, at)
    _check_free(Prescriber, npi=npi)
    _check_unlinked(user)
    row = Prescriber.objects.create(npi=npi, **_party(name, email, certified_through, at), user=user)
    record(EventType.PRESCRIBER_ENROLLED, act="participants.enroll_prescriber", by=by, at=at, about=row,
           changes=[created(row)])  # fmt: skip
    return row


@action
def enroll_designee(
    *,
    name: str,
    prescribers: list[Prescriber],
    attested_through: date,
    email: str = "",
    user: Any = None,
    by: By,
    at: datetime,
) -> Designee:
    """Enroll a designee who acts in everything on behalf of prescribers, attested from today through a program day."""
    _check_span(attested_through, at)
    _check_unlinked(user)
    row = Designee.objects.create(**_party(name, email, attested_through, at), user=user)
    given = [
        Designation.objects.create(
            designee=row, prescriber=prescriber, scopes=list(Scope), begins_on=program_day(at), granted_at=at
        )
        for prescriber in prescribers
    ]
    record(EventType.DESIGNEE_ENROLLED, act="participants.enroll_designee", by=by, at=at, about=row,
           changes=[created(row), *map(created, given)])  # fmt: skip
    return row


@action
def enroll_pharmacy(
    *,
    number: str,
    name: str,
    certified_through: date,
    representative: str = "",
    email: str = "",
    by: By,
    at: datetime,
) -> Pharmacy:
    """Register and activate a pharmacy from today through a program day."""
    _check_span(certified_through, at)
    _check_free(Pharmacy, number=number)
    row = Pharmacy.objects.create(
        number=number, representative=representative, **_party(name, email, certified_through, at)
    )
    record(EventType.PHARMACY_ENROLLED, act="participants.enroll_pharmacy", by=by, at=at, about=row,
           changes=[created(row)])  # fmt: skip
    return row


@action
def enroll_wholesaler(
    *, number: str, name: str, certified_through: date, email: str = "", by: By, at: datetime
) -> Wholesaler:
    """Enroll a wholesaler from today through a program day; it may ship only to active pharmacies."""
    _check_span(certified_through, at)
    _check_free(Wholesaler, number=number)
    row = Wholesaler.objects.create(number=number, **_party(name, email, certified_through, at))
    record(EventType.WHOLESALER_ENROLLED, act="participants.enroll_wholesaler", by=by, at=at, about=row,
           changes=[created(row)])  # fmt: skip
    return row


@action
def link_log_in(*, party: Prescriber | Designee, user: Any, by: By, at: datetime) -> Prescriber | Designee:
    """Give a prescriber or designee who is enrolled already the log-in with which they come in (section 1)."""
    row = type(party)._default_manager.locked(party.pk)
    if row.user_id is not None:
        raise Rejected("party", f"{row.name} has a log-in already")
    _check_unlinked(user)
    changes = changed(row, user=user)
    record(EventType.LOG_IN_LINKED, act="participants.link_log_in", by=by, at=at, about=row, changes=[changes])
    return row


@action
def certify(*, party: CertifiedParty, certified_through: date, by: By, at: datetime) -> CertifiedParty:
    """Certify a party anew from today through a program day; that also ends a suspension (section 13)."""
    _check_span(certified_through, at)
    row = type(party).objects.locked(party.pk)
    if isinstance(row, Pharmacy):  # what its gap revoked stays revoked; a prescriber's merely resume
        settle_run_out(row, at)
    if row.suspended_at is not None:
        _count_anew(row)
    changes = changed(row, certified_on=program_day(at), certified_through=certified_through, suspended_at=None)
    resume(row, by=by, at=at)
    record(EventType.PARTY_CERTIFIED, act="participants.certify", by=by, at=at, about=row, changes=[changes])
    return row


@action
def suspend(*, party: CertifiedParty, reason: str = "", by: By, at: datetime) -> CertifiedParty:
    """Suspend a party at once; the trail keeps the reason.

    A prescriber's live authorizations are suspended with them; a pharmacy's are revoked (section 13, Standing).
    """
    row = type(party).objects.locked(party.pk)
    if row.suspended_at is not None:
        raise Rejected("party", f"{row.name} is suspended already")
    suspend_locked(row, reason, act="participants.suspend", by=by, at=at)
    return row


@action
def reinstate(*, party: CertifiedParty, by: By, at: datetime) -> CertifiedParty:
    """End a suspension; the old end day of the certification stands again (section 13, Standing).

    What a pharmacy named wrongly is forgotten with it, and counted anew.
    """
    row = type(party).objects.locked(party.pk)
    if row.suspended_at is None:
        raise Rejected("party", f"{row.name} is not suspended")
    _count_anew(row)
    changes = changed(row, suspended_at=None)
    resume(row, by=by, at=at)
    record(EventType.PARTY_REINSTATED, act="participants.reinstate", by=by, at=at, about=row, changes=[changes])
    return row


@action
def record_run_out(*, party: CertifiedParty, by: By, at: datetime) -> CertifiedParty:  # noqa: ARG001 - the frame's
    """Record what a certification that ran out did to the live authorizations; the nightly work calls it."""
    row = type(party).objects.locked(party.pk)
    settle_run_out(row, at)
    return row


def _party(name: str, email: str, through: date, at: datetime) -> dict[str, Any]:
    return {"name": name, "email": email, "certified_on": program_day(at), "certified_through": through}


def _count_anew(party: CertifiedParty) -> None:
    if isinstance(party, Pharmacy):
        count_anew(party.pk)


def _check_span(through: date, at: datetime) -> None:
    if through < program_day(at):
        raise Rejected("certified_through", f"{through.isoformat()} has passed already")


def _check_free(model: type[CertifiedParty], **number: str) -> None:
    ((field, value),) = number.items()
    if model._default_manager.filter(**number).exists():
        raise Rejected(field, f"{value} is enrolled already")


def _check_unlinked(user: Any) -> None:
    """Reject a log-in that is someone's; its row is locked, so that of two who link it one comes second.

    The program's own log-ins become no clinic's: whoever lets a clinic in would be let into theirs.
    """
    if user is None:
        return
    locked = type(user)._default_manager.select_for_update(no_key=True).get(pk=user.pk)
    if any(model._default_manager.filter(user=locked).exists() for model in (Prescriber, Designee, Pharmacist)):
        raise Rejected("user", f"{locked.get_username()} is the log-in of someone else already")
    if locked.is_superuser or locked.groups.exists():
        raise Rejected("user", f"{locked.get_username()} is the log-in of someone of the program")
