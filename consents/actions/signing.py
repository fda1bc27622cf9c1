"""Signing a consent form: electronically, on paper with a scan, countersigned, or as a recorded fact (section 13)."""

from datetime import datetime
from typing import Any

from consents.actions.evidence import countersigned_by, electronic_entry, written_name
from consents.actions.judging import conclude, judge, keep, original, standing
from consents.actions.proving import judge_pin
from consents.actions.steps import Denied, NotProven, guarded, lock_visit
from consents.canonical import digest_of
from consents.models import FormText, Scan, SignedConsent, Visit
from consents.owed import texts_to_sign
from consents.scans import kind_of
from consents.vocabulary import Proof, SigningMethod
from pledge.actions.steps import lock_own
from pledge.frame import action
from pledge.models import Registrant
from pledge.rows import update
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import ConsentForm, Scope, Signer
from pledge.trail import By

__all__ = ["Denied", "NotProven", "countersign", "sign", "sign_electronically", "sign_on_paper"]


@action
def sign(
    *, registrant: Registrant, form: ConsentForm, signer: Signer, signer_name: str = "", by: By, at: datetime
) -> SignedConsent:
    """Sign the text that is being signed in this course, or the version in force where none is begun.

    The registrant signs first or beside the guardian, the prescriber countersigns last; the last required signature
    completes the enrollment. Signing the same text again gives the signature that stands.
    """
    judged = judge(
        lock_own(registrant, by, at=at, scope=_scope_of(signer), registrant_may=True), form, signer, by=by, at=at
    )
    if judged.stands is not None:
        return judged.stands
    signature = keep(judged, name=signer_name, method=SigningMethod.RECORDED, text=None, at=at)
    conclude(judged, signature, act="signing.sign", by=by, at=at)
    return signature


@guarded
@action
def sign_electronically(
    *, visit: Visit, text: FormText, name: str, drawn: list[Any] | None = None, pin: str = "", by: By, at: datetime
) -> SignedConsent | NotProven:
    """Sign a form in a visit, every statement initialed; signing it again gives the signature that stands.

    :param drawn: strokes of a drawn name, each a list of points ``[x, y]`` in whole numbers.
    :param pin: asked for from the second signature of a visit on.
    :raises Denied: where anyone but the invited signer acts; it leaves an event.
    :raises NotProven: where the PIN is wrong; the try is counted.
    :raises Rejected: naming ``visit``, ``text``, ``disclosures``, ``name``, ``drawn`` or ``initials``.
    """
    row, act = lock_visit(visit, by, at), "signing.sign_electronically"
    request, version = row.request, text.form_version
    for stands in standing(request.registrant, version):
        if stands.signer == request.signer:
            return stands
    judged = judge(request.registrant, ConsentForm(version.form), Signer(request.signer), by=by, at=at)
    if text not in texts_to_sign(request, row.language, at):
        raise Rejected("text", "this is not a form that is left to sign in the language chosen")
    entry = electronic_entry(row, text, drawn or [], at)
    written = written_name(name)
    if row.pin_needed:
        left = judge_pin(request, pin, act=act, by=by, at=at)
        if left is not None:
            return NotProven(Proof.WRONG_PIN, left)
    signature = keep(judged, name=written, method=SigningMethod.ELECTRONIC, text=text, entry=entry, visit=row, at=at)
    row.pin_needed = True
    update(row, ["pin_needed"])
    conclude(judged, signature, act=act, by=by, at=at)
    return signature


@action
def sign_on_paper(
    *, registrant: Registrant, form: ConsentForm, signer: Signer, signer_name: str, scan: bytes, by: By, at: datetime
) -> SignedConsent:
    """Record what a registrant or guardian signed on paper, with its scan; again gives the signature that stands.

    :raises Rejected: naming ``scan``, where it is none, or not what it seems; ``signer``, where they have signed
        already and the scan is of something else: it would not be kept.
    """
    if signer == Signer.PRESCRIBER:
        raise Rejected("signer", "the prescriber countersigns in person, not by a scan")
    judged = judge(lock_own(registrant, by, at=at, scope=_scope_of(signer)), form, signer, by=by, at=at)
    if judged.stands is not None:
        return _kept_with(judged.stands, scan)
    name, kind, digest = written_name(signer_name), kind_of(scan), digest_of(scan)
    mine = {"registrant": judged.row, "form_version": judged.version, "digest": digest}
    kept = Scan.objects.filter(**mine).first() or Scan.objects.create(**mine, kind=kind, content=scan, recorded_at=at)
    behalf = {"recorded_for": by.on_behalf_of} if by.on_behalf_of else {}
    entry = {"evidence": {"recorded_by": by.name, "recorded_by_kind": by.kind, **behalf}}
    signature = keep(
        judged, name=name, method=SigningMethod.PAPER, text=original(judged.version), entry=entry, scan=kept, at=at
    )
    conclude(judged, signature, act="signing.sign_on_paper", by=by, at=at)
    return signature


@action
def countersign(*, registrant: Registrant, form: ConsentForm, by: By, at: datetime) -> SignedConsent:
    """Countersign as the prescriber in person, last; bound to the text that the signers signed.

    Where it was only recorded as a fact that they did, it is the text in the original language.
    """
    row = lock_own(registrant, by, at=at, scope=_scope_of(Signer.PRESCRIBER), registrant_may=True)
    judged = judge(row, form, Signer.PRESCRIBER, by=by, at=at)
    if judged.stands is not None:
        return judged.stands
    text = judged.text or original(judged.version)
    if text is None:
        raise Rejected("form", "no approved text of this version is published")
    signature = keep(
        judged, name=by.name, method=SigningMethod.ELECTRONIC, text=text, entry=countersigned_by(by, text), at=at
    )
    conclude(judged, signature, act="signing.countersign", by=by, at=at)
    return signature


def _scope_of(signer: Signer) -> Scope | None:
    """Give what a designee must be designated for to bring a signature; None where no designation goes so far."""
    return None if signer == Signer.PRESCRIBER else Scope.ENROLLMENT


def _kept_with(stands: SignedConsent, scan: bytes) -> SignedConsent:
    """Give a signature that stands where it is kept with this very scan."""
    if stands.scan is None or stands.scan.digest != digest_of(scan):
        raise Rejected("signer", f"they have signed this form already, on {stands.signed_on}; that stands")
    return stands
