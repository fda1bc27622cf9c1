"""The pages on which anyone checks a sealed consent; nothing that is sent here is kept, and no one is named.

The file is held in memory alone, and only a digest that someone already has finds whether a record was sealed.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from consents.models import ConsentRecord, SealCertificate
from consents.pages.page import Problem, page, private, shown
from consents.pages.words import moment
from consents.sealing import SealUnusable, own_certificates
from consents.verification import Finding, Findings, Trouble, trusted_from, verify
from consents.verification.page_wording import WORDS

logger = logging.getLogger(__name__)

ROOM_FOR_THE_FORM = 64 * 1024  # what a browser sends around the file
TOO_LARGE = 413


def _small_enough(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Judge the size of what is sent before anything of it is read."""

    def framed(request: HttpRequest) -> HttpResponse:
        sent = request.META.get("CONTENT_LENGTH") or "0"
        if not sent.isdigit() or int(sent) > settings.VERIFIED_BYTES_MOST + ROOM_FOR_THE_FORM:
            most = {"most": str(settings.VERIFIED_BYTES_MOST // 2**20)}
            findings = Findings("", (Finding(Trouble.TOO_LARGE, most),))
            return private(_page(request, findings, status=TOO_LARGE))
        return view(request)

    return framed


@csrf_exempt
@_small_enough
@csrf_protect
@page
def verify_file(request: HttpRequest) -> HttpResponse:
    """Show the form to send a file, and what came of the one that was sent."""
    if request.method != "POST":
        return _page(request)
    sent = request.FILES.get("file")
    if sent is None:
        words = WORDS[_language()]
        return shown(
            request, "verification.html", status=400, problems=[Problem("file", words["no_file"])], words=words
        )
    return _page(request, verify(sent.read(), trusted_from(published()), most=settings.VERIFIED_BYTES_MOST))


@page
def verify_digest(request: HttpRequest, digest: str) -> HttpResponse:
    """Tell whether a record with a digest was sealed, when and under which certificate; nothing else about it."""
    sealed = ConsentRecord.objects.filter(digest__startswith=digest, sealed_at__isnull=False)
    found = sealed.values("digest", "sealed_at", "document_digest", "certificate__fingerprint").first()
    context: dict[str, Any] = {"words": WORDS[_language()], "asked": digest, "found": found}
    if found is not None and found["sealed_at"] is not None:
        context["sealed_at"] = moment(found["sealed_at"], "UTC")
    return shown(request, "verification_record.html", status=200 if found else 404, **context)


def certificates(request: HttpRequest) -> HttpResponse:
    """Give every certificate under which records were or will be sealed, as PEM."""
    if request.method not in ("GET", "HEAD"):
        return private(HttpResponseNotAllowed(["GET", "HEAD"]))
    headers = {"Content-Disposition": 'attachment; filename="certificates.pem"'}
    return private(HttpResponse("".join(published()), content_type="application/x-pem-file", headers=headers))


def published() -> list[str]:
    """Give every certificate that the program published, the present one last."""
    kept = list(SealCertificate.objects.order_by("id").values_list("pem", flat=True))
    try:
        return kept + [pem for pem in own_certificates() if pem not in kept]
    except SealUnusable as unusable:
        logger.error("the seal's certificate is not published: %s", unusable)
        return kept


def _page(request: HttpRequest, findings: Findings | None = None, *, status: int = 200) -> HttpResponse:
    language = _language()
    words = WORDS[language]
    context: dict[str, Any] = {"findings": findings}
    if findings is not None:
        context["sentences"] = [one.sentence(language) for one in findings.troubles]
        context["record"] = _in_words(findings.record, words) if findings.holds and findings.record else None
    return shown(request, "verification.html", status=status, words=words, **context)


def _in_words(record: Mapping[str, Any], words: dict[str, str]) -> dict[str, Any]:
    """Give what a record that holds says of itself, its language and instants as people say them."""
    language = record["text"]["language"]
    return {
        "title": record["text"]["body"]["title"],
        "version": record["text"]["version"],
        "language": words.get(f"language_{language}", language),
        "spoken": language,
        "completed_at": _moment(record["completed_at"]),
        "signatures": [
            (one["name"], one["meaning_in_words"], _moment(one["signed_at"])) for one in record["signatures"]
        ],
    }


def _moment(written: str) -> str:
    """Give an instant of a record in words; as it is written where it is none that this program writes."""
    try:
        return moment(datetime.fromisoformat(written), "UTC")
    except ValueError:
        return written


def _language() -> str:
    chosen = (get_language() or "en").partition("-")[0]
    return chosen if chosen in WORDS else "en"
