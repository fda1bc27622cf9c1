"""The calls themselves: translate, make one call into the program, translate back."""

import re
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

from pledge.actions import authorizations
from pledge.api.batches import batch_body, read_checks
from pledge.api.bodies import read_body
from pledge.api.contract import AUTHORIZATION, CHECK, DISPENSE, LISTING, REPORT, REVERSAL
from pledge.api.cursors import cursor_at, position_of
from pledge.api.decisions import Call, answered_before, decided, idempotency_key
from pledge.api.door import door
from pledge.api.problems import FieldError, Malformed
from pledge.api.schema import openapi_text
from pledge.api.shapes import (
    authorization_body,
    authorization_members,
    eligibility_body,
    page_body,
    pharmacy_body,
    report_body,
)
from pledge.callers import Presented, caller_with_key, naming_authorization, naming_registrant
from pledge.eligibility import check_for_key, checks_for_key, read_authorization
from pledge.holdings import own_standing, page_of_authorizations
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.trail import by_key

_AUTHORIZE = Call("POST /authorizations", "authorization", 201)
_DISPENSE = Call("POST /authorizations/{rma_number}/dispense", "dispense", 200)
_REVERSE = Call("POST /authorizations/{rma_number}/reverse", "reverse", 200)
_REPORT = Call("POST /dispenses-without-authorization", "dispense reported", 202)
_LIST = "authorizations"
_RMA_NUMBER = re.compile(r"[0-9]{1,20}")


@door("POST")
def eligibility_checks(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Tell whether an authorization would be given; changes nothing but the access trail."""
    asked = read_body(request, CHECK)
    decision = check_for_key(
        key=key,
        number=asked["registrant_number"],
        born_on=asked["date_of_birth"],
        days_supply=asked["days_supply"],
        pharmacist=asked["pharmacist"],
        at=at,
    )
    return HttpResponse(eligibility_body(decision, at), content_type="application/json")


@door("POST")
def eligibility_batch(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Tell the same of up to a hundred at once; one that is malformed or names no one stops no other."""
    batch = read_checks(request, key)
    decisions = checks_for_key(key=key, checks=batch.checks, at=at)
    return HttpResponse(batch_body(batch, decisions, request.path, at), content_type="application/json")


@door("POST")
def ask_authorization(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Issue an authorization, or name every reason why not."""
    idempotency_key(request)
    asked = read_body(request, AUTHORIZATION)
    named = naming_registrant(key, asked["registrant_number"], asked["date_of_birth"], at)
    act = partial(
        authorizations.authorize,
        days_supply=asked["days_supply"],
        pharmacist=asked["pharmacist"],
        client_reference=asked.get("client_reference", ""),
    )
    return decided(request, _AUTHORIZE, named, asked, act, at=at)


@door("GET", query=LISTING)
def list_authorizations(_: HttpRequest, key: Presented, at: datetime, asked: dict[str, Any]) -> HttpResponse:
    """Show the pharmacy's own authorizations, newest first, as they stand at this moment."""
    caller = caller_with_key(key, at)
    whose: dict[str, Any] = {"of": _LIST, "pharmacy_id": caller.pharmacy_id}
    page = page_of_authorizations(
        by=by_key(caller.pharmacy, caller.key_prefix),
        status=asked.get("status"),
        client_reference=asked.get("client_reference", ""),
        after=position_of(asked["cursor"], **whose) if "cursor" in asked else "",
        at=at,
    )
    items = [authorization_members(*shown) for shown in page.shown]
    next_cursor = cursor_at(page.next_after, **whose) if page.next_after else None
    return HttpResponse(page_body(items, next_cursor), content_type="application/json")


@door("GET")
def show_authorization(_: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Show one of the pharmacy's own authorizations as it stands at this moment."""
    shown = read_authorization(key=key, rma_number=as_number(rma_number), at=at)
    body = authorization_body(shown.authorization, shown.registrant_number, shown.status)
    return HttpResponse(body, content_type="application/json")


@door("POST")
def dispense(request: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Record that the authorized supply is handed over now; everything is judged again."""
    idempotency_key(request)
    said = read_body(request, DISPENSE)
    named = naming_authorization(key, as_number(rma_number), at)
    act = partial(authorizations.dispense, rma_number=rma_number, pharmacist=said["pharmacist"])
    return decided(request, _DISPENSE, named, said, act, rma_number=rma_number, at=at)


@door("POST")
def reverse(request: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Give back an authorization that was not handed over."""
    idempotency_key(request)
    said = read_body(request, REVERSAL)
    named = naming_authorization(key, as_number(rma_number), at)
    act = partial(authorizations.reverse, rma_number=rma_number, reason=said["reason"])
    return decided(request, _REVERSE, named, said, act, rma_number=rma_number, at=at)


@door("POST")
def report_dispense(request: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Take a report of a dispense without an authorization: recorded, and raised as non-compliance."""
    idempotency_key(request)
    said = read_body(request, REPORT)
    if (before := report_answered(request, _REPORT, key, said, at)) is not None:
        return before
    named = naming_registrant(key, said["registrant_number"], said["date_of_birth"], at)
    act = partial(
        authorizations.report_dispense,
        days_supply=said["days_supply"],
        pharmacist=said["pharmacist"],
        dispensed_on=said.get("dispensed_on"),
        note=said.get("note", ""),
    )
    return decided(request, _REPORT._replace(body=partial(report_body, recorded_at=at)), named, said, act, at=at)


def report_answered(
    request: HttpRequest, call: Call, key: Presented, said: dict[str, Any], at: datetime
) -> HttpResponse | None:
    """Give what a report was answered on a day when it was not too old yet; None for one that is to be decided.

    :raises Malformed: for one of a day or a supply that cannot be, which was never answered.
    """
    try:
        authorizations.check_report(said["days_supply"], said.get("dispensed_on", program_day(at)), at=at)
    except Rejected as rejected:
        before = answered_before(request, call, caller_with_key(key, at).pharmacy_id, said, at=at)
        if before is None:
            raise Malformed([FieldError(f"/{rejected.field}", rejected.message)]) from None
        return before
    return None


@door("GET")
def show_pharmacy(_: HttpRequest, key: Presented, at: datetime) -> HttpResponse:
    """Show the caller's own standing and when it ends, and the key that it calls with."""
    return pharmacy_answer(key, at)


def pharmacy_answer(key: Presented, at: datetime) -> HttpResponse:
    """Answer who calls; a key of the sandbox is told that it is one."""
    own = own_standing(key, at)
    body = pharmacy_body(
        number=own.number,
        name=own.caller.pharmacy_name,
        active=own.caller.standing.holds(program_day(at)),
        certified_on=own.caller.standing.certified_on,
        certified_through=own.caller.standing.certified_through,
        key_prefix=own.caller.key_prefix,
        sandbox=key.is_test,
        key_expires_at=own.key_expires_at,
    )
    return HttpResponse(body, content_type="application/json")


@door("GET", keyed=False)
def openapi(_: HttpRequest) -> HttpResponse:
    """Show the contract itself."""
    return HttpResponse(openapi_text(), content_type="application/json")


def as_number(rma_number: str) -> str:
    """Give a number as it is looked up; what cannot be one is looked up as none, at the same cost."""
    return rma_number if _RMA_NUMBER.fullmatch(rma_number) else ""
