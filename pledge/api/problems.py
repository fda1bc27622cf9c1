"""Every refusal of the API as an RFC 9457 problem (pharmacy-api, Problems)."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse

from pledge.rules.refusals import PharmacyClass, Refusal
from pledge.rules.told import classes_told

PROBLEM_TYPE = "application/problem+json"
RETRY_SECONDS = {"request-in-progress": 1, "unavailable": 5}


class Kind(NamedTuple):
    """One kind of problem: what its type ends in, its status, its title, and what is usually said in detail."""

    name: str
    status: int
    title: str
    detail: str


MALFORMED = Kind("malformed", 400, "The request cannot be understood", "Each error names what is wrong, and where.")
KEY_MISSING = Kind(
    "idempotency-key-missing",
    400,
    "No usable Idempotency-Key",
    "Send an Idempotency-Key header of 1 to 255 printable ASCII characters, a new one for each decision asked for.",
)
TLS_REQUIRED = Kind("tls-required", 403, "Use https", "This API is spoken over TLS only.")
UNAUTHENTICATED = Kind(
    "unauthenticated",
    401,
    "No usable key",
    "Send a usable key as 'Authorization: Bearer pledge_live_...', or pledge_test_... for the sandbox.",
)
PHARMACY_SUSPENDED = Kind(
    "pharmacy-suspended",
    403,
    "This pharmacy is suspended",
    "The authorized representative settles the suspension with the program.",
)
NOT_FOUND = Kind(
    "not-found", 404, "Not found", "There is no such registrant, authorization or address for this pharmacy."
)
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "Wrong method", "The Allow header names the methods.")
NOT_ACCEPTABLE = Kind("not-acceptable", 406, "Only JSON is spoken here", "Accept application/json.")
NOT_ELIGIBLE = Kind("not-eligible", 409, "Nothing may be dispensed now", "Each reason names who acts and what is next.")
IN_PROGRESS = Kind(
    "request-in-progress", 409, "Still being decided", "A request with this Idempotency-Key is running; ask again."
)
TOO_LARGE = Kind("content-too-large", 413, "The body is too large", "A body may hold at most 64 KiB.")
WRONG_MEDIA_TYPE = Kind(
    "unsupported-media-type", 415, "The body is not JSON", "Send application/json, in UTF-8 and not compressed."
)
KEY_REUSED = Kind(
    "idempotency-key-reused",
    422,
    "This Idempotency-Key belongs to another request",
    "Repeat the request exactly as it was, or send this one with a new key.",
)
TOO_MANY_REQUESTS = Kind(
    "too-many-requests",
    429,
    "Too many calls for now",
    "Wait as many seconds as Retry-After says, then repeat the request as it was.",
)
BROKEN = Kind(
    "internal-error",
    500,
    "Something went wrong on our side",
    "Dispense nothing on it. Quote the reference when asking about it.",
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "No decision can be made now",
    "Dispense nothing on it. Ask again in a moment, with the same Idempotency-Key.",
)

PAUSED_DETAIL = (  # of too-many-requests, where that is the cause
    "The pharmacy has named too many registrants or authorizations that it may not know of, and is slowed down. Wait "
    "as many seconds as Retry-After says, and compare number and date of birth with the patient's papers."
)
_AS_THEY_ARE = "/:#{}@!$&'()*+,;="  # in an address that is shown; all else that is no letter is escaped

KINDS = tuple(kind for kind in tuple(globals().values()) if isinstance(kind, Kind))

_REASONS = {
    reason: {
        "code": reason.value,
        "message": reason.label,
        "who_acts": reason.who_acts.value,
        "next_step": reason.next_step,
    }
    for reason in PharmacyClass
}


class FieldError(NamedTuple):
    """What is wrong with one part of a body: a JSON pointer and a sentence."""

    pointer: str
    detail: str


class Problem(Exception):
    """Stops a call with a problem as its answer."""

    def __init__(self, kind: Kind, headers: dict[str, str] | None = None) -> None:
        """Take the kind, and headers that go with the answer."""
        super().__init__(kind.name)
        self.kind = kind
        self.headers = headers or {}


class Malformed(Problem):
    """The request is not what the call takes; told only to who has a usable key."""

    def __init__(self, errors: Iterable[FieldError] = (), kind: Kind = MALFORMED) -> None:
        """Take every error, in the order of the body."""
        super().__init__(kind)
        self.errors = tuple(errors)


def reasons_of(refusals: Iterable[Refusal]) -> list[dict[str, str]]:
    """Give a pharmacy's reasons: the classes alone, each once and in their own order."""
    return [_REASONS[told] for told in classes_told(refusals)]


def problem_members(kind: Kind, instance: str, **members: Any) -> dict[str, Any]:
    """Give a problem, with ``reasons`` or ``errors`` where they are given; its type is an address that explains it."""
    return {
        "type": f"{settings.PUBLIC_ADDRESS}/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "instance": quote(instance, safe=_AS_THEY_ARE, errors="replace"),
        **members,
    }


def malformed_members(malformed: Malformed, instance: str) -> dict[str, Any]:
    """Give what is wrong with a request, as a problem."""
    errors = {"errors": [error._asdict() for error in malformed.errors]} if malformed.errors else {}
    return problem_members(malformed.kind, instance, **errors)


def problem_body(kind: Kind, instance: str, **members: Any) -> str:
    """Give a problem as JSON text."""
    return json.dumps(problem_members(kind, instance, **members))


def problem_answer(kind: Kind, instance: str, headers: dict[str, str] | None = None, **members: Any) -> HttpResponse:
    """Give a problem as the answer to a call."""
    answer = HttpResponse(problem_body(kind, instance, **members), status=kind.status, content_type=PROBLEM_TYPE)
    for name, value in (headers or {}).items():
        answer[name] = value
    if kind.name in RETRY_SECONDS:
        answer["Retry-After"] = str(RETRY_SECONDS[kind.name])
    if kind is UNAUTHENTICATED:
        answer["WWW-Authenticate"] = 'Bearer realm="pledge"'
    return answer
