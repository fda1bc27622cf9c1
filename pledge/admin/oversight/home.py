"""The program's home: its tasks, then every list; an auditor has the lists alone."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledge.admin.doors import DOORS, Door
from pledge.admin.oversight.tasks import certification_tasks, tasks_at
from pledge.admin.visitor import STAFF, Role, Visitor
from pledge.rules.calendar import program_day


def home_of(visitor: Visitor, at: datetime) -> dict[str, Any]:
    """Give what the first page shows beside the lists."""
    if visitor.role is not Role.PROGRAM:
        return {"tasks": None}
    groups = tasks_at(at)
    return {"tasks": groups, "count": sum(group.count for group in groups)}


@require_safe
def certifications_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:  # noqa: ARG001 - a door's
    """Show every certification that ends soon, or ended a short time ago."""
    tasks = certification_tasks(program_day(timezone.now()))
    context = {**admin.site.each_context(request), "title": "Certifications that end", "tasks": tasks}
    return TemplateResponse(request, "pledge/admin/oversight/certifications.html", context)


DOORS.append(Door("certifications/", certifications_view, "certifications", STAFF))
