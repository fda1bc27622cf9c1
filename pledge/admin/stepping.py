"""Taking a step: one form, one action, and every reason where it is refused."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from pledge.access import NotThere
from pledge.admin.consequences import Consequences, Otherwise, Weighed, consequences_of, mark_of
from pledge.admin.once import Meanwhile, Once, newest_event, number_sent
from pledge.admin.steps import Scene, Step
from pledge.admin.timeline import line_of
from pledge.admin.visitor import CLINIC
from pledge.facts import record_of
from pledge.models import Registrant
from pledge.rules.refusals import Refused, Rejected

SHOWN = "weighed_as"  # sent back with a step that is weighed: the mark of the consequences its visitor has read
CHANGE = "change"  # sent instead of it by whoever goes back to the form


class Stop(NamedTuple):
    """Why a step was not taken, for the page: refused with reasons, or overtaken by an event."""

    refused: Refused | None = None
    meanwhile: Meanwhile | None = None
    otherwise: bool = False
    recorded: bool = True  # a refusal that was only foreseen leaves no event

    @property
    def lines(self) -> list[Any]:
        """What came between, as the timeline tells it, newest first."""
        return [line_of(event) for event in self.meanwhile.events] if self.meanwhile else []


class Entered(NamedTuple):
    """A field whose value on record is now another than the one entered."""

    label: str
    present: str


def take_step(
    request: HttpRequest, site: AdminSite, taken: type[Step], scene: Scene, *, at: datetime, back: str, **context: Any
) -> HttpResponse:
    """Show a step's form, show what it would change, or take the step and lead on.

    :param back: the address of the page the step was reached from.
    """
    if not scene.within(taken.scope):
        return out_of_scope(request, site, taken, scene, back)
    posted = request.method == "POST"
    form = taken(request.POST, request.FILES, scene=scene) if posted else taken(scene=scene)
    entered = posted and form.is_valid() and CHANGE not in request.POST
    stop = Stop()
    try:
        if entered and (SHOWN in request.POST or not _asks_first(taken)):
            return _lead_on(request, site, form, _act(request, form, at), back)
        if entered:
            _once(request, form, at).stop_if_overtaken()
    except NotThere as gone:
        raise Http404(gone.message) from gone
    except Rejected as rejected:
        _reject(form, rejected)
    except Refused as refused:
        stop = Stop(refused=refused)
    except Meanwhile as meanwhile:
        stop = Stop(meanwhile=meanwhile)
    except Otherwise:
        stop = Stop(otherwise=True)
    # First which event is the newest, then what is on record: so nothing that comes between is overlooked.
    seen, scene = newest_event(_about(scene)), _afresh(scene)
    fresh = taken(scene=scene)
    form = form if posted else fresh
    weighed: tuple[Consequences, ...] = ()
    if taken.weighed and stop.refused is None and (taken.urgent or (entered and not form.errors)):
        weighed, stop = _foresee(form, stop, at)
    template = "pledge/admin/weighed.html" if weighed and not taken.urgent else taken.form_template
    shown = {
        **site.each_context(request),
        "title": taken.title,
        "step": taken,
        "form": form,
        "scene": scene,
        "stop": stop,
        "seen": seen,
        "weighed": weighed,
        "mark": mark_of(weighed),
        "beforehand": [] if posted else list(form.beforehand()),
        "present": _present(form, fresh) if stop.meanwhile else [],
        "asks_first": _asks_first(taken),
        "back": back,
        **context,
    }
    return TemplateResponse(request, template, shown)


def out_of_scope(request: HttpRequest, site: AdminSite, taken: type[Step], scene: Scene, back: str) -> TemplateResponse:
    """Say that a designation does not reach this step, and who can widen it."""
    prescribers = [scene.prescriber] if scene.prescriber else [by.prescriber for by in scene.visitor.acts_as]
    context = {**site.each_context(request), "title": taken.title, "prescribers": prescribers, "back": back}
    context["scope"] = taken.scope
    return TemplateResponse(request, "pledge/admin/out_of_scope.html", context, status=403)


def _asks_first(taken: type[Step]) -> bool:
    return taken.weighed and not taken.urgent


def _about(scene: Scene) -> Registrant | None:
    return scene.subject if isinstance(scene.subject, Registrant) else None


def _afresh(scene: Scene) -> Scene:
    registrant = _about(scene)
    if registrant is None:
        if isinstance(scene.subject, Model):
            scene.subject.refresh_from_db()
        return scene
    row = scene.visitor.registrants().select_related("prescriber").filter(pk=registrant.pk).first()
    if row is None:
        raise Http404("there is no such registrant among yours any more")
    return scene._replace(subject=row, record=record_of(row, scene.on))


def _given(form: Step) -> dict[str, Any]:
    subject = form.scene.subject
    own = {form.subject_as: subject} if subject is not None and form.subject_as else {}
    return {**own, **(form.given() if form.is_bound else {})}


def _once(request: HttpRequest, form: Step, at: datetime) -> Once:
    seen, about = number_sent(request.POST.get("seen", "")), _about(form.scene)
    if _asks_first(type(form)):
        return Weighed(form, about, seen, shown=request.POST.get(SHOWN, ""), at=at)
    return Once(form, about, seen, form.actor())


def _act(request: HttpRequest, form: Step, at: datetime) -> Any:
    return form.act(**_given(form), by=form.actor(), at=at, memory=_once(request, form, at))


def _foresee(form: Step, stop: Stop, at: datetime) -> tuple[tuple[Consequences, ...], Stop]:
    """Give what a step would change; or, where it would be refused, why."""
    try:
        return consequences_of(form, _given(form), at), stop
    except NotThere as gone:
        raise Http404(gone.message) from gone
    except Rejected as rejected:
        if form.is_bound:
            _reject(form, rejected)
        return (), stop
    except Refused as refused:
        return (), stop if stop.meanwhile else Stop(refused=refused, recorded=False)


def _present(form: Step, fresh: Step) -> list[Entered]:
    """Name the fields whose value on record is another than the one that was entered."""
    return [
        Entered(str(form[name].label), str(fresh[name].initial or "nothing"))
        for name in form.of_record
        if name in fresh.fields and str(form[name].value() or "") != str(fresh[name].initial or "")
    ]


def _reject(form: Step, rejected: Rejected) -> None:
    field = form.input_names.get(rejected.field, rejected.field)
    message = rejected.message[:1].upper() + rejected.message[1:] + "."
    form.add_error(field if field in form.fields else None, message)


def _lead_on(request: HttpRequest, site: AdminSite, form: Step, outcome: Any, back: str) -> HttpResponse:
    if form.outcome_template:
        context = {**site.each_context(request), "title": form.title, "outcome": outcome, "back": back}
        return TemplateResponse(request, form.outcome_template, context)
    said, further = form.done(outcome), form.leads_to(outcome)
    if further is None and form.scene.visitor.role in CLINIC and _about(form.scene) is not None:
        link = '{} <a href="{}">Next in your list</a>'
        said = format_html(link, said, reverse("admin:index"))
    messages.success(request, said)
    return redirect(further or back)
