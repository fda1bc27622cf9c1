"""The page that confirms several months: the check list, the preview, and who was confirmed and who was not."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.admin.confirm_many.candidates import Candidate, candidates_for, named
from pledge.admin.confirm_many.outcomes import Outcome, confirmed, foreseen, left_out
from pledge.admin.confirm_many.rows import Row
from pledge.admin.doors import DOORS, Door
from pledge.admin.listing import note_listed
from pledge.admin.panels import POINTERS, Pointer
from pledge.admin.steps import Scene
from pledge.admin.visitor import CLINIC, Visitor, by_of
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import Scope

MOST = 50  # on a page, and in one request
TEMPLATES = "pledge/admin/confirm_many"


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_many(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the check list; or what it would lead to; or do it, each registrant on their own."""
    at = timezone.now()
    if request.method != "POST":
        return _check_list(request, visitor, at)
    sent = list(dict.fromkeys(request.POST.getlist("row")))
    candidates = named(visitor, sent[:MOST], program_day(at))
    gone = len(sent) - len(candidates)  # not the visitor's any more, or too many for one request
    rows = _rows(visitor, candidates, at, request.POST)
    change, wrong = "change" in request.POST, [row for row in rows if row.is_wrong]
    if wrong or change or not any(row.chosen for row in rows):
        nobody = not wrong and not change
        return _check_list(request, visitor, at, [row.anew() for row in rows], nobody=nobody, gone=gone)
    chosen = [row for row in rows if row.chosen]
    if "confirm" in request.POST:
        return _result(request, visitor, chosen, at, gone=gone)
    return _preview(request, visitor, rows, at, gone=gone)


def _check_list(
    request: HttpRequest,
    visitor: Visitor,
    at: datetime,
    rows: list[Row] | None = None,
    *,
    nobody: bool = False,
    gone: int = 0,
) -> HttpResponse:
    page = None
    alone: list[Candidate] = []
    if rows is None:
        everyone = candidates_for(visitor, program_day(at))
        alone = [candidate for candidate in everyone if candidate.needs_a_form_of_its_own]
        several = [candidate for candidate in everyone if not candidate.needs_a_form_of_its_own]
        page = Paginator(several, MOST).get_page(request.GET.get("page"))
        alone = alone[:MOST]
        rows = _rows(visitor, list(page), at)
    wrong = [row for row in rows if row.is_wrong] if "change" not in request.POST else []
    context = {"rows": rows, "alone": alone, "page": page, "nobody": nobody, "wrong": wrong, "gone": gone}
    return _shown(request, visitor, "list", at, [row.candidate for row in rows] + alone, context)


def _preview(request: HttpRequest, visitor: Visitor, rows: list[Row], at: datetime, *, gone: int) -> HttpResponse:
    outcomes = [foreseen(row, at) for row in rows if row.chosen]
    ready, stopped = _parted(outcomes)
    unsaid = [row for row in rows if not row.chosen]
    context = {"ready": ready, "stopped": stopped, "unsaid": unsaid, "gone": gone}
    return _shown(request, visitor, "preview", at, [row.candidate for row in rows], context)


def _result(request: HttpRequest, visitor: Visitor, chosen: list[Row], at: datetime, *, gone: int) -> HttpResponse:
    outcomes = [left_out(row, at) if row.cleaned_data.get("left_out") else confirmed(row, at) for row in chosen]
    done, stopped = _parted(outcomes)
    already = [outcome for outcome in stopped if outcome.meanwhile is not None and outcome.meanwhile.own]
    others = [outcome for outcome in stopped if outcome not in already]
    context = {"done": done, "already": already, "stopped": others, "gone": gone}
    return _shown(request, visitor, "result", at, [row.candidate for row in chosen], context)


def _parted(outcomes: list[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    return [one for one in outcomes if one.done], [one for one in outcomes if not one.done]


def _rows(visitor: Visitor, candidates: list[Candidate], at: datetime, sent: Any = None) -> list[Row]:
    return [Row(sent, candidate=candidate, scene=_scene(visitor, candidate, at)) for candidate in candidates]


def _scene(visitor: Visitor, candidate: Candidate, at: datetime) -> Scene:
    registrant = candidate.registrant
    return Scene(visitor, by_of(visitor, registrant), program_day(at), registrant, candidate.record)


def _shown(
    request: HttpRequest,
    visitor: Visitor,
    name: str,
    at: datetime,
    candidates: list[Candidate],
    context: dict[str, Any],
) -> HttpResponse:
    note_listed([candidate.registrant for candidate in candidates], visitor=visitor, at=at)
    behalf = sorted({by.on_behalf_of for by in visitor.acts_as if by.on_behalf_of})
    common = {"title": "Confirm several months", "behalf": behalf, "on": program_day(at)}
    return TemplateResponse(
        request, f"{TEMPLATES}/{name}.html", {**admin.site.each_context(request), **common, **context}
    )


def _pointer(visitor: Visitor, _at: datetime) -> Pointer | None:
    if visitor.role not in CLINIC or not visitor.may(Scope.MONTH):
        return None
    return Pointer("Confirm several", reverse("admin:confirm_many"))


DOORS.append(Door("confirm-many/", confirm_many, "confirm_many", CLINIC))
POINTERS.append(_pointer)
