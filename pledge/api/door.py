"""The one way into every call: method, media types, the key, the clock; and every failure out as a problem."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import Error as DatabaseFailed
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from pledge.access import NotThere
from pledge.actions.answers import KeyReused, StillRunning
from pledge.actions.keys import digest_of
from pledge.api.problems import (
    BROKEN,
    IN_PROGRESS,
    KEY_REUSED,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    PHARMACY_SUSPENDED,
    UNAUTHENTICATED,
    UNAVAILABLE,
    FieldError,
    Kind,
    Malformed,
    Problem,
    problem_answer,
)
from pledge.callers import PharmacySuspended, UnknownKey, caller_with_key

View = Callable[..., HttpResponse]
SPOKEN = frozenset({"*/*", "application/*", "application/json", "application/problem+json"})
_TOLD: dict[type[Exception], Kind] = {
    UnknownKey: UNAUTHENTICATED,
    PharmacySuspended: PHARMACY_SUSPENDED,
    NotThere: NOT_FOUND,
    StillRunning: IN_PROGRESS,
    KeyReused: KEY_REUSED,
}
_log = logging.getLogger(__name__)


def door(method: str, *, keyed: bool = True) -> Callable[[View], View]:
    """Make a view one of the API's calls.

    The view is given the request, the digest of the caller's key and the instant, which is read here and nowhere
    below. Whatever it raises is answered as a problem; without an answer from the database that is a 503.

    :param keyed: without it the call is open to everyone, and the view is given the request alone.
    """
    methods = frozenset({"GET", "HEAD"} if method == "GET" else {method})
    allowed = ", ".join(sorted(methods))

    def made(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def call(request: HttpRequest, **named: str) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise Problem(METHOD_NOT_ALLOWED, {"Allow": allowed})
                if not accepts_json(request.META.get("HTTP_ACCEPT")):
                    raise Problem(NOT_ACCEPTABLE)
                answer = _admitted(view, request, timezone.now(), named) if keyed else view(request)
            except Exception as failure:  # noqa: BLE001 - nobody above would answer in the API's own words
                answer = _answer_failure(request, failure)
            answer["Cache-Control"] = "no-store"
            return answer

        return call

    return made


def _admitted(view: View, request: HttpRequest, at: datetime, named: dict[str, str]) -> HttpResponse:
    digest = digest_of(bearer(request))
    try:
        if request.META.get("QUERY_STRING"):
            raise Malformed([FieldError("", "this call takes no query parameters")])
        return view(request, digest, at, **named)
    except Malformed as malformed:
        caller_with_key(digest, at)  # who has no usable key learns that and nothing else
        members: dict[str, Any] = {}
        if malformed.errors:
            members["errors"] = [error._asdict() for error in malformed.errors]
        return problem_answer(malformed.kind, request.path, **members)


def bearer(request: HttpRequest) -> str:
    """Give the key a call carries.

    :raises UnknownKey: where it carries none.
    """
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise UnknownKey
    return secret


def accepts_json(header: str | None) -> bool:
    """Tell whether an Accept header leaves room for JSON; without one, anything is welcome."""
    if not header or header in SPOKEN:
        return True
    for part in header.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
        if media_type in SPOKEN and weight.strip("0.") != "":
            return True
    return False


@csrf_exempt
def unknown_address(request: HttpRequest, **_: Any) -> HttpResponse:
    """Answer whatever else is asked for below the API's root, by any method; keys, not cookies, count here."""
    answer = problem_answer(NOT_FOUND, request.path)
    answer["Cache-Control"] = "no-store"
    return answer


def _answer_failure(request: HttpRequest, failure: Exception) -> HttpResponse:
    if isinstance(failure, Problem):
        return problem_answer(failure.kind, request.path, failure.headers)
    kind = _TOLD.get(type(failure))
    if kind is not None:
        return problem_answer(kind, request.path)
    if isinstance(failure, DatabaseFailed):
        _log.error("the database gave no answer: %s", type(failure).__name__)
        return problem_answer(UNAVAILABLE, request.path)
    reference = secrets.token_hex(8)
    _log.error("call failed, reference %s", reference, exc_info=failure)
    return problem_answer(BROKEN, f"urn:pledge:{reference}", reference=reference)
