"""Where a link and a visit's cookie lead; reads alone, and finding proves nothing (docs/decisions/0015)."""

from datetime import datetime

from django.db.models import Min

from consents.models import SigningRequest, Visit
from consents.secrets import digest_of_token
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
    and the link of a record that was merged into another is revoked with it.
    """
    state = request.state(at)
    if state is not LinkState.OPEN:
        return state
    registrant = request.registrant
    if registrant.merged_into_id is not None:
        return LinkState.REVOKED
    of_age = not is_minor(registrant.born_on, program_day(at))
    return LinkState.EXPIRED if request.signer == Signer.GUARDIAN and of_age else LinkState.OPEN


def address_changed(request: SigningRequest) -> bool:
    """Tell whether the signer's address was changed since the link was sent; whoever had the former one has the link.

    The trail says so, in its own order.
    """
    trail = ProgramEvent.objects.filter(registrant=request.registrant_id)
    sent = trail.filter(subject="signingrequest", subject_id=request.pk).aggregate(first=Min("pk"))["first"]
    field = ADDRESS_OF[Signer(request.signer)]
    return trail.filter(pk__gt=sent or 0, **{f"changes__registrant:{request.registrant_id}__has_key": field}).exists()
