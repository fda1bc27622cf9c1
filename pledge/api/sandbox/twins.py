"""How a call finds its twin, and how a made-up registrant who stands for a problem is answered."""

import secrets
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from pledge.api.door import SANDBOX, View
from pledge.api.problems import (
    BROKEN,
    IN_PROGRESS,
    PHARMACY_SUSPENDED,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Kind,
    Problem,
    problem_answer,
)
from pledge.callers import Presented
from pledge.sandbox.people import MadeUp, person_named

_KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (PHARMACY_SUSPENDED, TOO_MANY_REQUESTS, IN_PROGRESS, BROKEN, UNAVAILABLE)
}


class Feigned(Problem):
    """A problem that a made-up registrant stands for: nothing is wrong, and nobody is told."""


def twin(view: View) -> View:
    """Make a view the twin of the call whose view bears the same name."""

    @wraps(view)
    def answering(request: HttpRequest, key: Presented, at: datetime, **named: Any) -> HttpResponse:
        try:
            return view(request, key, at, **named)
        except Feigned as feigned:
            return _as_if(feigned.kind, request, key)

    SANDBOX[view.__name__] = answering
    return answering


def find_person(number: str, born_on: date, *, decides: bool) -> MadeUp | None:
    """Give the made-up registrant whom a call names, or None.

    :param decides: whether the call takes an Idempotency-Key.
    :raises Feigned: where they stand for a problem that the call can have.
    """
    person = person_named(number, born_on)
    if person is not None and person.at == "call":
        kind = _KINDS[person.code]
        if decides or kind is not IN_PROGRESS:
            raise Feigned(kind)
    return person


def _as_if(kind: Kind, request: HttpRequest, key: Presented) -> HttpResponse:
    if kind is BROKEN:
        reference = secrets.token_hex(8)
        return problem_answer(kind, f"urn:pledge:{reference}", reference=reference)
    if kind is TOO_MANY_REQUESTS and key.allowance is not None:
        key.allowance = key.allowance._replace(left=0)
        return problem_answer(kind, request.path, {"Retry-After": str(key.allowance.seconds)})
    return problem_answer(kind, request.path)
