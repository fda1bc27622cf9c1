"""What was signed, by whom, who has still to sign, and the sealed copies for everyone to keep."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from consents.document import ADDRESS_DIGITS, file_of
from consents.models import ConsentRecord, FormText, FormVersion, SignedConsent
from consents.pages.page import onward
from consents.pages.visitor import Visitor, in_visit
from consents.pages.words import WHO, moment, signature_in_words
from pledge.facts import signatures_of
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import missing_signers
from pledge.rules.vocabulary import Signer
from pledge.trail import record_access


class Copy(NamedTuple):
    """A form of this course that someone has signed, with its record where everyone has."""

    text: FormText
    signatures: list[dict[str, object]]
    waiting: str
    record: ConsentRecord | None
    lines: list[dict[str, object]]

    @property
    def sealed(self) -> bool:
        """Whether the sealed document is there."""
        return self.record is not None and self.record.sealed_at is not None

    @property
    def check(self) -> str:
        """Where anyone checks the record, or empty."""
        return reverse("verify-record", args=[self.record.digest[:ADDRESS_DIGITS]]) if self.record else ""


@in_visit
def copies(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """List what was signed in this course; of the registrant's record a guardian sees nothing else."""
    _read(visitor, "consents_listed")
    return visitor.shown(request, "copies.html", copies=_copies_of(visitor))


@in_visit
def copy(request: HttpRequest, visitor: Visitor, text_id: int) -> HttpResponse:
    """Show one signed form whole, with every initial and signature."""
    found = next((copy for copy in _copies_of(visitor) if copy.text.pk == text_id), None)
    if found is None:
        return onward(visitor.address("sign-copies"))
    _read(visitor, "consent_read")
    return visitor.shown(request, "copy.html", copy=found)


@in_visit
def sealed_copy(_request: HttpRequest, visitor: Visitor, text_id: int, kind: str) -> HttpResponse:
    """Give the sealed document or record, always the same bytes."""
    rows = ConsentRecord.objects.filter(course__in=visitor.courses, text_id=text_id).exclude(sealed_at=None)
    record = rows.select_related("certificate").first()
    if record is None:
        return onward(visitor.address("sign-copies"))
    _read(visitor, "consent_taken")
    content, mime = (record.document, "application/pdf") if kind == "pdf" else (file_of(record), "application/json")
    name = f"consent-{record.digest[:16]}.{kind}"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(bytes(content or b""), content_type=mime, headers={"Content-Disposition": disposition})


def waiting_for(visitor: Visitor, version: FormVersion) -> str:
    """Name who has still to sign a version of a form, as words; empty where everyone has."""
    registrant = visitor.asked.registrant
    signed = [s for s in signatures_of(registrant) if (s.form, s.version) == (version.form, version.version)]
    missing = missing_signers(signed, registrant.born_on, program_day(visitor.at))
    return ", ".join(str(WHO[signer]) for signer in missing)


def _copies_of(visitor: Visitor) -> list[Copy]:
    rows = SignedConsent.objects.filter(course__in=visitor.courses).select_related("form_version", "text__form_version")
    records = {row.text_id: row for row in ConsentRecord.objects.filter(course__in=visitor.courses)}
    by_version: dict[int, list[SignedConsent]] = {}
    for row in rows.order_by("id"):
        by_version.setdefault(row.form_version_id, []).append(row)
    return [
        _copy_of(visitor, text, signatures, records.get(text.pk))
        for signatures in by_version.values()
        for text in [next((row.text for row in signatures if row.text), None)]
        if text is not None
    ]


def _copy_of(visitor: Visitor, text: FormText, rows: list[SignedConsent], record: ConsentRecord | None) -> Copy:
    zone = visitor.asked.registrant.time_zone
    return Copy(
        text=text,
        signatures=[signature_in_words(row, zone) for row in rows],
        waiting="" if record else waiting_for(visitor, text.form_version),
        record=record,
        lines=[
            {"statement": words, "marks": _marks(rows, number, zone)}
            for number, words in enumerate(text.body["statements"], start=1)
        ],
    )


def _marks(rows: Iterable[SignedConsent], number: int, zone: str) -> list[dict[str, object]]:
    return [
        {
            "initials": mark["initials"],
            "who": WHO[Signer(row.signer)],
            "at": moment(datetime.fromisoformat(mark["at"]), zone),
        }
        for row in rows
        for mark in row.initials
        if mark["number"] == number
    ]


def _read(visitor: Visitor, what: str) -> None:
    record_access(what=what, by=visitor.by, at=visitor.at, registrant=visitor.asked.registrant)
