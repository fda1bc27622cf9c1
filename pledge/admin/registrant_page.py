"""A registrant's page: where they stand, what comes next, the picture of the months, and everything on record."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledge.admin.next_up import days_until, next_up
from pledge.admin.panels import panels_of, place_of
from pledge.admin.picture.drawing import draw, span_around
from pledge.admin.picture.holds import holds_of
from pledge.admin.picture.marks import marks_of
from pledge.admin.picture.shapes import NARROW, WIDE, Picture
from pledge.admin.steps import Scene, steps_offered
from pledge.admin.story import Show, page_of
from pledge.admin.suggestion import suggestion
from pledge.admin.timeline import Spot
from pledge.admin.visitor import Visitor, by_of
from pledge.admin.what_if import Unanswerable, asked_day, days_offered, sentence_of, what_if
from pledge.admin.whereabouts import gate_today, whereabouts
from pledge.admin.window_rows import window_rows
from pledge.facts import record_of
from pledge.models import Course, PregnancyTest, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.dispensing import Decision
from pledge.rules.history import Record
from pledge.trail import record_access


@require_safe
def show_page(request: HttpRequest, site: admin.AdminSite, visitor: Visitor, number: str) -> HttpResponse:
    """Show one of the visitor's registrants; reading leaves an access entry.

    The address may narrow the timeline (``show``), go on in it (``before``), and ask about a day (``on``).
    """
    at = timezone.now()
    registrant = own_registrant(visitor, number)
    scene = scene_about(visitor, registrant, at)
    record: Record = scene.record  # type: ignore[assignment]
    record_access(what="registrant_read", by=scene.by, at=at, registrant=registrant)
    course, tests = registrant.course, list(registrant.tests.all())
    context = {
        **site.each_context(request),
        "title": registrant.name or registrant.number,
        "registrant": registrant,
        "course": course,
        "scene": scene,
        "tests": tests,
        "windows": list(window_rows(registrant.windows.prefetch_related("confirmations", "answers"), scene.on)),
        "authorizations": registrant.authorizations.select_related("pharmacy"),
        "panels": panels_of(scene, at),
        **_pictures(registrant, record, tests, scene.on),
        **_standing(scene, record, course, gate_today(record, scene.on)),
        **_timeline(request, registrant),
        **_asked(request.GET.get("on", ""), record, scene.on),
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


def _standing(scene: Scene, record: Record, course: Course, gate: Decision) -> dict[str, Any]:
    last_dose_on = course.last_dose_on if course.post_treatment_tests_asked else None
    coming = next_up(record, gate, scene.on, last_dose_on=last_dose_on)
    suggested = suggestion(scene, last_dose_on)
    return {
        "stands": whereabouts(record, scene.on),
        "gate": gate,
        "groups": steps_offered(Registrant, scene),
        "suggested": suggested.step,
        "place": place_of(suggested.step.slug, scene) if suggested.step is not None else "",
        "others": suggested.others,
        "next": coming,
        "overdue": coming.starts_on is not None and coming.starts_on < scene.on,
        "starts": days_until(coming.starts_on, scene.on) if coming.starts_on else "",
        "ends": days_until(coming.by, scene.on) if coming.by else "",
    }


def _pictures(registrant: Registrant, record: Record, tests: list[PregnancyTest], on: date) -> dict[str, Picture]:
    """Draw the months for a desk and, fewer of them, for a phone."""
    dispenses = registrant.dispenses.select_related("pharmacy")
    marks = marks_of(record, tests, dispenses, holds_of(registrant, on), on)
    begun_on = min([registrant.registered_on, *(mark.first_day for mark in marks[:1])])
    frames = {"picture": WIDE, "narrow": NARROW}
    return {name: draw(marks, span_around(on, begun_on, frame), on, frame) for name, frame in frames.items()}


def _timeline(request: HttpRequest, registrant: Registrant) -> dict[str, Any]:
    asked = request.GET.get("show", "")
    show = Show(asked) if asked in set(Show) else Show.ALL
    timeline = page_of(registrant, show, Spot.read(request.GET.get("before", "")))
    earlier = str(timeline.earlier) if timeline.earlier is not None else None
    return {"lines": timeline.lines, "earlier": earlier, "show": show, "shows": list(Show)}


def _asked(text: str, record: Record, on: date) -> dict[str, Any]:
    """Answer what would be on the day that was asked about, if any was."""
    offered = {"days_offered": days_offered(record, on)}
    day = asked_day(text.strip(), on) if text.strip() else None
    if day is None or isinstance(day, Unanswerable):
        return {**offered, "unanswerable": day}
    answer = what_if(record, day)
    return {**offered, "answer": answer, "answered": sentence_of(answer, record, on), "away": days_until(day, on)}
