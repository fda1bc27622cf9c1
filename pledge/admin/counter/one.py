"""One authorization at the counter: as it stands now, its label, and what may be done with it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledge.access import NotThere
from pledge.actions import authorizations, stock
from pledge.admin.counter.asking import NotAnswered, own, shown, who
from pledge.admin.counter.forms import ReverseForm
from pledge.admin.counter.holding import goes_back, last_day
from pledge.admin.counter.once import DoneAlready, PressedOnce
from pledge.admin.counter.sending import sent_from
from pledge.admin.doors import DOORS, Door
from pledge.admin.visitor import COUNTER, Visitor
from pledge.models import Authorization
from pledge.rules.calendar import ONE_DAY, program_day
from pledge.rules.refusals import PharmacyClass, Refused, Rejected
from pledge.rules.told import classes_told
from pledge.rules.vocabulary import AuthorizationStatus, ReversalReason

GROUP = 4  # digits that are read at a time
WHERE = "counter/authorizations/<str:rma_number>/"
DONE_ALREADY = "This was done already, and is recorded once."
NOT_THIS_REASON = "The reason that was chosen now is not recorded."


@require_safe
def authorization(request: HttpRequest, visitor: Visitor, rma_number: str) -> HttpResponse:
    """Show one of the pharmacy's own authorizations as it stands now, with what may be done."""
    return _authorization(request, visitor, rma_number, timezone.now())


@sent_from("admin:counter_authorization")
def dispense(request: HttpRequest, visitor: Visitor, rma_number: str) -> HttpResponse:
    """Record that it is handed over now; everything is judged again."""
    at = timezone.now()
    row, (pharmacist, pharmacy) = _own(visitor, rma_number, at), who(visitor)
    act = partial(
        authorizations.dispense, registrant=row.registrant, pharmacy=pharmacy, rma_number=rma_number,
        pharmacist=pharmacist.own_id,
    )  # fmt: skip
    told = "Recorded: handed over."
    return _act(request, visitor, row, act, AuthorizationStatus.DISPENSED, told=told, at=at)


@sent_from("admin:counter_authorization")
def reverse(request: HttpRequest, visitor: Visitor, rma_number: str) -> HttpResponse:
    """Give back what was not handed over; also what lapsed, which is then back in stock."""
    at, form = timezone.now(), ReverseForm(request.POST)
    row, (_, pharmacy) = _own(visitor, rma_number, at), who(visitor)
    if not form.is_valid():
        return _authorization(request, visitor, rma_number, at, reverse_form=form)
    reason: ReversalReason = form.cleaned_data["reason"]
    act = partial(
        authorizations.reverse, registrant=row.registrant, pharmacy=pharmacy, rma_number=rma_number, reason=reason
    )

    def already(reversed_before: Authorization) -> str:
        if reversed_before.reversal_reason == reason:
            return DONE_ALREADY
        return f"This was reversed already: {reversed_before.get_reversal_reason_display().lower()}. {NOT_THIS_REASON}"

    done = _act(request, visitor, row, act, AuthorizationStatus.REVERSED, told="Reversed.", already=already, at=at)
    return redirect("admin:counter_stock") if done.status_code == HTTPStatus.FOUND and "stock" in request.POST else done


@sent_from("admin:counter_authorization")
def returned(request: HttpRequest, visitor: Visitor, rma_number: str) -> HttpResponse:
    """Record that what a revoked number was for is back in stock."""
    at = timezone.now()
    row = _own(visitor, rma_number, at)
    act: Callable[..., Authorization] = stock.return_to_stock
    memory = PressedOnce(f"authorization:{row.pk}", lambda: _fresh(row, returned_to_stock_at__isnull=False))
    try:
        act(authorization=row, by=visitor.by(), at=at, memory=memory)
    except DoneAlready:
        messages.info(request, "This is back in stock already.")
    except Rejected as rejected:
        messages.warning(request, f"{rejected.message[:1].upper()}{rejected.message[1:]}.")
        return redirect("admin:counter_authorization", rma_number)
    else:
        messages.success(request, "It is back in stock.")
    return redirect("admin:counter_stock")


def _own(visitor: Visitor, rma_number: str, at: datetime) -> Authorization:
    try:
        return own(visitor, rma_number, at)
    except (NotThere, NotAnswered) as missing:
        raise Http404("this pharmacy has no such authorization") from missing


def _fresh(row: Authorization, **narrowed: Any) -> Authorization | None:
    return Authorization.objects.filter(pk=row.pk, **narrowed).first()


def _act(
    request: HttpRequest,
    visitor: Visitor,
    row: Authorization,
    act: Callable[..., Authorization],
    leads_to: AuthorizationStatus,
    *,
    told: str,
    already: Callable[[Authorization], str] = lambda _: DONE_ALREADY,
    at: datetime,
) -> HttpResponse:
    """Do it once, and lead to the authorization; or say there why not, or by ``already`` what was done before."""
    memory = PressedOnce(f"authorization:{row.pk}", lambda: _fresh(row, status=leads_to))
    try:
        act(by=visitor.by(), at=at, memory=memory)
    except DoneAlready as done:
        messages.info(request, already(done.outcome))
    except Refused as refused:
        return _authorization(request, visitor, row.rma_number, at, reasons=classes_told(refused.refusals))
    else:
        messages.success(request, told)
    return redirect("admin:counter_authorization", row.rma_number)


def _authorization(
    request: HttpRequest,
    visitor: Visitor,
    rma_number: str,
    at: datetime,
    *,
    reverse_form: ReverseForm | None = None,
    reasons: list[PharmacyClass] | None = None,
) -> HttpResponse:
    try:
        one = shown(visitor, rma_number, at)
    except NotThere as missing:
        raise Http404("this pharmacy has no such authorization") from missing
    row, on = one.authorization, program_day(at)
    _, pharmacy = who(visitor)
    back = goes_back(one)
    context = {
        **admin.site.each_context(request),
        "title": f"RMA {rma_number}",
        "pharmacy": pharmacy,
        "one": one,
        "row": row,
        "groups": [rma_number[begins : begins + GROUP] for begins in range(0, len(rma_number), GROUP)],
        "told": PharmacyClass.CONTACT_PRESCRIBER if one.status == AuthorizationStatus.SUSPENDED else None,
        "last_day": last_day(row, on),
        "program_address": settings.EMAIL_PROGRAM,
        "days_left": (last_day(row, on) - on) // ONE_DAY,
        "goes_back": back,
        "reverse_form": reverse_form or ReverseForm(initial={"reason": ReversalReason.NOT_COLLECTED if back else None}),
        "reasons": reasons,
        "handed_over": getattr(row, "dispense", None),
    }
    return TemplateResponse(request, "pledge/admin/counter/authorization.html", context)


DOORS += [
    Door(WHERE, authorization, "counter_authorization", COUNTER),
    Door(f"{WHERE}dispense/", dispense, "counter_dispense", COUNTER),
    Door(f"{WHERE}reverse/", reverse, "counter_reverse", COUNTER),
    Door(f"{WHERE}returned/", returned, "counter_returned", COUNTER),
]
