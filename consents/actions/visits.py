"""Visits: a signer proves who they are, learns about electronic records, and initials (21 CFR 11.200; 15 USC 7001)."""

import hmac
import ipaddress
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from consents.actions.proving import judge_code, judge_pin
from consents.actions.steps import guarded, lock_request, lock_visit, made, share_an_address
from consents.disclosures import Disclosures
from consents.links import state_of
from consents.models import FormText, Initial, SigningCode, SigningRequest, Visit
from consents.owed import texts_to_sign
from consents.secrets import code_for, digest_of_code, digest_of_token, new_nonce, new_visit_token
from consents.vocabulary import SIGNING_LANGUAGES, Language, LinkState, Proof
from pledge.frame import action
from pledge.models import EventType
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, record

_READABLE = "ACDEFGHJKLMNPQRTUVWXY34679"  # no two of these look alike
_READING_CODE_LENGTH = 6
_LONGEST_AGENT = Visit._meta.get_field("agent").max_length or 0
_LONGEST_INITIALS = Initial._meta.get_field("initials").max_length or 0


class Begun(NamedTuple):
    """What came of a code and a PIN: with :attr:`Proof.PROVEN` a visit and its cookie's secret."""

    proof: Proof
    visit: Visit | None
    token: str
    pins_left: int


@guarded
@action
def ask_code(*, request: SigningRequest, by: By, at: datetime) -> SigningCode:
    """Make a code for a link, to be mailed to the signer; the one before can no longer be used.

    :raises Rejected: naming ``code``, where too many were asked for in the last hour; ``link``, where it is not open;
        ``address``, where registrant and guardian came to share one since.
    """
    row = lock_request(request, by)
    if state_of(row, at) is not LinkState.OPEN:
        raise Rejected("link", "this link can no longer be used; ask for a new one")
    if share_an_address(row.registrant, at) and not row.same_address_because:
        raise Rejected("address", "registrant and guardian have the same address; ask the clinic to correct one")
    lately = SigningCode.objects.filter(
        request__registrant=row.registrant, request__signer=row.signer, asked_at__gt=at - timedelta(hours=1)
    )
    if lately.count() >= settings.SIGNING_CODES_AN_HOUR:
        raise Rejected("code", "too many codes were asked for; wait an hour, or use the newest one")
    nonce = new_nonce()
    code = SigningCode.objects.create(
        request=row,
        nonce=nonce,
        digest=digest_of_code(code_for(nonce), nonce),
        asked_at=at,
        expires_at=at + timedelta(minutes=settings.SIGNING_CODE_MINUTES),
    )
    record(EventType.SIGNING_CODE_ASKED, act="visits.ask_code", by=by, at=at, registrant=row.registrant, about=code,
           changes=[made(code)])  # fmt: skip
    return code


@guarded
@action
def begin_visit(
    *,
    request: SigningRequest,
    code: str,
    pin: str,
    address: str | None,
    agent: str,
    language: str,
    by: By,
    at: datetime,
) -> Begun:
    """Begin a visit where code and PIN are right; an earlier visit through the link ends.

    The code is judged first, and the PIN only with the right code, which a wrong PIN does not use up. What is wrong
    is counted and recorded, and never raised.
    """
    row, act = lock_request(request, by), "visits.begin_visit"
    left = settings.SIGNING_PIN_TRIES - row.bad_pins
    if state_of(row, at) is not LinkState.OPEN:
        return Begun(Proof.LINK_NOT_OPEN, None, "", 0)
    used = judge_code(row, code, act=act, by=by, at=at)
    if used is None:
        return Begun(Proof.WRONG_CODE, None, "", left)
    wrong = judge_pin(row, pin, act=act, by=by, at=at)
    if wrong is not None:
        return Begun(Proof.WRONG_PIN, None, "", wrong)
    token = new_visit_token()
    changes = [changed(used, used_at=at), *(changed(visit, ended_at=at) for visit in _alive(row, at))]
    visit = Visit.objects.create(
        request=row,
        token_digest=digest_of_token(token),
        began_at=at,
        last_seen_at=at,
        address=_address(address),
        agent="".join(filter(str.isprintable, agent))[:_LONGEST_AGENT],
        language=language if language in SIGNING_LANGUAGES else Language.ENGLISH,
        reading_code="".join(secrets.choice(_READABLE) for _ in range(_READING_CODE_LENGTH)),
    )
    record(EventType.VISIT_BEGAN, act=act, by=by, at=at, registrant=row.registrant, about=visit,
           changes=[*changes, made(visit)])  # fmt: skip
    return Begun(Proof.PROVEN, visit, token, settings.SIGNING_PIN_TRIES)


@action
def touch(*, visit: Visit, by: By, at: datetime) -> bool:
    """Note that the signer is still there, and tell whether the visit goes on; one that has ended stays so."""
    mine = Visit.objects.alive(at).filter(pk=visit.pk, request__registrant=by.registrant, request__signer=by.kind)
    return Visit.objects.filter(pk__in=mine, last_seen_at__lt=at).update(last_seen_at=at) > 0 or mine.exists()


@action
def choose_language(*, visit: Visit, language: str, by: By, at: datetime) -> Visit:
    """Go on in another language: each form not yet signed is read and initialed in it, what was initialed stays."""
    row = lock_visit(visit, by, at)
    if language not in SIGNING_LANGUAGES:
        raise Rejected("language", "the forms are not written in this language")
    changed(row, language=Language(language))
    return row


@guarded
@action
def accept_disclosures(*, visit: Visit, reading_code: str, disclosures: Disclosures, by: By, at: datetime) -> Visit:
    """Agree to electronic records, having shown that one can open them by typing the code printed inside.

    :raises Rejected: naming ``reading_code``, where it is not the one.
    """
    row = lock_visit(visit, by, at)
    typed = "".join(filter(str.isalnum, reading_code)).upper()
    if not hmac.compare_digest(typed.encode(), row.reading_code.encode()):
        raise Rejected("reading_code", "this is not the code that is printed in the document")
    if row.disclosures_accepted_at is not None:
        return row
    accepted = changed(row, disclosures=f"{disclosures.version}.{disclosures.language}", disclosures_accepted_at=at)
    record(EventType.DISCLOSURES_ACCEPTED, act="visits.accept_disclosures", by=by, at=at,
           registrant=row.request.registrant, about=row,
           changes=[accepted, {"disclosures": {"digest": [None, disclosures.digest]}}])  # fmt: skip
    return row


@guarded
@action
def initial(*, visit: Visit, text: FormText, number: int, initials: str, by: By, at: datetime) -> Initial:
    """Initial one statement, after the disclosures; initialing it again gives the initials that stand.

    :param number: of the statement, from 1.
    """
    row = lock_visit(visit, by, at)
    if row.disclosures_accepted_at is None:
        raise Rejected("disclosures", "read and accept how electronic records work first")
    stands = Initial.objects.filter(request=row.request, text=text, number=number).first()
    if stands is not None:
        return stands
    if text not in texts_to_sign(row.request, row.language, at):
        raise Rejected("text", "this is not a form that is left to sign in the language chosen")
    if not 1 <= number <= len(text.body["statements"]):
        raise Rejected("number", "the form has no such statement")
    written = unicodedata.normalize("NFC", initials).strip()
    letters = written.replace(".", "").replace(" ", "")
    if not letters.isalpha() or len(written) > _LONGEST_INITIALS:
        raise Rejected("initials", f"type your initials: letters and periods, at most {_LONGEST_INITIALS}")
    one = Initial.objects.create(
        request=row.request, text=text, number=number, initials=written, initialed_at=at, visit=row
    )
    record(EventType.STATEMENT_INITIALED, act="visits.initial", by=by, at=at, registrant=row.request.registrant,
           about=one, changes=[made(one)])  # fmt: skip
    return one


@action
def end_visit(*, visit: Visit, by: By, at: datetime) -> Visit:
    """Leave; what was initialed stays. Coming again needs a new code and the PIN."""
    row = lock_visit(visit, by, at)
    record(EventType.VISIT_ENDED, act="visits.end_visit", by=by, at=at, registrant=row.request.registrant, about=row,
           changes=[changed(row, ended_at=at)])  # fmt: skip
    return row


@guarded
@action
def withdraw(*, visit: Visit, by: By, at: datetime) -> SigningRequest:
    """Withdraw from signing electronically: the rest is signed on paper, what was signed stands (15 USC 7001(c))."""
    row = lock_visit(visit, by, at)
    changes = [changed(row.request, withdrawn_at=at), changed(row, ended_at=at)]
    record(EventType.ELECTRONIC_SIGNING_WITHDRAWN, act="visits.withdraw", by=by, at=at,
           registrant=row.request.registrant, about=row.request, changes=changes)  # fmt: skip
    return row.request


def _alive(request: SigningRequest, at: datetime) -> list[Visit]:
    return list(Visit.objects.alive(at).filter(request=request))


def _address(address: str | None) -> str | None:
    """Give an IP address where it is one; a visit does not fail for what a proxy made of it."""
    try:
        return str(ipaddress.ip_address(address or ""))
    except ValueError:
        return None
