"""A registrant's page: where they stand, what comes next, and everything that is on record."""

from datetime import datetime

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledge.admin.panels import panels_of
from pledge.admin.steps import Scene, steps_offered
from pledge.admin.timeline import page_of
from pledge.admin.visitor import Visitor, by_of
from pledge.admin.whereabouts import gate_today, next_steps, whereabouts
from pledge.admin.window_rows import window_rows
from pledge.facts import record_of
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.rules.history import Record
from pledge.trail import record_access


@require_safe
def show_page(request: HttpRequest, site: admin.AdminSite, visitor: Visitor, number: str) -> HttpResponse:
    """Show one of the visitor's registrants; reading leaves an access entry."""
    at = timezone.now()
    registrant = own_registrant(visitor, number)
    scene = scene_about(visitor, registrant, at)
    record: Record = scene.record  # type: ignore[assignment]
    record_access(what="registrant_read", by=scene.by, at=at, registrant=registrant)
    before = request.GET.get("before", "")
    timeline = page_of(registrant, int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None)
    gate, groups = gate_today(record, scene.on), steps_offered(Registrant, scene)
    offered = {taken.slug: taken for steps in groups.values() for taken in steps}
    context = {
        **site.each_context(request),
        "title": registrant.name or registrant.number,
        "registrant": registrant,
        "course": registrant.course,
        "scene": scene,
        "stands": whereabouts(record, scene.on),
        "gate": gate,
        "groups": groups,
        "suggested": next((offered[slug] for slug in next_steps(record, gate, scene.on) if slug in offered), None),
        "lines": timeline.lines,
        "earlier": timeline.earlier,
        "tests": registrant.tests.all(),
        "windows": list(window_rows(registrant.windows.prefetch_related("confirmations", "answers"), scene.on)),
        "authorizations": registrant.authorizations.select_related("pharmacy"),
        "panels": panels_of(scene, at),
    }
    return TemplateResponse(request, "pledge/admin/registrant.html", context)


def own_registrant(visitor: Visitor, number: str) -> Registrant:
    """Give one of the visitor's registrants by number.

    :raises Http404: where there is none, or another's.
    """
    registrant = visitor.registrants().select_related("prescriber").filter(number=number.replace("\x00", "")).first()
    if registrant is None:
        raise Http404("there is no such registrant among yours")
    return registrant


def scene_about(visitor: Visitor, registrant: Registrant, at: datetime) -> Scene:
    """Give the scene of a page or a step about a registrant, with the record of that program day."""
    on = program_day(at)
    return Scene(visitor, by_of(visitor, registrant), on, registrant, record_of(registrant, on))
