"""The calls themselves: translate, make one call into the program, translate back."""

import re
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse

from pledge.actions import authorizations
from pledge.api.bodies import read_body
from pledge.api.contract import AUTHORIZATION, CHECK, DISPENSE, REVERSAL
from pledge.api.decisions import Call, decided, idempotency_key
from pledge.api.door import door
from pledge.api.schema import openapi_text
from pledge.api.shapes import authorization_body, eligibility_body
from pledge.callers import Presented, naming_authorization, naming_registrant
from pledge.eligibility import check_for_key, read_authorization

_AUTHORIZE = Call("POST /authorizations", "authorization", 201)
_DISPENSE = Call("POST /authorizations/{rma_number}/dispense", "dispense", 200)
_REVERSE = Call("POST /authorizations/{rma_number}/reverse", "reverse", 200)
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


@door("GET")
def show_authorization(_: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Show one of the pharmacy's own authorizations as it stands at this moment."""
    shown = read_authorization(key=key, rma_number=_number(rma_number), at=at)
    body = authorization_body(shown.authorization, shown.registrant_number, shown.status)
    return HttpResponse(body, content_type="application/json")


@door("POST")
def dispense(request: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Record that the authorized supply is handed over now; everything is judged again."""
    idempotency_key(request)
    said = read_body(request, DISPENSE)
    named = naming_authorization(key, _number(rma_number), at)
    act = partial(authorizations.dispense, rma_number=rma_number, pharmacist=said["pharmacist"])
    return decided(request, _DISPENSE, named, said, act, rma_number=rma_number, at=at)


@door("POST")
def reverse(request: HttpRequest, key: Presented, at: datetime, rma_number: str) -> HttpResponse:
    """Give back an authorization that was not handed over."""
    idempotency_key(request)
    said = read_body(request, REVERSAL)
    named = naming_authorization(key, _number(rma_number), at)
    act = partial(authorizations.reverse, rma_number=rma_number, reason=said["reason"])
    return decided(request, _REVERSE, named, said, act, rma_number=rma_number, at=at)


@door("GET", keyed=False)
def openapi(_: HttpRequest) -> HttpResponse:
    """Show the contract itself."""
    return HttpResponse(openapi_text(), content_type="application/json")


def _number(rma_number: str) -> str:
    """Give a number as it is looked up; what cannot be one is looked up as none, at the same cost."""
    return rma_number if _RMA_NUMBER.fullmatch(rma_number) else ""
