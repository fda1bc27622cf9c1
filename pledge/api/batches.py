"""Many checks in one call: each is read by itself, and one that cannot be read is answered in its place."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest

from pledge.api.bodies import read_body, read_members
from pledge.api.contract import CHECK, CHECKS
from pledge.api.problems import NOT_FOUND, Malformed, malformed_members, problem_members
from pledge.api.shapes import eligibility_members
from pledge.callers import Presented
from pledge.eligibility import Check
from pledge.rules.dispensing import Decision


class Batch(NamedTuple):
    """The checks of a call that can be read, in order, and by its place what is wrong with each of the others."""

    checks: list[Check]
    malformed: dict[int, Malformed]


def read_checks(request: HttpRequest, key: Presented) -> Batch:
    """Read a body of several checks, and let the key count for as many calls.

    :raises Malformed, Problem: as :func:`read_body` does, where it is no list of them at all.
    """
    sent: list[Any] = read_body(request, CHECKS)["checks"]
    key.calls = len(sent)
    batch = Batch([], {})
    for place, members in enumerate(sent):
        try:
            asked = read_members(members, CHECK, f"/checks/{place}")
        except Malformed as wrong:
            batch.malformed[place] = wrong
        else:
            batch.checks.append(Check(*(asked[name] for name in CHECK)))
    return batch


def batch_body(batch: Batch, decisions: Iterable[Decision | None], instance: str, at: datetime) -> str:
    """Give one result for each check that was sent, in the same order.

    :param decisions: one for each check that could be read; None where no one was found.
    :param instance: the call's address; a problem adds its place to it.
    """
    answers, results = iter(decisions), []
    for place in range(len(batch.checks) + len(batch.malformed)):
        here = f"{instance}#/checks/{place}"
        if place in batch.malformed:
            results.append(malformed_members(batch.malformed[place], here))
            continue
        decision = next(answers)
        results.append(eligibility_members(decision, at) if decision else problem_members(NOT_FOUND, here))
    return json.dumps({"results": results})
