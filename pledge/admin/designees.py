"""Who acts for a prescriber, and for whom a designee acts: the two pages of designations."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib import admin
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pledge.actions.may_let_in import is_theirs_alone
from pledge.admin.designation_steps import IN_PERSON, OWN_STEPS
from pledge.admin.doors import DOORS, Door
from pledge.admin.stepping import take_step
from pledge.admin.steps import Scene
from pledge.admin.visitor import Role, Visitor
from pledge.models import Designation, Prescriber, ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import Scope

PAST_SHOWN = 20


class Shown(NamedTuple):
    """One designation in words."""

    standing: Designation
    reach: list[str]  # empty: they only read
    attested_through: date | None  # None: the attestation does not hold
    ends_soon: bool
    last_act: datetime | None = None
    way_back: str = ""  # where the prescriber lets them in; empty where the program does, or they have no log-in


def is_near(ends_on: date | None, on: date) -> bool:
    """Tell whether an end day lies within the days of warning."""
    return ends_on is not None and on <= ends_on <= on + timedelta(days=settings.DESIGNATION_WARNING_DAYS)


def shown(standing: Designation, on: date, last_act: datetime | None = None) -> Shown:
    """Give a designation in words for a program day."""
    attestation = standing.designee.standing
    return Shown(
        standing,
        [scope.label for scope in Scope if scope in standing.scopes],
        standing.designee.certified_through if attestation.holds(on) else None,
        is_near(standing.ends_on, on),
        last_act,
    )


def _way_back(standing: Designation) -> str:
    own = standing.designee.user_id is not None and is_theirs_alone(standing.designee, standing.prescriber)
    return reverse("admin:let_back_in", args=[standing.designee_id]) if own else ""


def last_acts(prescriber: Prescriber) -> dict[str, datetime]:
    """Give when each designee last did something about the prescriber's present registrants, by the designee's id."""
    theirs = ProgramEvent.objects.filter(
        registrant__prescriber=prescriber, actor_kind="designee", on_behalf_of=prescriber.name
    )
    return dict(theirs.order_by().values_list("actor_id").annotate(Max("at")))


@require_safe
def designees_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show a prescriber who acts for them, in what, until when, and what they may change about it."""
    at = timezone.now()
    on = program_day(at)
    prescriber: Prescriber = visitor.by().prescriber  # type: ignore[assignment]
    acts = last_acts(prescriber)
    own = Designation.objects.filter(prescriber=prescriber).select_related("designee", "prescriber")
    standing = own.in_force(on).order_by("designee__name")
    past = own.exclude(pk__in=own.in_force(on)).order_by("-id")
    context = {
        **admin.site.each_context(request),
        "title": "Designees",
        "rows": [shown(one, on, acts.get(str(one.designee_id)))._replace(way_back=_way_back(one)) for one in standing],
        "past": past[:PAST_SHOWN],
    }
    return TemplateResponse(request, "pledge/admin/designees.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def designation_step_view(request: HttpRequest, visitor: Visitor, slug: str, pk: int | None = None) -> HttpResponse:
    """Take one step about a designation of the prescriber who is here, or about a new one."""
    at = timezone.now()
    on = program_day(at)
    taken = OWN_STEPS.get(slug)
    if taken is None or taken.about_new != (pk is None):
        raise Http404("there is no such step")
    standing = None
    if pk is not None:
        own = Designation.objects.filter(prescriber=visitor.by().prescriber, ended_at=None)
        standing = own.filter(pk=pk).select_related("designee", "prescriber").first()
        if standing is None:
            raise Http404("there is no such designation of yours")
    scene = Scene(visitor, visitor.by(), on, standing)
    back = reverse("admin:designees")
    return take_step(request, admin.site, taken, scene, at=at, back=back)


@require_safe
def designations_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show a designee for whom they act, in what, and until when."""
    on = program_day(timezone.now())
    standing = _own_standing(visitor, on)
    context = {
        **admin.site.each_context(request),
        "title": "For whom I act",
        "rows": [shown(one, on) for one in standing],
    }
    return TemplateResponse(request, "pledge/admin/designations.html", context)


def _own_standing(visitor: Visitor, on: date) -> list[Designation]:
    designee = visitor.by().designee
    if designee is None:
        return []
    standing = designee.designations.in_force(on).select_related("designee", "prescriber")
    return list(standing.order_by("prescriber__name"))


DOORS += [
    Door("designees/", designees_view, "designees", IN_PERSON, "Designees"),
    Door("designees/<slug:slug>/", designation_step_view, "designee_new", IN_PERSON),
    Door("designees/<int:pk>/<slug:slug>/", designation_step_view, "designation_step", IN_PERSON),
    Door("for-whom/", designations_view, "designations", frozenset({Role.DESIGNEE}), "For whom I act"),
]
