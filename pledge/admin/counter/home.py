"""The counter, home of a pharmacy's people: ask about the next in the queue, and give a number."""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.actions import authorizations
from pledge.admin.counter.asking import Answer, Asked, NotAnswered, ask, named, newest_own, waiting_here, who
from pledge.admin.counter.forms import AskForm, GiveForm
from pledge.admin.counter.holding import Row, held_by
from pledge.admin.counter.once import DoneAlready, PressedOnce
from pledge.admin.counter.sending import sent_from
from pledge.admin.doors import DOORS, HOMES, Door
from pledge.admin.visitor import COUNTER, Visitor
from pledge.models import Authorization
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on
from pledge.rules.refusals import PharmacyClass, Refused
from pledge.rules.told import classes_told
from pledge.rules.vocabulary import LIVE_STATUSES

GIVEN_ALREADY = "This number was given already: there is one, not two."
GIVEN_OTHERWISE = (
    "Nothing new was authorized: since that answer was given, this pharmacy got the number below. Look at what it is "
    "for and how it stands; where another is needed, ask at the counter again."
)


@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, site: AdminSite, visitor: Visitor) -> HttpResponse:  # noqa: ARG001 - as every home
    """Show the counter, or answer what is asked there; nothing of it is kept in an address."""
    if request.method != "POST":
        return home(request, visitor, timezone.now())
    form, at = AskForm(request.POST), timezone.now()
    if not form.is_valid():
        return home(request, visitor, at, form=form)
    try:
        answer = ask(visitor, Asked(**form.cleaned_data), program_day(at), at)
    except NotAnswered as stopped:
        return home(request, visitor, at, form=form, stopped=stopped)
    return home(request, visitor, at, form=_next_form(form, answer), answer=answer)


def home(
    request: HttpRequest,
    visitor: Visitor,
    at: datetime,
    *,
    form: AskForm | None = None,
    answer: Answer | None = None,
    stopped: NotAnswered | None = None,
) -> HttpResponse:
    """Show the counter with what it has to say."""
    _, pharmacy = who(visitor)
    on, held = program_day(at), held_by(pharmacy, at)
    context = {
        **admin.site.each_context(request),
        "title": "Counter",
        "program_address": settings.EMAIL_PROGRAM,
        "pharmacy": pharmacy,
        "active": pharmacy.standing.holds(on),
        "on": on,
        "form": form or AskForm(),
        "answer": answer,
        "lapse_days": edition_on(on).windowless_lapse_days,
        "stopped": stopped,
        "today": [one for one in held.waiting if _is_of(one, on)],
        "held": held,
    }
    return TemplateResponse(request, "pledge/admin/counter/counter.html", context)


@sent_from("admin:index")
def authorize(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Give a number for whom the counter has just said yes about, or say why not."""
    form, at = GiveForm(request.POST), timezone.now()
    if not form.is_valid():
        return home(request, visitor, at, form=AskForm(request.POST))
    said = dict(form.cleaned_data)
    after, asked = said.pop("seen") or 0, Asked(**said)
    pharmacist, pharmacy = who(visitor)
    try:
        registrant = named(visitor, asked, at, what="authorization")
    except NotAnswered as stopped:
        return home(request, visitor, at, form=AskForm(request.POST), stopped=stopped)
    if registrant is None:
        return home(request, visitor, at, form=AskForm(request.POST), answer=Answer(asked, found=False))

    def given() -> Authorization | None:
        return Authorization.objects.filter(pk=newest_own(pharmacy, registrant, after=after)).first()

    act: Callable[..., Authorization] = authorizations.authorize
    try:
        row = act(
            registrant=registrant, pharmacy=pharmacy, days_supply=asked.days_supply, pharmacist=pharmacist.own_id,
            by=visitor.by(), at=at, memory=PressedOnce(f"authorize:{pharmacy.pk}:{registrant.pk}", given),
        )  # fmt: skip
    except DoneAlready as done:
        given_before: Authorization = done.outcome
        same = given_before.days_supply == asked.days_supply and given_before.status in LIVE_STATUSES
        messages.info(request, GIVEN_ALREADY if same else GIVEN_OTHERWISE)
        return redirect("admin:counter_authorization", given_before.rma_number)
    except Refused as refused:
        waits = waiting_here(pharmacy, registrant)
        answer = Answer(asked, found=True, reasons=tuple(classes_told(refused.refusals)), waits=waits)
        return home(request, visitor, at, form=AskForm(request.POST), answer=answer)
    messages.success(request, "Authorized. Print the label, then hand over.")
    return redirect("admin:counter_authorization", row.rma_number)


def _next_form(asked: AskForm, answer: Answer) -> AskForm:
    """Give the form as it is shown under an answer: empty for the next in the queue, unless it is to be mended."""
    mended = not answer.found or PharmacyClass.SUPPLY_OVER_LIMIT in answer.reasons
    return asked if mended else AskForm()


def _is_of(one: Row, on: date) -> bool:
    return program_day(one.authorization.issued_at) == on


HOMES.update(dict.fromkeys(COUNTER, counter))
DOORS.append(Door("counter/authorize/", authorize, "counter_authorize", COUNTER))
