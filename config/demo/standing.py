"""Where each signer of the demo stands, read from the rows whenever it is printed."""

from datetime import datetime
from typing import NamedTuple

from config.demo.signings import SignerOfDemo
from consents.models import Initial, SignedConsent, SigningRequest
from consents.owed import owed, texts_to_sign
from consents.vocabulary import ORIGINAL_LANGUAGE, LinkState
from notifications.enclosures import link_of
from pledge.facts import record_of
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refused, Rejected
from pledge.rules.vocabulary import Signer

BEGINS, HAS_BEGUN = "begins", "has begun"
NO_LONGER = {
    LinkState.WITHDRAWN: "on paper",
    LinkState.CLOSED: "closed",
    LinkState.REVOKED: "closed",
    LinkState.EXPIRED: "expired",
}
WAITS_FOR = {Signer.REGISTRANT: "registrant", Signer.GUARDIAN: "guardian", Signer.PRESCRIBER: "clinic"}


class Standing(NamedTuple):
    """A signer, where they stand in words, and their newest link."""

    signer: SignerOfDemo
    words: str
    link: str


def standings(signers: list[SignerOfDemo], at: datetime) -> list[Standing]:
    """Give where every signer stands at an instant: who has everything still to sign comes first."""
    found = [_standing(signer, at) for signer in signers]
    order = [BEGINS, HAS_BEGUN]
    return sorted(found, key=lambda one: order.index(one.words) if one.words in order else len(order))


def newest_link(signer: SignerOfDemo) -> str:
    """Give the link that was sent last, or nothing where there is none."""
    request = _newest(signer)
    return link_of(request) if request is not None else ""


def _standing(signer: SignerOfDemo, at: datetime) -> Standing:
    request = _newest(signer)
    if request is None:
        return Standing(signer, "closed", "")
    try:
        words = NO_LONGER.get(request.state(at)) or _open(request, at)
    except (Refused, Rejected):  # merged into another record, say: nothing is signed there
        words = "closed"
    return Standing(signer, words, link_of(request))


def _open(request: SigningRequest, at: datetime) -> str:
    own = SignedConsent.objects.filter(course=request.course_id, signer=request.signer)
    if texts_to_sign(request, ORIGINAL_LANGUAGE, at):
        initials = Initial.objects.filter(request__course=request.course_id, request__signer=request.signer)
        return HAS_BEGUN if own.exists() or initials.exists() else BEGINS
    if not own.exists() or request.registrant.course.pk != request.course_id:
        return "closed"
    facts = record_of(request.registrant, program_day(at), with_signatures=True)
    waits = [who for signer, who in WAITS_FOR.items() if any(owed(facts, signer, at))]
    return f"has signed, waits for the {waits[0]}" if waits else "signed by everyone"


def _newest(signer: SignerOfDemo) -> SigningRequest | None:
    requests = SigningRequest.objects.select_related("registrant")
    return requests.filter(registrant__number=signer.number, signer=signer.role).first()
