"""Records as the last signature writes them, and seals to put over them, made without a database.

``a_record`` gives the record of a form that a registrant, where asked for a guardian, and a prescriber have signed;
``changed`` gives a deep copy of one with something in it replaced; ``json_of`` and ``pdf_of`` give its sealed files.
"""

import tempfile
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.test import override_settings

from consents.canonical import binding_of, canonical, instant, text_digest
from consents.document import sealed_file, signed_document, unsigned_document
from consents.record import FORMAT, signature_entry
from consents.sealing import Seal, present_seal
from consents.vocabulary import SigningMethod
from pledge.rules.vocabulary import Signer

AT = datetime(2026, 11, 20, 15, 0, 7, 123456, tzinfo=UTC)
NAMES = {
    Signer.REGISTRANT: "Robin Reyes-Muñoz",
    Signer.GUARDIAN: "Graciela Muñoz",
    Signer.PRESCRIBER: "Dr. Paula Prescott",
}
INITIALS = {Signer.REGISTRANT: "R.R.", Signer.GUARDIAN: "GM"}
DRAWN = [[[10, 40], [40, 10], [60, 60], [90, 20], [120, 50]], [[130, 30], [160, 40]]]


def a_seal() -> Seal:
    """A pair of its own, self-made."""
    with tempfile.TemporaryDirectory() as folder, override_settings(SEAL_FOLDER=Path(folder)):
        return present_seal(AT)


def a_body(language: str = "en", statements: int = 12) -> dict[str, Any]:
    """The words of a form."""
    if language == "es":
        return {
            "title": "Consentimiento informado",
            "introduction": ["Lea cada declaración; ponga sus iniciales solo si la entiende."],
            "statements": [f"Entiendo la declaración {n}: ¿qué pasa si quedo embarazada?" for n in range(statements)],
            "closing": ["Mis preguntas fueron respondidas."],
        }
    return {
        "title": "Informed consent",
        "introduction": ["Read each statement, and initial it only if you understand it."],
        "statements": [f"I understand statement {n}: what happens if I become pregnant." for n in range(statements)],
        "closing": ["My questions were answered."],
    }


def a_record(
    *,
    form: str = "informed_consent",
    version: str = "2026",
    language: str = "en",
    guardian: bool = False,
    registrant: str = "R-0001234",
    names: dict[Signer, str] = NAMES,
    drawn: Sequence[Any] = DRAWN,
    at: datetime = AT,
) -> dict[str, Any]:
    """The record of a form that everyone has signed."""
    body = a_body(language)
    digest = text_digest(form=form, version=version, language=language, body=body)
    signers = [Signer.REGISTRANT, *([Signer.GUARDIAN] if guardian else []), Signer.PRESCRIBER]
    signatures = []
    for place, signer in enumerate(signers):
        signed_at = at - timedelta(minutes=len(signers) - 1 - place)
        initials = [
            {"number": n + 1, "initials": INITIALS[signer], "at": instant(signed_at - timedelta(seconds=60 - n))}
            for n in range(len(body["statements"]) if signer in INITIALS else 0)
        ]
        entry = signature_entry(
            signer=signer,
            name=names[signer],
            method=SigningMethod.ELECTRONIC,
            signed_at=signed_at,
            initials=initials,
            drawn=drawn if signer == Signer.REGISTRANT else (),
        )
        named = {"registrant": registrant, "course": 1, "form": form, "version": version, "language": language}
        binding = binding_of(entry, text=digest, **named)
        signatures.append({**entry, "binding": binding})
    return {
        "format": FORMAT,
        "registrant": registrant,
        "course": 1,
        "text": {"form": form, "version": version, "language": language, "digest": digest, "body": body},
        "signatures": signatures,
        "completed_at": instant(at),
    }


def changed(record: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    """A copy of a record in which what the path leads to is replaced."""
    copy = deepcopy(record)
    inner: Any = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return copy


def json_of(record: dict[str, Any], seal: Seal) -> bytes:
    """The sealed JSON file of a record."""
    content = canonical(record)
    return sealed_file(content, seal.over(content), seal.pem)


def unsigned_of(record: dict[str, Any], seal: Seal, *, file: bytes | None = None) -> bytes:
    """The PDF of a record before it is signed, with its sealed JSON file or another attached."""
    return unsigned_document(
        canonical(record),
        file=file or json_of(record, seal),
        fingerprint=seal.fingerprint,
        zone=ZoneInfo("America/Chicago"),
        public_address="https://pledge.example",
    )


def pdf_of(record: dict[str, Any], seal: Seal, *, file: bytes | None = None, at: datetime = AT) -> bytes:
    """The sealed PDF of a record."""
    return signed_document(unsigned_of(record, seal, file=file), seal, at)
