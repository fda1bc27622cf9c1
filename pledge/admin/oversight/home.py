"""The program's home: its tasks, then every list; an auditor has the lists alone."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledge.admin.doors import DOORS, HOMES, Door
from pledge.admin.oversight.tasks import certification_tasks, tasks_at
from pledge.admin.visitor import OVERSIGHT, STAFF, Role, Visitor
from pledge.rules.calendar import program_day


@require_safe
def home_view(request: HttpRequest, site: admin.AdminSite, visitor: Visitor) -> HttpResponse:
    """Show what waits for the program, and every list that the visitor may read."""
    at, shown = timezone.now(), site.each_context(request)
    tasks = tasks_at(at) if visitor.role is Role.PROGRAM else None
    context = {
        **shown,
        "title": "Home",
        "app_list": shown["available_apps"],
        "tasks": tasks,
        "count": sum(group.number for group in tasks or ()),
    }
    return TemplateResponse(request, "pledge/admin/oversight/home.html", context)


@require_safe
def certifications_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:  # noqa: ARG001 - a door's
    """Show every certification that ends soon, or ended a short time ago."""
    tasks = certification_tasks(program_day(timezone.now()))
    context = {**admin.site.each_context(request), "title": "Certifications that end", "tasks": tasks}
    return TemplateResponse(request, "pledge/admin/oversight/certifications.html", context)


DOORS.append(Door("certifications/", certifications_view, "certifications", STAFF))
HOMES.update(dict.fromkeys(OVERSIGHT, home_view))
