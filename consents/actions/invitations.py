"""Inviting a signer: a PIN chosen at the clinic, and a link that is mailed (21 CFR 11.100, 11.300)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q

from consents.actions.proving import kept_pin, refuse_weak
from consents.actions.steps import locked, made, same_address, share_an_address
from consents.links import ADDRESS_OF, address_changed, can_be_made_again, guardian_replaced, state_of
from consents.models import Initial, SigningPin, SigningRequest
from consents.owed import may_come, owed
from consents.secrets import digest_of_token, link_token, new_nonce
from consents.vocabulary import IdentityCheck, LinkState
from pledge.actions.steps import lock_own, refuse_unattested
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import Course, EventType, ProgramEvent, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import is_minor
from pledge.rules.history import Record
from pledge.rules.refusals import Refusal, RefusalCode, Rejected, refuse_if_any
from pledge.rules.vocabulary import Scope, Signer
from pledge.trail import By, changed, record

Changes = dict[str, Any]
_SENT = (EventType.SIGNER_INVITED, EventType.SIGNING_LINK_SENT)
_LONGEST_REASON = SigningRequest._meta.get_field("same_address_because").max_length or 0


class _Link(NamedTuple):
    """A link to mail: a new one, or the one that the signer has; and what came of making it."""

    request: SigningRequest
    changes: list[Changes]
    is_new: bool


@action
def invite(
    *,
    registrant: Registrant,
    signer: Signer,
    pin: str | None = None,
    identity_check: IdentityCheck | None = None,
    same_address_because: str = "",
    by: By,
    at: datetime,
) -> SigningRequest:
    """Invite a signer to sign what the course still needs from them; with a new PIN the link before is revoked.

    Without one, a link that is open is mailed again as it is. One that is not, or that went to another address than
    the present one, is replaced: what was initialed is kept, and wrong PINs go on counting.

    :param pin: six digits that the signer chose at the clinic; without it the one chosen before stands.
    :param identity_check: how the clinic made sure who chose it; needed with ``pin``.
    :param same_address_because: why registrant and guardian have one address, where they have.
    """
    row = lock_own(registrant, by, at=at, scope=Scope.ENROLLMENT)
    facts = record_of(row, program_day(at), with_signatures=True)
    course = row.course
    refuse_unattested(by, at)
    if facts.course.ended_on is not None:
        refuse_if_any([Refusal(RefusalCode.TREATMENT_ENDED)])
    signer = _who_can_be_invited(row, course, facts, signer, at)
    _check_addresses(row, same_address_because, at)
    former = _newest(row, signer)
    if not pin:
        _refuse_without_pin(row, signer, former)
        changes = []
    else:
        changes = _set_pin(row, facts, signer, pin, identity_check, by=by, at=at)
    link = _link(row, signer, same_address_because.strip(), former=former, same_pin=not pin, at=at)
    record(EventType.SIGNER_INVITED if link.is_new else EventType.SIGNING_LINK_SENT, act="invitations.invite",
           by=by, at=at, registrant=row, about=link.request, changes=[*changes, *link.changes])  # fmt: skip
    return link.request


@action
def revoke_link(*, request: SigningRequest, because: str, by: By, at: datetime) -> SigningRequest:
    """Revoke a link, and with it every visit through it; revoking again gives it as it stands."""
    row = lock_own(request.registrant, by, at=at, scope=Scope.ENROLLMENT)
    refuse_unattested(by, at)
    present = locked(request)
    if not because.strip():
        raise Rejected("because", "say why the link is revoked")
    if len(because) > _LONGEST_REASON:
        raise Rejected("because", f"at most {_LONGEST_REASON} characters")
    if present.revoked_at is None and present.closed_at is None and present.withdrawn_at is None:
        changes = [changed(present, revoked_at=at), {"link": {"revoked_because": [None, because.strip()]}}]
        record(EventType.SIGNING_LINK_REVOKED, act="invitations.revoke_link", by=by, at=at, registrant=row,
               about=present, changes=changes)  # fmt: skip
    return present


@action
def send_new_link(*, address: str, by: By, at: datetime) -> int:
    """Send their link to every signer who has this address, a PIN and a link that is open or has expired.

    One that is open is mailed again as it is, and one that has expired, or went to another address, is made anew; what
    was initialed is kept. Wrong PINs go on counting, and an hour has only so many mails.

    :return: how many were sent; whoever asked is answered the same in any case.
    """
    address, sent = address.strip(), 0
    has_it = Q(email__iexact=address) | Q(guardian_email__iexact=address)
    known = Registrant.objects.not_merged().filter(has_it).order_by("pk") if address else Registrant.objects.none()
    for pk in known.values_list("pk", flat=True):
        row = Registrant.objects.locked(pk)
        for signer, field in ADDRESS_OF.items():
            former = _newest(row, signer)
            if (
                not same_address(getattr(row, field), address)
                or former is None
                or not _may_have_another(former, row, at)
            ):
                continue
            link = _link(row, signer, former.same_address_because, former=former, same_pin=True, at=at)
            record(EventType.SIGNING_LINK_SENT, act="invitations.send_new_link", by=by, at=at, registrant=row,
                   about=link.request, changes=link.changes)  # fmt: skip
            sent += 1
    return sent


def _who_can_be_invited(row: Registrant, course: Course, facts: Record, signer: Signer, at: datetime) -> Signer:
    if signer not in ADDRESS_OF:
        raise Rejected("signer", "only the registrant and a parent or guardian are invited")
    signer = Signer(signer)
    if not may_come(facts, signer, at):
        raise Rejected("signer", "the registrant is of age: no parent or guardian signs")
    if not getattr(row, ADDRESS_OF[signer]):
        raise Rejected(ADDRESS_OF[signer], f"there is no e-mail address of the {signer.label.lower()} to write to")
    withdrawn = SigningRequest.objects.filter(registrant=row, signer=signer, withdrawn_at__gte=course.consents_since)
    if withdrawn.exists():
        raise Rejected("signer", f"the {signer.label.lower()} has chosen paper: have the rest signed on paper")
    if not list(owed(facts, signer, at)):
        raise Rejected("signer", f"nothing is left to sign for the {signer.label.lower()}")
    return signer


def _check_addresses(row: Registrant, because: str, at: datetime) -> None:
    if len(because) > _LONGEST_REASON:
        raise Rejected("same_address_because", f"at most {_LONGEST_REASON} characters")
    if share_an_address(row, at) and not because.strip():
        raise Rejected(
            "same_address_because",
            "registrant and guardian have the same address: ask for one of their own, or say why they share it",
        )


def _newest(row: Registrant, signer: Signer) -> SigningRequest | None:
    """Give a signer's newest request, whatever has become of it; the registrant is locked, and so is what is theirs."""
    newest = SigningRequest.objects.filter(registrant=row, signer=signer).first()
    if newest is not None:
        newest.registrant = row
    return newest


def _refuse_without_pin(row: Registrant, signer: Signer, newest: SigningRequest | None) -> None:
    kept = SigningPin.objects.filter(registrant=row, signer=signer, superseded_at=None).first()
    if kept is None:
        raise Rejected("pin", f"have the {signer.label.lower()} choose a PIN at the clinic first")
    if newest is not None and newest.closed_at is not None and newest.closed_at >= kept.set_at:
        raise Rejected("pin", "the link was closed after wrong PINs: have a new PIN chosen at the clinic")
    if newest is not None and guardian_replaced(newest):
        raise Rejected("pin", "another parent or guardian chose the PIN: have this one choose their own")


def _set_pin(
    row: Registrant, facts: Record, signer: Signer, pin: str, check: IdentityCheck | None, *, by: By, at: datetime
) -> list[Changes]:
    if check not in set(IdentityCheck):
        raise Rejected("identity_check", f"say how the clinic made sure who the {signer.label.lower()} is")
    vouchable = signer is Signer.REGISTRANT and is_minor(facts.born_on, program_day(at))
    if check == IdentityCheck.VOUCHED_FOR and not vouchable:
        raise Rejected("identity_check", "only a registrant under age can be vouched for")
    refuse_weak(pin, row.born_on)
    before = SigningPin.objects.filter(registrant=row, signer=signer, superseded_at=None)
    changes = [changed(former, superseded_at=at) for former in before]
    kept = SigningPin.objects.create(
        registrant=row, signer=signer, hashed=kept_pin(pin), identity_check=check, set_at=at, set_by=by.name
    )
    return [*changes, made(kept)]


def _link(
    row: Registrant, signer: Signer, because: str, *, former: SigningRequest | None, same_pin: bool, at: datetime
) -> _Link:
    """Give the link to mail: the former one while it is open and its address is the present one, else a new one.

    A new one revokes the former. Under the same PIN, wrong tries and what was initialed in this course come along; a
    new PIN begins anew, since whoever initialed had not proven who they are as whoever goes on will have.
    """
    if former is not None and same_pin and _still_good(former, row, at):
        reason = changed(former, same_address_because=because)
        return _Link(former, changes=[reason, {"link": {"sent": [None, "again"]}}], is_new=False)
    present = SigningRequest.objects.filter(
        registrant=row, signer=signer, revoked_at=None, closed_at=None, withdrawn_at=None
    )
    usable = former is not None and former.state(at) in {LinkState.OPEN, LinkState.EXPIRED}
    changes = [changed(before, revoked_at=at) for before in present]
    nonce = new_nonce()
    request = SigningRequest.objects.create(
        registrant=row,
        course=row.course,
        signer=signer,
        nonce=nonce,
        link_digest=digest_of_token(link_token(nonce)),
        same_address_because=because,
        invited_at=at,
        expires_at=at + timedelta(days=settings.SIGNING_LINK_DAYS),
        bad_pins=former.bad_pins if former is not None and same_pin else 0,
    )
    changes.append(made(request))
    if former is not None and same_pin and usable and former.course_id == request.course_id:
        changes.extend(_initials_kept(former, request))
    return _Link(request, changes, is_new=True)


def _still_good(former: SigningRequest, row: Registrant, at: datetime) -> bool:
    mine = former.course_id == row.course.pk and state_of(former, at) is LinkState.OPEN
    return mine and not address_changed(former) and can_be_made_again(former)


def _initials_kept(former: SigningRequest, request: SigningRequest) -> Iterator[Changes]:
    """Put what was initialed under a new link, each with its own instant and the visit in which it was given."""
    kept = list(Initial.objects.filter(request=former))
    for one in kept:
        one.pk, one.request = None, request
    Initial.objects.bulk_create(kept)
    if kept:
        yield {"link": {"statements_kept": [None, len(kept)]}}


def _may_have_another(former: SigningRequest, row: Registrant, at: datetime) -> bool:
    usable = state_of(former, at) in {LinkState.OPEN, LinkState.EXPIRED} and not guardian_replaced(former)
    if not usable or (former.signer == Signer.GUARDIAN and not is_minor(row.born_on, program_day(at))):
        return False
    has_pin = SigningPin.objects.filter(registrant=row, signer=former.signer, superseded_at=None).exists()
    theirs = SigningRequest.objects.filter(registrant=row, signer=former.signer).values("pk")
    lately = ProgramEvent.objects.filter(
        registrant=row, type__in=_SENT, subject_id__in=theirs, at__gt=at - timedelta(hours=1)
    )
    return has_pin and lately.count() < settings.SIGNING_CODES_AN_HOUR
