"""Calls that decide: asked once, answered the same however often they are repeated (pharmacy-api, Idempotency)."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

from pledge.actions.answers import Answer, AnswerMemory, Replayed, Request, kept_since, note_unknown
from pledge.api.problems import KEY_MISSING, NOT_ELIGIBLE, NOT_FOUND, PROBLEM_TYPE, Malformed, problem_body, reasons_of
from pledge.api.shapes import authorization_body
from pledge.callers import Named
from pledge.rules.refusals import Refused
from pledge.trail import by_pharmacy

_KEY = re.compile(r"[ -~]{1,255}")


class Call(NamedTuple):
    """A call that decides: its name in the contract and in the access trail, and how its success is answered.

    ``body`` takes what the action gave and the registrant's number.
    """

    name: str
    what: str
    status: int
    body: Callable[[Any, str], str] = authorization_body


def idempotency_key(request: HttpRequest) -> str:
    """Give the key under which the answer will be kept.

    :raises Malformed: where the request brings none, or none that can be used.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not _KEY.fullmatch(key) or key.isspace():
        raise Malformed(kind=KEY_MISSING)
    return key


def decided(
    request: HttpRequest,
    call: Call,
    named: Named,
    said: dict[str, Any],
    act: Callable[..., Any],
    *,
    rma_number: str = "",
    at: datetime,
) -> HttpResponse:
    """Let an action decide and answer what it did, or what was answered before.

    :param said: the body as it was read; ``pharmacist`` acts, the rest went into ``act``.
    :param act: takes ``registrant``, ``pharmacy``, ``by``, ``at`` and ``memory``.
    """
    caller, registrant = named
    pharmacy = caller.pharmacy
    by = by_pharmacy(pharmacy, said["pharmacist"])

    def decide(memory: AnswerMemory) -> None:
        if registrant is None:
            _note_unknown(what=call.what, pharmacist=said["pharmacist"], by=by, at=at, memory=memory)
        else:
            act(registrant=registrant, pharmacy=pharmacy, by=by, at=at, memory=memory)

    number = registrant.number if registrant else ""
    return answered_once(
        request, call, caller.pharmacy_id, said, decide, registrant_number=number, rma_number=rma_number, at=at
    )


def answered_once(
    request: HttpRequest,
    call: Call,
    pharmacy_id: int,
    said: dict[str, Any],
    decide: Callable[..., None],
    *,
    registrant_number: str = "",
    rma_number: str = "",
    at: datetime,
) -> HttpResponse:
    """Answer a call that decides as it comes out, or word for word as it was answered before.

    :param decide: takes ``memory``: claims it, decides, and keeps the outcome in it, all in one transaction.
    """
    memory = _memory(
        request, call, pharmacy_id, said, registrant_number=registrant_number, rma_number=rma_number, at=at
    )
    try:
        decide(memory=memory)
    except Replayed as replayed:
        return _sent(replayed.answer, replayed=True)
    except Refused:
        pass  # the refusal has been recorded and its answer kept
    return _sent(memory.given, replayed=memory.replayed)


def answered_before(
    request: HttpRequest, call: Call, pharmacy_id: int, said: dict[str, Any], *, at: datetime
) -> HttpResponse | None:
    """Give what a call that decides was answered before, word for word; None where it was not."""
    standing = _memory(request, call, pharmacy_id, said, at=at).standing()
    return _sent(standing, replayed=True) if standing else None


_note_unknown: Callable[..., None] = note_unknown  # the frame takes ``memory`` beside an action's own arguments


def _memory(
    request: HttpRequest,
    call: Call,
    pharmacy_id: int,
    said: dict[str, Any],
    *,
    registrant_number: str = "",
    rma_number: str = "",
    at: datetime,
) -> AnswerMemory:
    return AnswerMemory(
        Request(pharmacy_id, call.name, idempotency_key(request), _digest(said, rma_number)),
        lambda outcome: _answer_to(outcome, call, registrant_number, request.path),
        since=kept_since(at),
        at=at,
    )


def _digest(said: dict[str, Any], rma_number: str) -> str:
    return hashlib.sha256(json.dumps([rma_number, said], sort_keys=True, default=str).encode()).hexdigest()


def _answer_to(outcome: Any, call: Call, registrant_number: str, instance: str) -> Answer:
    if outcome is None:
        return Answer(NOT_FOUND.status, problem_body(NOT_FOUND, instance))
    if isinstance(outcome, Refused):
        body = problem_body(NOT_ELIGIBLE, instance, reasons=reasons_of(outcome.refusals))
        return Answer(NOT_ELIGIBLE.status, body)
    return Answer(call.status, call.body(outcome, registrant_number))


def _sent(answer: Answer, *, replayed: bool) -> HttpResponse:
    media_type = "application/json" if answer.status < NOT_FOUND.status else PROBLEM_TYPE
    response = HttpResponse(answer.body, status=answer.status, content_type=media_type)
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return response
