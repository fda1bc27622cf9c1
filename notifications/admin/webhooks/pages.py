"""Where a pharmacy's software is told, and what came of it: the authorized representative's pages."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from notifications.admin.webhooks.steps import IN_PERSON, NEW_STEPS, OWN_STEPS, Resend
from notifications.models import DeliveryStatus, WebhookDelivery, WebhookEndpoint
from pledge.admin.doors import DOORS, Door
from pledge.admin.scene import Scene
from pledge.admin.stepping import take_step
from pledge.admin.steps import Step
from pledge.admin.visitor import Visitor
from pledge.models import Pharmacy
from pledge.rules.calendar import program_day

SHOWN = 30


@require_safe
def webhooks_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the addresses of a pharmacy's software, and how they do."""
    failed = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.FAILED))
    waiting = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.WAITING))
    rows = list(_own(visitor).annotate(failed=failed, waiting=waiting).order_by("pk"))
    context = {
        **admin.site.each_context(request),
        "title": "Our software",
        "rows": rows,
        "at": timezone.now(),
        "may_add": len([row for row in rows if row.turned_off_at is None]) < settings.WEBHOOKS_MOST,
        "most": settings.WEBHOOKS_MOST,
        "days": settings.WEBHOOK_TRIED_HOURS // 24,
    }
    return TemplateResponse(request, "notifications/admin/webhooks.html", context)


@require_safe
def webhook_page(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Show one address with what was sent there, newest first, and each try of it."""
    row = _own(visitor).filter(pk=pk).first()
    if row is None:
        raise Http404("there is no such address of yours")
    log = row.deliveries.select_related("message__authorization").prefetch_related("tries").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < len(str(2**63)):
        log = log.filter(pk__lt=int(before))
    shown = list(log[: SHOWN + 1])
    context = {
        **admin.site.each_context(request),
        "title": "Messages to our software",
        "row": row,
        "at": timezone.now(),
        "log": shown[:SHOWN],
        "older": shown[SHOWN - 1].pk if len(shown) > SHOWN else None,
        "back": reverse("admin:webhooks"),
    }
    return TemplateResponse(request, "notifications/admin/webhook.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_webhook_page(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponse:
    """Add an address."""
    if slug not in NEW_STEPS:
        raise Http404("there is no such step")
    return _taken(request, visitor, NEW_STEPS[slug], _pharmacy(visitor))


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_step_page(request: HttpRequest, visitor: Visitor, pk: int, slug: str) -> HttpResponse:
    """Take a step about an address of the visitor's own pharmacy."""
    row = _own(visitor).filter(pk=pk).first()
    if slug not in OWN_STEPS or row is None:
        raise Http404("there is no such step")
    return _taken(request, visitor, OWN_STEPS[slug], row)


@require_http_methods(["GET", "HEAD", "POST"])
def resend_page(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Send a message to the visitor's own pharmacy again."""
    row = WebhookDelivery.objects.filter(pk=pk, endpoint__in=_own(visitor)).select_related("message").first()
    if row is None:
        raise Http404("there is no such message of yours")
    return _taken(request, visitor, Resend, row, back=reverse("admin:webhook", args=[row.endpoint_id]))


def _taken(request: HttpRequest, visitor: Visitor, step: type[Step], row: Any, *, back: str = "") -> HttpResponse:
    at = timezone.now()
    scene = Scene(visitor, visitor.by(), program_day(at), row)
    return take_step(request, admin.site, step, scene, at=at, back=back or reverse("admin:webhooks"))


def _own(visitor: Visitor) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(pharmacy=_pharmacy(visitor), removed_at=None)


def _pharmacy(visitor: Visitor) -> Pharmacy:
    pharmacy = visitor.by().pharmacy
    if pharmacy is None:
        raise Http404("there is no pharmacy of yours")
    return pharmacy


DOORS += [
    Door("webhooks/", webhooks_page, "webhooks", IN_PERSON, "Our software"),
    Door("webhooks/<slug:slug>/", new_webhook_page, "webhook_new", IN_PERSON),
    Door("webhooks/address/<int:pk>/", webhook_page, "webhook", IN_PERSON),
    Door("webhooks/address/<int:pk>/<slug:slug>/", webhook_step_page, "webhook_step", IN_PERSON),
    Door("webhooks/message/<int:pk>/resend/", resend_page, "webhook_resend", IN_PERSON),
]
