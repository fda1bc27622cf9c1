"""How forms are signed electronically: link, code, the PIN chosen at the clinic, every statement initialed."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from config.demo.beginnings import registered
from config.demo.person import Person
from config.demo.stage import Arc
from consents.actions import visits
from consents.actions.invitations import invite
from consents.actions.signing import countersign, sign_electronically
from consents.disclosures import disclosures_in
from consents.models import SigningRequest, Visit
from consents.owed import texts_to_sign
from consents.secrets import code_for
from consents.vocabulary import IdentityCheck, Proof
from pledge.rules.enrollment import REQUIRED_FORMS
from pledge.rules.vocabulary import RiskCategory, Signer
from pledge.trail import by_registrant

SECONDS_TO_READ = 7  # one statement
BROWSER = "Mozilla/5.0 (demo)"


@dataclass(frozen=True)
class SignerOfDemo:
    """One who was invited to sign: whose link it is, and the PIN they chose."""

    name: str
    role: str
    email: str
    number: str
    pin: str


def a_pin() -> str:
    """Give six digits that are no run and no date of anyone's birth."""
    return f"7{secrets.randbelow(10_000):04}7"


def invited(p: Person, book: list[SignerOfDemo], day: int, *signers: Signer) -> Arc:
    """Register, and invite at the clinic; the links wait in the mail."""
    yield from registered(p, day)
    yield from p.when(day, "09:30")
    for signer in signers:
        _invite(p, book, signer)


def signed(p: Person, book: list[SignerOfDemo], day: int) -> Arc:
    """Be invited, and sign every form on the phone; the prescriber has not countersigned."""
    yield from invited(p, book, day, Signer.REGISTRANT)
    yield from p.when(day, "11:05")
    _sign(p, next(one for one in book if one.number == p.row.number))


def complete(p: Person, book: list[SignerOfDemo], day: int) -> Arc:
    """Everything signed and countersigned: the documents follow by themselves."""
    yield from signed(p, book, day)
    yield from p.when(day, "16:20")
    for form in REQUIRED_FORMS[RiskCategory(p.row.category)]:
        countersign(registrant=p.row, form=form, by=p.clinic(), at=p.at)


def _invite(p: Person, book: list[SignerOfDemo], signer: Signer) -> None:
    guardian = signer is Signer.GUARDIAN
    pin = a_pin()
    invite(
        registrant=p.row,
        signer=signer,
        pin=pin,
        identity_check=IdentityCheck.PHOTO_ID,
        by=p.clinic(designee=True),
        at=p.at,
    )
    name, email = (p.row.guardian_name, p.row.guardian_email) if guardian else (p.row.name, p.row.email)
    book.append(SignerOfDemo(name, signer.value, email, p.row.number, pin))


def _sign(p: Person, signer: SignerOfDemo) -> None:
    request = SigningRequest.objects.select_related("registrant", "course").get(registrant=p.row, signer=signer.role)
    by, visit = by_registrant(p.row, signer.role), _visit(p, request, signer)
    for text in texts_to_sign(request, visit.language, p.at):
        for number in range(1, len(text.body["statements"]) + 1):
            p.at += timedelta(seconds=SECONDS_TO_READ)
            initials = "".join(word[0] for word in signer.name.split())
            visits.initial(visit=visit, text=text, number=number, initials=initials, by=by, at=p.at)
        p.at += timedelta(seconds=SECONDS_TO_READ)
        sign_electronically(visit=visit, text=text, name=signer.name, pin=signer.pin, by=by, at=p.at)
    visits.end_visit(visit=visit, by=by, at=p.at)


def _visit(p: Person, request: SigningRequest, signer: SignerOfDemo) -> Visit:
    by = by_registrant(p.row, signer.role)
    code = visits.ask_code(request=request, by=by, at=p.at)
    begun = visits.begin_visit(
        request=request,
        code=code_for(code.nonce, code.digest),
        pin=signer.pin,
        address="127.0.0.1",
        agent=BROWSER,
        language=p.row.language,
        by=by,
        at=p.at,
    )
    if begun.proof is not Proof.PROVEN or begun.visit is None:
        raise RuntimeError(f"the demo's own code and PIN were not taken: {begun.proof}")
    disclosures, read = disclosures_in(p.row.language), begun.visit.reading_code
    return visits.accept_disclosures(visit=begun.visit, reading_code=read, disclosures=disclosures, by=by, at=p.at)
