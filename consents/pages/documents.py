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
    """A form that someone has signed, with its record where everyone has; ``course`` is the number of its course."""

    course: int
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
    """List what was signed in this course, and what this signer signed in an earlier one, for as long as it is kept.

    Of the registrant's record a guardian sees nothing else.
    """
    _read(visitor, "consents_listed")
    return visitor.shown(request, "copies.html", copies=_copies_of(visitor))


@in_visit
def copy(request: HttpRequest, visitor: Visitor, text_id: int) -> HttpResponse:
    """Show one signed form whole, with every initial and signature."""
    found = _found(request, visitor, text_id)
    if found is None:
        return onward(visitor.address("sign-copies"))
    _read(visitor, "consent_read")
    return visitor.shown(request, "copy.html", copy=found)


@in_visit
def sealed_copy(request: HttpRequest, visitor: Visitor, text_id: int, kind: str) -> HttpResponse:
    """Give the sealed document or record, always the same bytes."""
    found = _found(request, visitor, int(text_id))
    if found is None or found.record is None or not found.sealed:
        return onward(visitor.address("sign-copies"))
    record = ConsentRecord.objects.select_related("certificate").get(pk=found.record.pk)
    _read(visitor, "consent_taken")
    content, mime = (record.document, "application/pdf") if kind == "pdf" else (file_of(record), "application/json")
    name = f"consent-{record.digest[:16]}.{kind}"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(bytes(content or b""), content_type=mime, headers={"Content-Disposition": disposition})


def waiting_for(visitor: Visitor, *versions: FormVersion) -> str:
    """Name who has still to sign any of these versions of forms, as words; empty where everyone has."""
    registrant, signatures = visitor.asked.registrant, signatures_of(visitor.asked.registrant)
    missing: set[Signer] = set()
    for version in versions:
        signed = [s for s in signatures if (s.form, s.version) == (version.form, version.version)]
        missing.update(missing_signers(signed, registrant.born_on, program_day(visitor.at)))
    return ", ".join(str(WHO[signer]) for signer in Signer if signer in missing)


def _found(request: HttpRequest, visitor: Visitor, text_id: int) -> Copy | None:
    """Give the copy of a text, of the course that the address names or else of the newest."""
    course = request.GET.get("course", "")
    mine = (copy for copy in _copies_of(visitor) if copy.text.pk == text_id and course in ("", str(copy.course)))
    return next(mine, None)


def _copies_of(visitor: Visitor) -> list[Copy]:
    registrant, present = visitor.asked.registrant, visitor.asked.course.consents_since
    signed = SignedConsent.objects.filter(registrant=registrant).order_by("id")
    forms: dict[tuple[datetime, int], list[SignedConsent]] = {}
    for row in signed.select_related("form_version", "text__form_version", "course"):
        forms.setdefault((row.course.consents_since, row.form_version_id), []).append(row)
    kept = ConsentRecord.objects.filter(registrant=registrant).defer("content", "seal", "document")
    records = {(record.course_id, record.text_id): record for record in kept}
    copies = []
    for (since, _), rows in sorted(forms.items(), key=lambda form: form[0][0], reverse=True):
        text = next((row.text for row in rows if row.text), None)
        counts = since == present
        if text is not None and (counts or any(_is_theirs(row, visitor) for row in rows)):
            copies.append(_copy_of(visitor, text, rows, records.get((rows[0].course_id, text.pk)), counts=counts))
    return copies


def _is_theirs(row: SignedConsent, visitor: Visitor) -> bool:
    """Tell whether this signer gave a signature of an earlier course; another guardian may have come since."""
    if row.signer != visitor.asked.signer:
        return False
    names = (row.signer_name, visitor.asked.registrant.guardian_name)
    return row.signer == Signer.REGISTRANT or len({" ".join(name.split()).casefold() for name in names}) == 1


def _copy_of(
    visitor: Visitor, text: FormText, rows: list[SignedConsent], record: ConsentRecord | None, *, counts: bool
) -> Copy:
    zone = visitor.asked.registrant.time_zone
    return Copy(
        course=rows[0].course.number,
        text=text,
        signatures=[signature_in_words(row, zone) for row in rows],
        waiting="" if record or not counts else waiting_for(visitor, text.form_version),
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
