"""Taking a step: one form, one action, and every reason where it is refused."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from pledge.access import NotThere
from pledge.admin.steps import Scene, Step
from pledge.models import EventType, ProgramEvent, Registrant
from pledge.rules.refusals import Refused, Rejected
from pledge.trail import By


class Meanwhile(Exception):
    """Something was recorded since the form was shown: the same step, or anything about the registrant."""

    def __init__(self, event: ProgramEvent, *, own: bool) -> None:
        """Take the newest such event, and whether the visitor recorded it."""
        self.event = event
        self.own = own
        super().__init__()


class Once:
    """What a form remembers in the action's transaction: it is taken once, and only on the record it was shown for.

    Two clicks are two requests with the same ``seen``; the lock makes the second wait and then find the first's
    event. An urgent step stops at nothing but its own repetition.
    """

    def __init__(self, step: Step, registrant: Registrant | None, seen: int, by: By) -> None:
        """Take the form, whom it is about, and the newest event that existed when it was shown."""
        self.step, self.registrant, self.seen, self.by = step, registrant, seen, by

    def claim(self) -> None:
        """Stop the act where it was taken already or the record has moved on.

        :raises Meanwhile: with the newest event that came between.
        """
        newer = ProgramEvent.objects.filter(pk__gt=self.seen)
        own = newer.filter(actor_kind=self.by.kind, actor_id=self.by.id, act=act_of(self.step)).exclude(
            type=EventType.ACT_REFUSED
        )
        if self.registrant is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{self.by.kind}:{self.by.id}"])
            between = own
        else:
            own_row = Registrant.objects.filter(pk=self.registrant.pk)
            own_row.select_for_update(no_key=True).values_list("pk").first()
            between = (own if self.step.urgent else newer).filter(registrant=self.registrant)
        event = between.first()
        if event is not None:
            raise Meanwhile(event, own=event.actor_kind == self.by.kind and event.actor_id == self.by.id)

    def keep(self, outcome: Any) -> None:
        """Keep nothing: the action's own event is what the next claim finds."""


class Stop(NamedTuple):
    """Why a step was not taken, for the page: refused with reasons, or overtaken by an event."""

    refused: Refused | None = None
    meanwhile: Meanwhile | None = None


def act_of(step: Step) -> str:
    """Name a step's action as the trail does."""
    module = step.act.__module__.removesuffix(".actions").rpartition(".")[2]
    return f"{module}.{step.act.__name__}"


def newest_event(registrant: Registrant | None) -> int:
    """Give the id of the newest event, about a registrant or at all; 0 where there is none."""
    events = ProgramEvent.objects.all() if registrant is None else ProgramEvent.objects.filter(registrant=registrant)
    return events.values_list("pk", flat=True).first() or 0


def take_step(
    request: HttpRequest, site: AdminSite, taken: type[Step], scene: Scene, *, at: datetime, back: str, **context: Any
) -> HttpResponse:
    """Show a step's form, or take the step and lead on.

    :param back: the address of the page the step was reached from.
    """
    stop = Stop()
    if request.method == "POST":
        form = taken(request.POST, request.FILES, scene=scene)
        if form.is_valid():
            try:
                outcome = _act(request, form, scene, at)
                return _lead_on(request, site, form, outcome, back)
            except NotThere as gone:
                raise Http404(gone.message) from gone
            except Rejected as rejected:
                _reject(form, rejected)
            except Refused as refused:
                stop = Stop(refused=refused)
            except Meanwhile as meanwhile:
                stop = Stop(meanwhile=meanwhile)
    else:
        form = taken(scene=scene)
    registrant = scene.subject if isinstance(scene.subject, Registrant) else None
    context = {
        **site.each_context(request),
        "title": taken.title,
        "step": taken,
        "form": form,
        "scene": scene,
        "stop": stop,
        "seen": newest_event(registrant),
        "back": back,
        **context,
    }
    return TemplateResponse(request, "pledge/admin/step.html", context)


def _act(request: HttpRequest, form: Step, scene: Scene, at: datetime) -> Any:
    registrant = scene.subject if isinstance(scene.subject, Registrant) else None
    once = Once(form, registrant, _seen(request), scene.by)
    subject = {form.subject_as: scene.subject} if scene.subject is not None and form.subject_as else {}
    return form.act(**subject, **form.given(), by=form.actor(), at=at, memory=once)


def _seen(request: HttpRequest) -> int:
    said = request.POST.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


def _reject(form: Step, rejected: Rejected) -> None:
    field = form.input_names.get(rejected.field, rejected.field)
    message = rejected.message[:1].upper() + rejected.message[1:] + "."
    form.add_error(field if field in form.fields else None, message)


def _lead_on(request: HttpRequest, site: AdminSite, form: Step, outcome: Any, back: str) -> HttpResponse:
    if form.outcome_template:
        context = {**site.each_context(request), "title": form.title, "outcome": outcome, "back": back}
        return TemplateResponse(request, form.outcome_template, context)
    messages.success(request, form.done(outcome))
    return redirect(form.leads_to(outcome) or back)
