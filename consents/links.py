"""Where a link and a visit's cookie lead; reads alone, and finding proves nothing (docs/decisions/0015)."""

from datetime import datetime

from django.db.models import Min, QuerySet

from consents.models import SigningRequest, Visit
from consents.secrets import digest_of_token, link_token
from consents.vocabulary import LinkState
from pledge.models import ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import is_minor
from pledge.rules.vocabulary import Signer

ADDRESS_OF = {Signer.REGISTRANT: "email", Signer.GUARDIAN: "guardian_email"}
_WITH_WHOM = ("registrant", "course")


def request_of(token: str) -> SigningRequest | None:
    """Give the request that a link leads to, in whatever state it is, or None."""
    return SigningRequest.objects.select_related(*_WITH_WHOM).filter(link_digest=digest_of_token(token)).first()


def visit_of(token: str, at: datetime) -> Visit | None:
    """Give the visit behind a cookie's secret where it can go on at an instant, or None."""
    mine = Visit.objects.alive(at).select_related(*(f"request__{name}" for name in _WITH_WHOM))
    visit = mine.filter(token_digest=digest_of_token(token)).first()
    return visit if visit is not None and state_of(visit.request, at) is LinkState.OPEN else None


def state_of(request: SigningRequest, at: datetime) -> LinkState:
    """Tell what has become of a link, also where nobody ended it: a guardian's expires when the registrant is of age,
    the link of a record that was merged into another is revoked with it, and a guardian's once another has come.
    """
    state = request.state(at)
    if state is not LinkState.OPEN:
        return state
    registrant = request.registrant
    if registrant.merged_into_id is not None:
        return LinkState.REVOKED
    if request.signer != Signer.GUARDIAN:
        return LinkState.OPEN
    if not is_minor(registrant.born_on, program_day(at)):
        return LinkState.EXPIRED
    return LinkState.REVOKED if guardian_replaced(request) else LinkState.OPEN


def address_changed(request: SigningRequest) -> bool:
    """Tell whether the signer's address was changed since the link was sent; whoever had the former one has the link.

    The trail says so, in its own order.
    """
    return _changes_since_sent(request, ADDRESS_OF[Signer(request.signer)]).exists()


def guardian_replaced(request: SigningRequest) -> bool:
    """Tell whether a guardian's link is that of another person: the clinic has changed the guardian's name since.

    Who chose the PIN and initialed is then not who would sign (21 CFR 11.100).
    """
    first = _changes_since_sent(request, "guardian_name").order_by("pk").first()
    if request.signer != Signer.GUARDIAN or first is None:
        return False
    former = first.changes[f"registrant:{request.registrant_id}"]["guardian_name"][0] or ""
    return bool(former) and former.casefold().split() != request.registrant.guardian_name.casefold().split()


def can_be_made_again(request: SigningRequest) -> bool:
    """Tell whether the link can be mailed again: not where the secret key that it was derived from is gone."""
    return digest_of_token(link_token(request.nonce, request.link_digest)) == request.link_digest


def _changes_since_sent(request: SigningRequest, field: str) -> QuerySet[ProgramEvent]:
    trail = ProgramEvent.objects.filter(registrant=request.registrant_id)
    sent = trail.filter(subject="signingrequest", subject_id=request.pk).aggregate(first=Min("pk"))["first"]
    return trail.filter(pk__gt=sent or 0, **{f"changes__registrant:{request.registrant_id}__has_key": field})
