"""What is kept of how a signature came about, so that it can be attributed years later (21 CFR 11.50; UETA 9)."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from consents.canonical import instant
from consents.disclosures import disclosures_in
from consents.models import FormText, Initial, SignedConsent, SigningCode, SigningPin, Visit
from pledge.rules.refusals import Rejected
from pledge.trail import By

_LONGEST_NAME = SignedConsent._meta.get_field("signer_name").max_length or 0
_FARTHEST, _MOST_POINTS = 10_000, 5_000


def electronic_entry(visit: Visit, text: FormText, drawn: list[Any], at: datetime) -> dict[str, Any]:
    """Give initials, strokes and evidence of a signature about to be given in a visit.

    :raises Rejected: naming ``disclosures``, ``initials`` or ``drawn``.
    """
    if visit.disclosures_accepted_at is None:
        raise Rejected("disclosures", "read and accept how electronic records work first")
    return {
        "initials": _initials(visit, text),
        "drawn": _strokes(drawn),
        "evidence": _evidence(visit, text, at),
    }


def countersigned_by(by: By, text: FormText) -> Mapping[str, Any]:
    """Give the evidence of a countersignature: the prescriber, logged in to an account of their own."""
    npi = by.prescriber.npi if by.prescriber is not None else ""
    return {
        "evidence": {
            "components": ["log_in", "password"],
            "npi": npi,
            "text_digest": text.digest,
            "text_language": text.language,
        }
    }


def written_name(name: str) -> str:
    """Give a name as it was typed, composed and on one line.

    :raises Rejected: naming ``name``, where there is none.
    """
    written = unicodedata.normalize("NFC", " ".join(name.split()))
    if not any(map(str.isalpha, written)) or not written.isprintable():
        raise Rejected("name", "type your full name")
    if len(written) > _LONGEST_NAME:
        raise Rejected("name", f"at most {_LONGEST_NAME} characters")
    return written


def _initials(visit: Visit, text: FormText) -> list[dict[str, Any]]:
    rows = Initial.objects.filter(request=visit.request, text=text).order_by("number")
    given = [{"number": row.number, "initials": row.initials, "at": instant(row.initialed_at)} for row in rows]
    missing = {*range(1, len(text.body["statements"]) + 1)} - {row["number"] for row in given}
    if missing:
        named = ", ".join(str(number) for number in sorted(missing))
        raise Rejected("initials", f"statement {named} {'is' if len(missing) == 1 else 'are'} not initialed yet")
    return given


def _strokes(drawn: list[Any]) -> list[list[list[int]]]:
    strokes = [[list(point) for point in stroke] for stroke in drawn]
    points = [point for stroke in strokes for point in stroke]
    within = all(len(point) == 2 and all(type(n) is int and 0 <= n <= _FARTHEST for n in point) for point in points)
    if not within or len(points) > _MOST_POINTS:
        raise Rejected("drawn", "the drawn name cannot be read; draw it again, or type it only")
    return strokes


def _evidence(visit: Visit, text: FormText, at: datetime) -> dict[str, Any]:
    request = visit.request
    version, language = visit.disclosures.split(".")
    code = SigningCode.objects.filter(request=request, used_at=visit.began_at).first()
    pin = SigningPin.objects.filter(registrant=request.registrant, signer=request.signer, superseded_at=None).first()
    typed_at = at if visit.pin_needed else visit.began_at
    return {
        "components": ["pin"] if visit.pin_needed else ["code", "pin"],
        "code": code.pk if code is not None else None,
        "code_used_at": instant(visit.began_at),
        "pin_typed_at": instant(typed_at),
        "identity_check": pin.identity_check if pin is not None else "",
        "identity_checked_at": instant(pin.set_at) if pin is not None else "",
        "request": request.pk,
        "visit": visit.pk,
        "visit_began_at": instant(visit.began_at),
        "address": visit.address or "",
        "agent": visit.agent,
        "text_digest": text.digest,
        "text_language": text.language,
        "disclosures": {
            "version": version,
            "language": language,
            "digest": disclosures_in(language, version).digest,
            "accepted_at": instant(visit.disclosures_accepted_at or at),
        },
        "reading_code_typed_at": instant(visit.disclosures_accepted_at or at),
    }
