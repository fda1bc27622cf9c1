"""The twins of the calls: importing them registers each by the name of the view for which it answers a test key."""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from pledge.access import NotThere
from pledge.actions import sandbox
from pledge.api import views
from pledge.api.batches import batch_body, read_checks
from pledge.api.bodies import read_body
from pledge.api.contract import AUTHORIZATION, CHECK, DISPENSE, REPORT, REVERSAL
from pledge.api.cursors import cursor_at, position_of
from pledge.api.decisions import Call, answered_once, idempotency_key
from pledge.api.problems import FieldError, Malformed
from pledge.api.sandbox.twins import find_person, twin
from pledge.api.shapes import authorization_body, authorization_members, eligibility_body, page_body, report_body
from pledge.callers import Presented, caller_with_key
from pledge.rules.calendar import program_day
from pledge.sandbox.events import page_of_events
from pledge.sandbox.holdings import authorization_numbered, live_of, page_of_authorizations
from pledge.sandbox.judging import judge_request


def _body(outcome: Any, _: str) -> str:
    return authorization_body(outcome, outcome.registrant_number)


# Another name than the live call's, so that a key used in both never meets its like.
_AUTHORIZE = Call("sandbox: POST /authorizations", "", 201, _body)
_DISPENSE = Call("sandbox: POST /authorizations/{rma_number}/dispense", "", 200, _body)
_REVERSE = Call("sandbox: POST /authorizations/{rma_number}/reverse", "", 200, _body)
_REPORT = Call("sandbox: POST /dispenses-without-authorization", "", 202)
_LIST = "sandbox authorizations"


@twin
def eligibility_checks(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Check a made-up registrant."""
    asked = read_body(request, CHECK)
    caller = caller_with_key(key, at)
    number = asked["registrant_number"]
    person = find_person(number, asked["date_of_birth"], decides=False)
    if person is None:
        raise NotThere("registrant_number", "no made-up registrant has this number and date of birth")
    live = live_of(caller.pharmacy_id, [number]).get(number)
    decision = judge_request(person, live, asked["days_supply"], at)
    return HttpResponse(eligibility_body(decision, at), content_type="application/json")


@twin
def eligibility_batch(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Check several; one who stands for a problem of the call stands for it here too."""
    batch = read_checks(request, key)
    caller = caller_with_key(key, at)
    live = live_of(caller.pharmacy_id, [check.number for check in batch.checks])
    people = [find_person(check.number, check.born_on, decides=False) for check in batch.checks]
    decisions = [
        judge_request(person, live.get(person.number), check.days_supply, at) if person else None
        for person, check in zip(people, batch.checks, strict=True)
    ]
    return HttpResponse(batch_body(batch, decisions, request.path, at), content_type="application/json")


@twin
def ask_authorization(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Ask for an authorization for a made-up registrant."""
    idempotency_key(request)
    said = read_body(request, AUTHORIZATION)
    caller = caller_with_key(key, at)
    person = find_person(said["registrant_number"], said["date_of_birth"], decides=True)
    asked = sandbox.Asked(said["days_supply"], said["pharmacist"], said.get("client_reference", ""))
    decide = partial(sandbox.authorize, person=person, pharmacy_id=caller.pharmacy_id, asked=asked, at=at)
    return answered_once(request, _AUTHORIZE, caller.pharmacy_id, said, decide, at=at)


@twin
def list_authorizations(_: HttpRequest, key: Presented, at: datetime, asked: dict[str, Any]) -> HttpResponse:
    """Show what the pharmacy's test keys asked for."""
    caller = caller_with_key(key, at)
    whose: dict[str, Any] = {"of": _LIST, "pharmacy_id": caller.pharmacy_id}
    page = page_of_authorizations(
        caller.pharmacy_id,
        status=asked.get("status"),
        client_reference=asked.get("client_reference", ""),
        after=position_of(asked["cursor"], **whose) if "cursor" in asked else "",
        at=at,
    )
    items = [authorization_members(*shown) for shown in page.shown]
    next_cursor = cursor_at(page.next_after, **whose) if page.next_after else None
    return HttpResponse(page_body(items, next_cursor), content_type="application/json")


@twin
def show_authorization(_: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Show one of them."""
    caller = caller_with_key(key, at)
    shown = authorization_numbered(caller.pharmacy_id, views.as_number(rma_number), at)
    if shown is None:
        raise NotThere("rma_number", "this pharmacy has no such authorization in the sandbox")
    return HttpResponse(authorization_body(*shown), content_type="application/json")


@twin
def dispense(request: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Hand nothing over, as if it were."""
    return _about_one(request, key, at, rma_number, _DISPENSE)


@twin
def reverse(request: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Give one back."""
    return _about_one(request, key, at, rma_number, _REVERSE)


def _about_one(request: HttpRequest, key: Presented, at: datetime, rma_number: str, call: Call) -> HttpResponse:
    idempotency_key(request)
    said = read_body(request, DISPENSE if call is _DISPENSE else REVERSAL)
    pharmacy_id = caller_with_key(key, at).pharmacy_id
    act = sandbox.dispense if call is _DISPENSE else sandbox.reverse
    decide = partial(act, rma_number=views.as_number(rma_number), pharmacy_id=pharmacy_id, at=at)
    return answered_once(request, call, pharmacy_id, said, decide, rma_number=rma_number, at=at)


@twin
def report_dispense(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Take a report about a made-up registrant, and follow nothing up."""
    idempotency_key(request)
    said = read_body(request, REPORT)
    if (before := views.report_answered(request, _REPORT, key, said, at)) is not None:
        return before
    days, on = said["days_supply"], said.get("dispensed_on", program_day(at))
    caller = caller_with_key(key, at)
    number = said["registrant_number"]
    person = find_person(number, said["date_of_birth"], decides=True)
    decide = partial(sandbox.report_dispense, person=person, days_supply=days, dispensed_on=on)
    call = _REPORT._replace(body=partial(report_body, recorded_at=at))
    return answered_once(request, call, caller.pharmacy_id, said, decide, registrant_number=number, at=at)


@twin
def show_pharmacy(_: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Show the pharmacy as it stands, and that its key is one of the sandbox."""
    return views.pharmacy_answer(key, at)


@twin
def list_events(_: HttpRequest, key: Presented, at: datetime, asked: dict[str, Any]) -> HttpResponse:
    """Show what happened to the authorizations of the sandbox, oldest first."""
    caller = caller_with_key(key, at)
    page = page_of_events(caller.pharmacy_id, asked.get("cursor", 0), settings.API_PAGE_ROWS, at)
    if page is None:
        raise Malformed([FieldError("/cursor", "must be the next_cursor of an earlier answer, as it was given")])
    return HttpResponse(page, content_type="application/json")
