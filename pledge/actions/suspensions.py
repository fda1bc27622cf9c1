"""What ends and resumes with a party's standing: steps of whoever suspends, certifies or reinstates it (section 13)."""

from datetime import datetime

from pledge.actions.steps import end_authorization, is_past, settle_dead
from pledge.facts import record_of
from pledge.models import Authorization, EventType, Pharmacy, Prescriber
from pledge.models.standing import CertifiedParty
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import AuthorizationStatus
from pledge.trail import SYSTEM, By, changed, record


def suspend_locked(party: CertifiedParty, reason: str, *, act: str, by: By, at: datetime) -> None:
    """Suspend a party whose row is locked, and what hangs on its standing; the trail keeps the reason.

    A prescriber's live authorizations are suspended with them; a pharmacy's are revoked (section 13, Standing).
    """
    settle_run_out(party, at)
    follow(party, by=by, at=at)  # judged before the row says suspended: what had lapsed by then was not revoked
    changes = [changed(party, suspended_at=at)]
    if reason.strip():
        changes.append({"reason": {"reason": [None, reason.strip()]}})
    record(EventType.PARTY_SUSPENDED, act=act, by=by, at=at, about=party, changes=changes)


def settle_run_out(party: CertifiedParty, at: datetime) -> None:
    """Record what a certification that has run out did to the live authorizations."""
    if party.suspended_at is None and not party.standing.holds(program_day(at)):
        follow(party, by=SYSTEM, at=at)


def follow(party: CertifiedParty, *, by: By, at: datetime) -> None:
    """Take the live authorizations of a party to where its standing takes them."""
    act, event = (
        ("suspend", EventType.AUTHORIZATION_SUSPENDED)
        if isinstance(party, Prescriber)
        else ("revoke", EventType.AUTHORIZATION_REVOKED)
    )
    for authorization in _live_of(party):
        if is_past(authorization, program_day(at)):
            settle_dead(record_of(authorization.registrant, program_day(at)), at=at)
        elif act == "revoke" or authorization.status == AuthorizationStatus.ISSUED:
            end_authorization(authorization, act, event, by=by, at=at)


def resume(party: CertifiedParty, *, by: By, at: datetime) -> None:
    """Resume a prescriber's suspended authorizations once their standing holds again."""
    if not isinstance(party, Prescriber) or not party.standing.holds(program_day(at)):
        return
    for authorization in _live_of(party):
        if not is_past(authorization, program_day(at)):
            end_authorization(authorization, "resume", EventType.AUTHORIZATION_RESUMED, by=by, at=at)


def _live_of(party: CertifiedParty) -> list[Authorization]:
    rows = Authorization.objects.live().select_related("registrant", "window")
    rows = rows.select_for_update(of=("self",), no_key=True).order_by("id")
    if isinstance(party, Prescriber):
        return list(rows.filter(registrant__prescriber=party))
    return list(rows.filter(pharmacy=party)) if isinstance(party, Pharmacy) else []
