"""Registrants: the list, the page of one, and the steps taken there."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.admin.readers import note_opened
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.register_list import register_list
from pledge.admin.registrant_page import own_registrant, scene_about, show_page
from pledge.admin.stepping import take_step
from pledge.admin.steps import Scene, step_named
from pledge.admin.visitor import EVERYONE, Visitor, visitor_of
from pledge.admin.whereabouts import whereabouts
from pledge.models import Registrant
from pledge.rules.calendar import program_day

LISTED = require_http_methods(["GET", "HEAD", "POST"])  # a search is posted, so that a name is in no address


@admin.register(Registrant)
class RegistrantAdmin(ReadOnlyAdmin):
    """What a prescriber, a designee and a program administrator see and do about registrants."""

    roles = EVERYONE

    def get_urls(self) -> list[Any]:
        door = self.admin_site.admin_view
        return [
            path("", door(LISTED(self.changelist_view)), name="pledge_registrant_changelist"),
            path("new/<slug:slug>/", door(self.new_view), name="pledge_registrant_new"),
            path("<str:number>/", door(self.page_view), name="pledge_registrant_page"),
            path("<str:number>/<slug:slug>/", door(self.step_view), name="pledge_registrant_step"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registrant]:
        return _visitor(request).registrants()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        visitor = _visitor(request)
        if visitor.role not in self.roles:  # an auditor comes to a registrant through the record, never by a list
            raise Http404("there is no such list")
        return register_list(request, self.admin_site, visitor)

    def new_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        at, visitor = timezone.now(), _visitor(request)
        taken = step_named(Registrant, slug, visitor)
        if taken is None or not taken.about_new:
            raise Http404("there is no such step")
        scene = Scene(visitor, visitor.by(), program_day(at))
        back = reverse("admin:pledge_registrant_changelist")
        return _form_view(request, self.admin_site, taken, scene, at=at, back=back)

    def page_view(self, request: HttpRequest, number: str) -> HttpResponse:
        return show_page(request, self.admin_site, _visitor(request), number)

    def step_view(self, request: HttpRequest, number: str, slug: str) -> HttpResponse:
        at, visitor = timezone.now(), _visitor(request)
        registrant = own_registrant(visitor, number)
        taken = step_named(Registrant, slug, visitor)
        if taken is None or taken.about_new:
            raise Http404("there is no such step")
        scene = scene_about(visitor, registrant, at)
        back = reverse("admin:pledge_registrant_page", args=[registrant.number])
        stands = whereabouts(scene.record, scene.on) if scene.record else None
        answer = _form_view(request, self.admin_site, taken, scene, at=at, back=back, stands=stands)
        note_opened(answer, registrant, by=scene.by, at=at)
        return answer


@require_http_methods(["GET", "HEAD", "POST"])
def _form_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return take_step(request, *args, **kwargs)


def _visitor(request: HttpRequest) -> Visitor:
    visitor = visitor_of(request)
    if visitor is None:
        raise Http404("no one is here")
    return visitor
