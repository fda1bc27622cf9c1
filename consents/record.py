"""What a signature and a complete record consist of, as the canonical form writes them (21 CFR 11.50, 11.70)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from consents.canonical import binding_of, instant
from consents.models import FormText, SignedConsent
from consents.vocabulary import MEANINGS, SigningMethod
from pledge.models import Course
from pledge.rules.vocabulary import Signer

FORMAT = "pledge-consent-record/1"


def signature_entry(
    *,
    signer: Signer,
    name: str,
    method: SigningMethod,
    signed_at: datetime,
    initials: Sequence[Mapping[str, Any]] = (),
    drawn: Sequence[Any] = (),
    evidence: Mapping[str, Any] | None = None,
    scan: str = "",
) -> dict[str, Any]:
    """Give one signature as the record has it, its binding not yet among it.

    :param initials: number, initials and instant (``at``, as :func:`consents.canonical.instant` writes it) of each.
    :param drawn: strokes of a drawn name, each a list of points in whole numbers.
    :param evidence: how the signer proved who they are; never a secret.
    :param scan: the digest of the scan of a form signed on paper.
    """
    return {
        "signer": str(signer),
        "name": name,
        "meaning": MEANINGS[signer].value,
        "meaning_in_words": MEANINGS[signer].label,
        "method": str(method),
        "signed_at": instant(signed_at),
        "initials": [dict(initial) for initial in initials],
        "drawn": [list(stroke) for stroke in drawn],
        "evidence": dict(evidence or {}),
        "scan": scan,
    }


def bound_to(text: FormText, entry: Mapping[str, Any], course: Course) -> str:
    """Give the binding of a signature entry to a text, in one registrant's course of treatment."""
    version = text.form_version
    return binding_of(
        entry,
        registrant=course.registrant.number,
        course=course.number,
        text=text.digest,
        form=version.form,
        version=version.version,
        language=text.language,
    )


def entry_of(signature: SignedConsent) -> dict[str, Any]:
    """Give the entry of a signature that was kept, with the binding that was kept with it."""
    entry = signature_entry(
        signer=Signer(signature.signer),
        name=signature.signer_name,
        method=SigningMethod(signature.method),
        signed_at=signature.signed_at,
        initials=signature.initials,
        drawn=signature.drawn,
        evidence=signature.evidence,
        scan=signature.scan.digest if signature.scan else "",
    )
    return {**entry, "binding": signature.binding}


def record_of(text: FormText, signatures: Iterable[SignedConsent], *, completed_at: datetime) -> dict[str, Any]:
    """Give the record of a form that everyone has signed, in the order of signing.

    :param signatures: at least one; all of one registrant, course and text.
    """
    signatures = list(signatures)
    first, version = signatures[0], text.form_version
    return {
        "format": FORMAT,
        "registrant": first.registrant.number,
        "course": first.course.number,
        "text": {
            "form": version.form,
            "version": version.version,
            "language": text.language,
            "digest": text.digest,
            "body": text.body,
        },
        "signatures": [entry_of(signature) for signature in signatures],
        "completed_at": instant(completed_at),
    }
