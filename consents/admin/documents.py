"""Sealed records and scans in the admin: downloaded by who sees the registrant, with an access entry for each."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from consents.document import sealed_file
from consents.models import ConsentRecord, Scan
from consents.vocabulary import ScanKind
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.visitor import OVERSIGHT, by_of, visitor_of
from pledge.models import Registrant
from pledge.trail import record_access

SCAN_TYPES = {ScanKind.PDF: "application/pdf", ScanKind.PNG: "image/png", ScanKind.JPEG: "image/jpeg"}


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    """Every sealed record and what keeps one from being sealed; its files are the clinic's too."""

    roles = OVERSIGHT
    list_display = ("completed_at", "whose", "text", "sealed_at", "attempts", "problem")
    list_filter = ("sealed_at", "text__form_version")
    list_select_related = ("registrant", "text__form_version")
    search_fields = ("registrant__number__exact", "digest__startswith")
    search_help_text = "A whole registrant number, or how a digest begins."

    def get_urls(self) -> list[Any]:
        door = self.admin_site.admin_view
        return [
            *super().get_urls(),
            path("<int:pk>/consent.pdf", door(_document), name="consents_document"),
            path("<int:pk>/consent.json", door(_record), name="consents_record"),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content", "seal", "document")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        binary = {"content", "seal", "document"}
        return [name for name in super().get_fields(request, obj) if name not in binary]


@admin.register(Scan)
class ScanAdmin(ReadOnlyAdmin):
    """Scans of forms that were signed on paper."""

    roles = OVERSIGHT
    list_display = ("recorded_at", "whose", "form_version", "kind")
    list_filter = ("form_version", "kind")
    list_select_related = ("registrant", "form_version")

    def get_urls(self) -> list[Any]:
        found = path("<int:pk>/scan", self.admin_site.admin_view(_scan), name="consents_scan")
        return [*super().get_urls(), found]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for name in super().get_fields(request, obj) if name != "content"]


@require_safe
def _document(request: HttpRequest, pk: int) -> HttpResponse:
    row = _sealed(request, pk, "consent_document_read")
    return _file(bytes(row.document or b""), "application/pdf", f"consent-{row.digest[:16]}.pdf")


@require_safe
def _record(request: HttpRequest, pk: int) -> HttpResponse:
    row = _sealed(request, pk, "consent_record_read")
    pem = row.certificate.pem if row.certificate is not None else ""
    content = sealed_file(bytes(row.content), bytes(row.seal or b""), pem)
    return _file(content, "application/json", f"consent-{row.digest[:16]}.json")


@require_safe
def _scan(request: HttpRequest, pk: int) -> HttpResponse:
    row = Scan.objects.select_related("registrant").filter(pk=pk).first()
    if row is None:
        raise Http404("there is no such scan among yours")
    _note(request, row.registrant, "consent_scan_read")
    kind = ScanKind(row.kind)
    return _file(bytes(row.content), SCAN_TYPES[kind], f"scan-{row.digest[:16]}.{kind}")


def _sealed(request: HttpRequest, pk: int, what: str) -> ConsentRecord:
    row = ConsentRecord.objects.select_related("registrant", "certificate").filter(pk=pk).first()
    if row is None:
        raise Http404("there is no such record among yours")
    _note(request, row.registrant, what if row.sealed_at is not None else "")
    if row.sealed_at is None:
        raise Http404("the document is not made yet")
    return row


def _note(request: HttpRequest, registrant: Registrant, what: str) -> None:
    """Leave an access entry, after making sure that the registrant is there for the visitor."""
    visitor = visitor_of(request)
    if visitor is None or not visitor.registrants().filter(pk=registrant.pk).exists():
        raise Http404("there is no such record among yours")
    if what:
        record_access(what=what, by=by_of(visitor, registrant), at=timezone.now(), registrant=registrant)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)
