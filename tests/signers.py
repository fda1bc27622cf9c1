"""Signers for tests, walked through the real actions: invited, in a visit, and with forms signed.

The states read like sentences::

    request = invited(life, at)                  # the registrant has a PIN and a link
    visit = visiting(life, at)                   # and has come by code and PIN, and accepted the disclosures
    signature = signed_in(visit, at)             # and initialed and signed the first form that is left
    signed_electronically(life, at)              # everything is signed by everyone, the prescriber last
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from PIL import Image

from consents.actions.invitations import invite
from consents.actions.signing import countersign, sign_electronically, sign_on_paper
from consents.actions.visits import Begun, accept_disclosures, ask_code, begin_visit, initial, withdraw
from consents.disclosures import disclosures_in
from consents.models import FormText, SignedConsent, SigningRequest, Visit
from consents.owed import texts_to_sign
from consents.secrets import code_for
from consents.vocabulary import IdentityCheck, LinkState, Proof
from pledge.actions import registrants
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import REQUIRED_FORMS
from pledge.rules.vocabulary import RiskCategory, Signer
from pledge.trail import By, by_registrant
from tests import lives

PINS = {Signer.REGISTRANT: "481516", Signer.GUARDIAN: "274951"}
NAMES = {Signer.REGISTRANT: "Robin Reyes", Signer.GUARDIAN: "Gale Reyes"}
ADDRESS, AGENT = "192.0.2.7", "A telephone"


def a_minor(program: lives.Program, at: datetime, *, turns_18_in: int = 100, **others: object) -> lives.Life:
    """Register someone under age, whose guardian has a name and an address of their own."""
    day = program_day(at) + timedelta(days=turns_18_in)
    life = lives.registered(program, at, born_on=day.replace(year=day.year - 18), **others)
    contact = {"guardian_name": NAMES[Signer.GUARDIAN], "guardian_email": "gale@guardians.example"}
    registrants.change_contact(registrant=life.registrant, contact=contact, by=program.clinic, at=at)
    life.registrant.refresh_from_db()
    return life


def by_signer(request: SigningRequest) -> By:
    """Give the actor for whoever a request was sent to."""
    return by_registrant(request.registrant, request.signer)


def invited(life: lives.Life, at: datetime, *, signer: Signer = Signer.REGISTRANT, pin: str = "") -> SigningRequest:
    """Have a signer choose a PIN at the clinic, show a photo ID, and be sent a link."""
    return invite(
        registrant=life.registrant,
        signer=signer,
        pin=pin or PINS[signer],
        identity_check=IdentityCheck.PHOTO_ID,
        by=life.program.clinic,
        at=at,
    )


def a_scan(*, color: str = "white") -> bytes:
    """Give a small picture, as a scanner would make one."""
    kept = io.BytesIO()
    Image.new("RGB", (60, 80), color).save(kept, "PNG")
    return kept.getvalue()


def on_paper(life: lives.Life, at: datetime, *, signer: Signer = Signer.REGISTRANT) -> list[SignedConsent]:
    """Have the clinic record every required form as signed on paper by one signer."""
    forms = REQUIRED_FORMS[RiskCategory(life.registrant.category)]
    given = {"registrant": life.registrant, "signer": signer, "signer_name": NAMES[signer], "scan": a_scan()}
    return [sign_on_paper(**given, form=form, by=life.program.clinic, at=at) for form in forms]


def present_request(life: lives.Life, at: datetime, signer: Signer = Signer.REGISTRANT) -> SigningRequest:
    """Give the signer's open request, or have them invited."""
    newest = SigningRequest.objects.filter(registrant=life.registrant, signer=signer).first()
    return newest if newest is not None and newest.state(at) is LinkState.OPEN else invited(life, at, signer=signer)


def a_code(request: SigningRequest, at: datetime) -> str:
    """Ask for a code and give what the mail will say."""
    row = ask_code(request=request, by=by_signer(request), at=at)
    return code_for(row.nonce, row.digest)


def coming(request: SigningRequest, at: datetime, *, code: str = "", pin: str = "", language: str = "en") -> Begun:
    """Open a visit by a new code, or ``code``, and the signer's PIN, or ``pin``."""
    return begin_visit(
        request=request,
        code=code or a_code(request, at),
        pin=pin or PINS[Signer(request.signer)],
        address=ADDRESS,
        agent=AGENT,
        language=language,
        by=by_signer(request),
        at=at,
    )


def visiting(
    life: lives.Life,
    at: datetime,
    *,
    signer: Signer = Signer.REGISTRANT,
    language: str = "en",
    informed: bool = True,
) -> Visit:
    """Bring a signer into a visit, with the disclosures accepted unless not ``informed``."""
    begun = coming(present_request(life, at, signer), at, language=language)
    assert begun.proof is Proof.PROVEN, begun
    assert begun.visit is not None
    return accepted(begun.visit, at) if informed else begun.visit


def accepted(visit: Visit, at: datetime) -> Visit:
    """Accept the disclosures by the code that the document shows."""
    said = disclosures_in(visit.language)
    by = by_signer(visit.request)
    return accept_disclosures(visit=visit, reading_code=visit.reading_code, disclosures=said, by=by, at=at)


def left_in(visit: Visit, at: datetime) -> list[FormText]:
    """Give what is left to sign in the visit's language."""
    return texts_to_sign(visit.request, visit.language, at)


def initialed(
    visit: Visit, at: datetime, text: FormText | None = None, *, but: frozenset[int] = frozenset()
) -> FormText:
    """Initial every statement of a form, the first that is left unless ``text``, save those in ``but``."""
    text = text or left_in(visit, at)[0]
    for number in range(1, len(text.body["statements"]) + 1):
        if number not in but:
            initial(visit=visit, text=text, number=number, initials="R.R.", by=by_signer(visit.request), at=at)
    return text


def signed_in(visit: Visit, at: datetime, text: FormText | None = None, *, pin: str | None = None) -> SignedConsent:
    """Initial and sign one form in a visit."""
    text = initialed(visit, at, text)
    signer = Signer(visit.request.signer)
    typed = PINS[signer] if pin is None else pin
    by = by_signer(visit.request)
    return sign_electronically(visit=visit, text=text, name=NAMES[signer], pin=typed, by=by, at=at)


def signs_all(life: lives.Life, at: datetime, *, signer: Signer = Signer.REGISTRANT, language: str = "en") -> Visit:
    """Have one signer sign everything that is left for them in one visit."""
    visit = visiting(life, at, signer=signer, language=language)
    for text in left_in(visit, at):
        signed_in(visit, at, text)
    return visit


def countersigned(life: lives.Life, at: datetime) -> list[SignedConsent]:
    """Countersign every required form."""
    forms = REQUIRED_FORMS[RiskCategory(life.registrant.category)]
    return [countersign(registrant=life.registrant, form=form, by=life.program.clinic, at=at) for form in forms]


def signed_electronically(life: lives.Life, at: datetime, *, language: str = "en") -> list[SignedConsent]:
    """Have everyone sign every form: the registrant, under age the guardian too, and the prescriber last."""
    signs_all(life, at, language=language)
    if life.registrant.guardian_email:
        signs_all(life, at, signer=Signer.GUARDIAN, language=language)
    return countersigned(life, at)


def withdrawn(visit: Visit, at: datetime) -> SigningRequest:
    """Withdraw from signing electronically."""
    return withdraw(visit=visit, by=by_signer(visit.request), at=at)


def closed(request: SigningRequest, at: datetime) -> SigningRequest:
    """Close a link by as many wrong PINs as that takes."""
    code = a_code(request, at)
    while (begun := coming(request, at, code=code, pin="000111")).pins_left:
        assert begun.proof is Proof.WRONG_PIN
    request.refresh_from_db()
    return request
