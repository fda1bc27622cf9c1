"""Steps that several actions share; each runs inside the caller's transaction, after the caller's lock."""

import secrets
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model

from pledge.access import NotThere
from pledge.facts import signatures_of
from pledge.models import Authorization, Course, EventType, PrescriptionWindow, Registrant
from pledge.rows import insert
from pledge.rules.calendar import days_after, program_day
from pledge.rules.dispensing import death_of
from pledge.rules.editions import edition_on
from pledge.rules.enrollment import enrolled_on
from pledge.rules.history import Record, Standing
from pledge.rules.refusals import RefusalCode, Rejected, refuse_if_any
from pledge.rules.standing import designee_refusals
from pledge.rules.states import next_status
from pledge.rules.vocabulary import AuthorizationStatus, Ending, RiskCategory, Scope, StopCause
from pledge.trail import SYSTEM, By, changed, record

R = TypeVar("R", bound=Model)
Changes = list[dict[str, Any]]
_DEATHS = {
    RefusalCode.AUTHORIZATION_REVOKED: ("revoke", EventType.AUTHORIZATION_REVOKED),
    RefusalCode.AUTHORIZATION_EXPIRED: ("lapse", EventType.AUTHORIZATION_LAPSED),
}


def new_number(digits: int) -> str:
    """Give a random number of so many digits that never begins with zero."""
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


def insert_numbered(row: R, field: str, digits: int, *, beginning: str = "") -> R:
    """Write a new row under a random number that no other has: among millions, one that is drawn may be taken.

    :param beginning: stands before the digits drawn.
    """
    while row.pk is None:
        setattr(row, field, f"{beginning}{new_number(digits)}")
        insert(row, unless_there=field)
    return row


def lock_own(
    registrant: Registrant, by: By, *, at: datetime, scope: Scope | None, registrant_may: bool = False
) -> Registrant:
    """Lock a registrant and make sure that they are the actor's (section 13, Standing).

    :param scope: in what a designee must be designated to do this; None where only the prescriber may, in person.
    :param registrant_may: whether this is also the registrant's or the guardian's own act.
    :raises NotThere: where they are another prescriber's, were merged away, or the actor has no part in them.
    :raises Rejected: where the designation does not go so far.
    """
    row = Registrant.objects.locked(registrant.pk)
    if row.merged_into_id is not None or not _has_part_in(row, by, at, registrant_may=registrant_may):
        raise NotThere("registrant", "there is no such registrant among yours")
    if scope is not None:
        check_scope(by, scope, at)
    return row


def check_scope(by: By, scope: Scope, at: datetime) -> None:
    """Reject what a designee's designation by the prescriber they act for does not cover on the day of the act.

    :raises Rejected: naming who can widen it.
    """
    if by.designee is None or by.prescriber is None:
        return
    designation = by.designee.designations.in_force(program_day(at)).filter(prescriber=by.prescriber).first()
    if designation is None or scope not in designation.scopes:
        said = f"{by.prescriber.name} has not given you this: {scope.label.lower()}; they can, under Designees"
        raise Rejected("by", said)


def lock_kept(registrant: Registrant) -> Registrant:
    """Lock a registrant, or the record they were merged into: what must be heard is heard under an old number too."""
    row: Registrant = Registrant.objects.locked(registrant.pk)
    while row.merged_into_id is not None:
        row = Registrant.objects.locked(row.merged_into_id)
    return row


def _has_part_in(row: Registrant, by: By, at: datetime, *, registrant_may: bool) -> bool:
    if by.prescriber is None:
        own_act = registrant_may and by.registrant is not None and by.registrant.pk == row.pk
        return own_act or by.kind == "program"
    return _is_designated(by, at) and by.prescriber.pk == row.prescriber_id


def check_designated(by: By, at: datetime) -> None:
    """Reject a designee whom the prescriber they act for has not designated on the day of the act.

    :raises Rejected: naming who can.
    """
    if by.prescriber is not None and not _is_designated(by, at):
        raise Rejected("by", f"{by.prescriber.name} has not designated you; they can, under Designees")


def _is_designated(by: By, at: datetime) -> bool:
    if by.designee is None:
        return True
    return by.designee.designations.in_force(program_day(at)).filter(prescriber=by.prescriber).exists()


def designee_standing(by: By) -> Standing | None:
    """Give the attestation of the designee who acts, read afresh, or None where none acts."""
    if by.designee is None:
        return None
    return type(by.designee).objects.get(pk=by.designee.pk).standing


def refuse_unattested(by: By, at: datetime) -> None:
    """Refuse an act of a designee whose attestation does not hold (section 13, Standing)."""
    refuse_if_any(designee_refusals(designee_standing(by), program_day(at)))


def end_authorization(
    authorization: Authorization, act: str, event: EventType, *, by: By, at: datetime, when: datetime | None = None
) -> None:
    """Take an authorization to its next status and record that as an event of its own.

    :param when: the instant from which it holds, where that lies before ``at``.
    """
    target = next_status(authorization.status, act)
    if target is None:
        return
    stamps = {
        AuthorizationStatus.REVOKED: "revoked_at",
        AuthorizationStatus.LAPSED: "lapsed_at",
        AuthorizationStatus.SUSPENDED: "suspended_at",
    }
    new: dict[str, Any] = {"status": target}
    if target in stamps:
        new[stamps[target]] = when or at
    else:  # it is resumed
        new["suspended_at"] = None
    changes = changed(authorization, **new)
    record(
        event,
        act=f"authorizations.{act}",
        by=by,
        at=at,
        registrant=authorization.registrant,
        about=authorization,
        changes=[changes],
    )


def is_past(authorization: Authorization, on: date) -> bool:
    """Tell whether an authorization's last usable day lies before a program day (sections 7 and 13)."""
    if authorization.do_not_dispense_after is None:
        return on > days_after(authorization.issued_on, edition_on(on).windowless_lapse_days)
    window = authorization.window
    return on > min(authorization.do_not_dispense_after, window.closes_on if window else on)


def revoke_live(registrant: Registrant, record_: Record, *, by: By, at: datetime) -> None:
    """Revoke the registrant's live authorization, if there is one; one already dead is recorded as what it is."""
    settle_dead(record_, at=at)
    for authorization in _live_locked(registrant):
        end_authorization(authorization, "revoke", EventType.AUTHORIZATION_REVOKED, by=by, at=at)


def _live_locked(registrant: Registrant) -> list[Authorization]:
    """Give what is live, locked: who suspends a party holds its authorizations' rows, and no registrant's."""
    return list(Authorization.objects.live().filter(registrant=registrant).select_for_update(of=("self",), no_key=True))


def settle_dead(record_: Record, *, at: datetime) -> None:
    """Record what time alone did to a registrant's authorization: lapsed, or revoked with its pharmacy.

    Judgments hold from their instant; the nightly work would record the same (section 13).
    """
    live = record_.authorization
    died = death_of(live, record_, program_day(at)) if live is not None else None
    if live is None or died is None:
        return
    act, event = _DEATHS[died]
    dead = Authorization.objects.select_for_update(of=("self",), no_key=True).get(pk=live.id)
    end_authorization(dead, act, event, by=SYSTEM, at=at)


def stop_windows(registrant: Registrant, cause: StopCause, *, at: datetime, shorten: bool = True) -> Changes:
    """Close the windows that are open now, and give what changed.

    :param shorten: make this program day their last (sections 8 and 13); a new visit leaves the last day as it was.
    """
    on = program_day(at)
    changes: Changes = []
    rows = PrescriptionWindow.objects.filter(
        registrant=registrant, cancelled_at=None, stopped_at=None, opens_on__lte=on, closes_on__gte=on
    )
    for window in rows:
        last_day = {"closes_on": on} if shorten else {}
        changes.append(changed(window, stopped_at=at, stop_cause=cause, **last_day))
    return changes


def complete_enrollment(registrant: Registrant, course: Course, *, at: datetime) -> Changes:
    """Set the course's ``enrolled_on`` once the required consents are complete, and give what changed."""
    day = enrolled_on(
        signatures_of(registrant),
        RiskCategory(registrant.category),
        registrant.born_on,
        course.first_day,
        program_day(at),
    )
    if course.enrolled_on is not None or day is None:
        return []
    return [changed(course, enrolled_on=day)]


def begin_course(registrant: Registrant, *, at: datetime, consents_since: datetime | None = None) -> Course:
    """Begin the registrant's next course of treatment today (sections 3, 8 and 13).

    In the first course T1 may be dated a number of days before registration; in a later one, on its first day at
    the earliest. One that was entered by mistake and taken back was none.
    """
    on = program_day(at)
    previous = Course.objects.filter(registrant=registrant, is_current=True).first()
    if previous is not None:
        changed(previous, is_current=False)
    is_first = previous is None or previous.ending == Ending.WITHDRAWN
    lead = edition_on(on).screening_lead_days if is_first else 0
    return Course.objects.create(
        registrant=registrant,
        number=previous.number + 1 if previous else 1,
        first_day=on,
        started_at=at,
        tests_from=days_after(on, -lead),
        consents_since=consents_since or at,
    )


def resume_transferred(registrant: Registrant, *, by: By, at: datetime) -> None:
    """Resume an authorization suspended with the prescriber that a registrant has just left (section 13)."""
    for authorization in _live_locked(registrant):
        if not is_past(authorization, program_day(at)):
            end_authorization(authorization, "resume", EventType.AUTHORIZATION_RESUMED, by=by, at=at)
