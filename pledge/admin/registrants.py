"""Registrants: the list, the page of one, and the steps taken there."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pledge.admin.listing import found, records_of, standing_in
from pledge.admin.panels import panels_of, pointers_for
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.stepping import take_step
from pledge.admin.steps import STEPS, Scene, step_named, steps_offered
from pledge.admin.timeline import page_of
from pledge.admin.visitor import CLINIC, EVERYONE, Visitor, by_of, visitor_of
from pledge.admin.whereabouts import Place, gate_today, next_steps, whereabouts
from pledge.admin.window_rows import window_rows
from pledge.facts import record_of
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.rules.history import Record
from pledge.rules.vocabulary import RiskCategory
from pledge.trail import record_access

SEARCH = "registrant_search"  # kept in the session: a name never travels in an address
ROWS = 18  # their numbers fit into one access entry
LONGEST_SEARCH = 100


@admin.register(Registrant)
class RegistrantAdmin(ReadOnlyAdmin):
    """What a prescriber, a designee and a program administrator see and do about registrants."""

    roles = EVERYONE

    def get_urls(self) -> list[Any]:
        door = self.admin_site.admin_view
        return [
            path("", door(self.changelist_view), name="pledge_registrant_changelist"),
            path("new/<slug:slug>/", door(self.new_view), name="pledge_registrant_new"),
            path("<str:number>/", door(self.page_view), name="pledge_registrant_page"),
            path("<str:number>/<slug:slug>/", door(self.step_view), name="pledge_registrant_step"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registrant]:
        return _visitor(request).registrants()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST":
            request.session[SEARCH] = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
            return redirect("admin:pledge_registrant_changelist")
        return self._list(request, timezone.now())

    def _list(self, request: HttpRequest, at: datetime) -> HttpResponse:
        visitor, on = _visitor(request), program_day(at)
        sought = request.session.get(SEARCH, "")
        category, place = (request.GET.get(name, "") for name in ("category", "place"))
        rows = found(visitor.registrants(), sought)
        if category in list(RiskCategory):
            rows = rows.filter(category=category)
        if place in list(Place):
            rows = standing_in(rows, Place(place), on)
        # A clinic's own few are in order of name; the whole program's are not sorted for one page.
        order = ("name", "number") if visitor.role in CLINIC else ("-pk",)
        page = Paginator(rows.order_by(*order).select_related("prescriber"), ROWS).get_page(request.GET.get("page"))
        records = records_of([row.pk for row in page], on)
        shown = [(row, whereabouts(records[row.pk], on)) for row in page]
        numbers = " ".join(row.number for row, _ in shown)
        record_access(what="registrants_listed", by=visitor.by(), at=at, registrant=None, outcome=numbers)
        context = {
            **self.admin_site.each_context(request),
            "title": "Registrants",
            "rows": shown,
            "page": page,
            "sought": sought,
            "category": category,
            "place": place,
            "categories": list(RiskCategory),
            "places": list(Place),
            "steps": [taken for taken in STEPS[Registrant].values() if taken.about_new and visitor.role in taken.roles],
            "pointers": pointers_for(visitor, at),
            "several_prescribers": visitor.by().prescriber is None or len(visitor.acts_as) > 1,
        }
        return TemplateResponse(request, "pledge/admin/registrants.html", context)

    def new_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        at, visitor = timezone.now(), _visitor(request)
        taken = step_named(Registrant, slug, visitor)
        if taken is None or not taken.about_new:
            raise Http404("there is no such step")
        scene = Scene(visitor, visitor.by(), program_day(at))
        back = reverse("admin:pledge_registrant_changelist")
        return _form_view(request, self.admin_site, taken, scene, at=at, back=back)

    def page_view(self, request: HttpRequest, number: str) -> HttpResponse:
        return _page(request, self.admin_site, number)

    def step_view(self, request: HttpRequest, number: str, slug: str) -> HttpResponse:
        at, visitor = timezone.now(), _visitor(request)
        registrant = _own(visitor, number)
        taken = step_named(Registrant, slug, visitor)
        if taken is None or taken.about_new:
            raise Http404("there is no such step")
        scene = _scene(visitor, registrant, at)
        back = reverse("admin:pledge_registrant_page", args=[registrant.number])
        stands = whereabouts(scene.record, scene.on) if scene.record else None
        return _form_view(request, self.admin_site, taken, scene, at=at, back=back, stands=stands)


@require_http_methods(["GET", "HEAD", "POST"])
def _form_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return take_step(request, *args, **kwargs)


@require_safe
def _page(request: HttpRequest, site: admin.AdminSite, number: str) -> HttpResponse:
    at, visitor = timezone.now(), _visitor(request)
    registrant = _own(visitor, number)
    scene = _scene(visitor, registrant, at)
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


def _visitor(request: HttpRequest) -> Visitor:
    visitor = visitor_of(request)
    if visitor is None:
        raise Http404("no one is here")
    return visitor


def _own(visitor: Visitor, number: str) -> Registrant:
    registrant = visitor.registrants().select_related("prescriber").filter(number=number.replace("\x00", "")).first()
    if registrant is None:
        raise Http404("there is no such registrant among yours")
    return registrant


def _scene(visitor: Visitor, registrant: Registrant, at: datetime) -> Scene:
    on = program_day(at)
    return Scene(visitor, by_of(visitor, registrant), on, registrant, record_of(registrant, on))
