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
from pledge.actions.guesses import WATCH, alert_if_many, suspend_guesser
from pledge.actions.keys import TEST_PREFIX, digest_of
from pledge.api.bodies import read_query, take_whole
from pledge.api.fields import Fields
from pledge.api.problems import (
    BROKEN,
    IN_PROGRESS,
    KEY_REUSED,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    PAUSED_DETAIL,
    PHARMACY_SUSPENDED,
    TOO_MANY_REQUESTS,
    UNAUTHENTICATED,
    UNAVAILABLE,
    Kind,
    Malformed,
    Problem,
    problem_answer,
)
from pledge.callers import PharmacySuspended, Presented, UnknownKey, caller_with_key
from pledge.models import Pharmacy
from pledge.rates import SECONDS, Allowance, GuessedTooOften, Refusals, TooManyCalls

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
_refusals = Refusals()
SANDBOX: dict[str, View] = {}  # by the name of a call's view, what answers the same call where the key is a test key


def door(method: str, *, keyed: bool = True, query: Fields | None = None) -> Callable[[View], View]:
    """Make a view one of the API's calls.

    The view is given the request, the key as it was presented and the instant at which the request was whole, which is
    read here and nowhere below; then what the address captures. It finds out itself who calls, by which the call is
    counted. Whatever it raises is answered as a problem; without an answer from the database that is a 503.

    :param keyed: without it the call is open to everyone, and the view is given the request alone.
    :param query: the parameters that the address may carry; the view is given them as ``asked``.
    """
    methods = frozenset({"GET", "HEAD"} if method == "GET" else {method})
    allowed = ", ".join(sorted(methods))

    def made(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def call(request: HttpRequest, **named: Any) -> HttpResponse:
            key = Presented("")
            try:
                if request.method not in methods:
                    raise Problem(METHOD_NOT_ALLOWED, {"Allow": allowed})
                if not accepts_json(request.META.get("HTTP_ACCEPT")):
                    raise Problem(NOT_ACCEPTABLE)
                if not keyed:
                    answer = view(request)
                else:
                    secret = bearer(request)
                    key.digest, key.is_test = digest_of(secret), secret.startswith(TEST_PREFIX)
                    take_whole(request)  # before the clock is read: who sends slowly is judged when all is there
                    answering = SANDBOX[view.__name__] if key.is_test else view
                    answer = _watched(answering, request, key, timezone.now(), query, named)
            except Exception as failure:  # noqa: BLE001 - nobody above would answer in the API's own words
                answer = _answer_failure(request, failure)
            if key.allowance is not None:
                _tell_allowance(answer, key.allowance)
            answer["Cache-Control"] = "no-store"
            return answer

        call.methods = methods  # type: ignore[attr-defined]
        return call

    return made


def by_method(*calls: View) -> View:
    """Make the view of an address where several calls are, each with methods of its own; any other is told them all."""
    answering = {method: call for call in calls for method in call.methods}  # type: ignore[attr-defined]
    allowed = ", ".join(sorted(answering))

    @csrf_exempt
    def chosen(request: HttpRequest, **named: Any) -> HttpResponse:
        call = answering.get(request.method or "")
        if call is not None:
            return call(request, **named)
        answer = problem_answer(METHOD_NOT_ALLOWED, request.path, {"Allow": allowed})
        answer["Cache-Control"] = "no-store"
        return answer

    return chosen


def _watched(
    view: View, request: HttpRequest, key: Presented, at: datetime, query: Fields | None, named: dict[str, Any]
) -> HttpResponse:
    """Answer a call unless its key was refused a moment ago, and act on a wrong name that is one of many."""
    _refusals.check(key.digest, at)
    try:
        return _admitted(view, request, key, at, query, named)
    except TooManyCalls as many:
        if not many.paused:  # a pause leaves the caller what is its own
            _refusals.remember(key.digest, many.allowance, at)
        key.allowance = many.allowance
        raise
    except GuessedTooOften as guessed:
        suspend_guesser(pharmacy=Pharmacy(pk=guessed.pharmacy_id), by=WATCH, at=at)
        raise PharmacySuspended from None
    finally:
        if key.allowance is not None and key.allowance.guesses:
            alert_if_many(Pharmacy(pk=key.pharmacy_id), key.allowance, at)


def _admitted(
    view: View, request: HttpRequest, key: Presented, at: datetime, query: Fields | None, named: dict[str, Any]
) -> HttpResponse:
    try:
        asked = read_query(request, query or {})
        if query is not None:
            named["asked"] = asked
        return view(request, key, at, **named)
    except Malformed as malformed:
        caller_with_key(key, at)  # who has no usable key learns that and nothing else
        members: dict[str, Any] = {}
        if malformed.errors:
            members["errors"] = [error._asdict() for error in malformed.errors]
        return problem_answer(malformed.kind, request.path, **members)


def _tell_allowance(answer: HttpResponse, allowance: Allowance) -> None:
    """Say what is left, as the draft of the IETF has it, and to older software under the usual names."""
    answer["RateLimit-Policy"] = f'"calls";q={allowance.most};w={SECONDS}'
    answer["RateLimit"] = f'"calls";r={allowance.left};t={allowance.seconds}'
    answer["X-RateLimit-Limit"] = str(allowance.most)
    answer["X-RateLimit-Remaining"] = str(allowance.left)
    answer["X-RateLimit-Reset"] = str(allowance.seconds)


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
    if isinstance(failure, TooManyCalls):
        waiting = {"Retry-After": str(failure.allowance.seconds)}
        cause = {"detail": PAUSED_DETAIL} if failure.paused else {}
        answer = problem_answer(TOO_MANY_REQUESTS, request.path, waiting, **cause)
        _tell_allowance(answer, failure.allowance)
        return answer
    kind = _TOLD.get(type(failure))
    if kind is not None:
        return problem_answer(kind, request.path)
    if isinstance(failure, DatabaseFailed):
        _log.error("the database gave no answer: %s", type(failure).__name__)
        return problem_answer(UNAVAILABLE, request.path)
    reference = secrets.token_hex(8)
    _log.error("call failed, reference %s", reference, exc_info=failure)
    return problem_answer(BROKEN, f"urn:pledge:{reference}", reference=reference)
