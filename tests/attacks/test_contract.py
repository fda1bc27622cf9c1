"""The whole contract besieged by schemathesis, once for everyone who may stand at the door."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from django.utils import timezone

from pledge.actions import keys, participants
from pledge.models import PharmacyKey
from pledge.sandbox.people import PEOPLE
from tests import lives
from tests.attacks.siege import Siege, besiege
from tests.pledge.api.conftest import Software

FEW, TURNED_AWAY = 5, 2
EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", FEW))  # of each call; make attack makes many


class World(NamedTuple):
    """Two pharmacies and people for them to ask about, in every stage."""

    program: lives.Program
    known: list[dict[str, Any]]
    rma_numbers: list[str]
    now: datetime


@pytest.fixture
def world(transactional_db: None, settings: Any) -> World:
    settings.API_CALLS_A_MINUTE = 10**9
    settings.GUESSES_SLOWED = settings.GUESSES_ALERTED = settings.GUESSES_SUSPENDED = 10**9
    now = timezone.now()
    program = lives.a_program(now)
    people = [lives.ready(program, now) for _ in range(4)]
    people += [lives.ready(program, now, category=lives.CANNOT), lives.enrolled(program, now)]
    authorized = [lives.authorized(program, now) for _ in range(4)]
    known = [{"registrant_number": life.number, "date_of_birth": f"{life.born_on}"} for life in [*people, *authorized]]
    return World(program, known, [life.rma_number for life in authorized], now)


def nobodys(world: World) -> None:
    return None


def the_pharmacys(world: World) -> str:
    return lives.a_key(world.program.pharmacy, world.now)


def another_pharmacys(world: World) -> str:
    return lives.a_key(world.program.other_pharmacy, world.now)


def a_suspended_pharmacys(world: World) -> str:
    key = the_pharmacys(world)
    participants.suspend(party=world.program.pharmacy, by=world.program.administrator, at=world.now)
    return key


def a_revoked_one(world: World) -> str:
    key = the_pharmacys(world)
    keys.revoke_key(key=PharmacyKey.objects.latest("id"), by=world.program.administrator, at=world.now)
    return key


def a_test_key(world: World) -> str:
    by = world.program.administrator
    return keys.issue_key(pharmacy=world.program.pharmacy, sandbox=True, by=by, at=world.now).secret


WITH_A_KEY = {
    "POST /api/v1/authorizations 201",
    "POST /api/v1/eligibility-checks 200",
    "POST /api/v1/eligibility-checks/batch 200",
    "POST /api/v1/dispenses-without-authorization 202",
    "GET /api/v1/authorizations 200",
    "GET /api/v1/pharmacy 200",
}
OF_ITS_OWN = WITH_A_KEY | {
    "POST /api/v1/authorizations/{rma_number}/dispense 200",
    "POST /api/v1/authorizations/{rma_number}/reverse 200",
    "GET /api/v1/authorizations/{rma_number} 200",
}


READ = WITH_A_KEY - {"POST /api/v1/authorizations 201"}  # few examples may miss whom nobody has authorized yet
WHERE_EDGES_ARE_TRIED = (the_pharmacys, a_test_key)  # the others are turned away before a body is judged


def made_up(key: str | None) -> tuple[list[dict[str, Any]], list[str]]:
    """Give the sandbox's people but those who stand for a failure, and authorizations for three of them."""
    known = [
        {"registrant_number": person.number, "date_of_birth": f"{person.born_on}"}
        for person in PEOPLE
        if person.at != "call"
    ]
    asked = [
        Software(key or "").post("/authorizations", {**one, "days_supply": 30, "pharmacist": "r"}) for one in known[:3]
    ]
    return known, [json.loads(answer.content)["rma_number"] for answer in asked]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("whose", "reached"),
    [
        (nobodys, {"POST /api/v1/authorizations 401"}),
        (the_pharmacys, OF_ITS_OWN),
        (another_pharmacys, {*READ, "GET /api/v1/authorizations/{rma_number} 404"}),
        (a_suspended_pharmacys, {"POST /api/v1/authorizations 403"}),
        (a_revoked_one, {"POST /api/v1/authorizations 401"}),
        (a_test_key, {*WITH_A_KEY, "GET /api/v1/authorizations/{rma_number} 200"}),
    ],
)
def test_the_contract_holds_under_siege_with(
    whose: Callable[[World], str | None], reached: set[str], world: World
) -> None:
    key, known, rma_numbers = whose(world), world.known, world.rma_numbers
    if whose is a_test_key:
        known, rma_numbers = made_up(key)
    edges = EXAMPLES > FEW or whose in WHERE_EDGES_ARE_TRIED
    examples = EXAMPLES if edges else TURNED_AWAY if whose is not another_pharmacys else FEW
    siege: Siege = besiege(key, known, rma_numbers, examples=examples, edges=edges)
    print(f"\n{whose.__name__}: {siege.cases} cases, {dict(siege.phases)}, {len(siege.failures)} failures")
    assert siege.failures == [], "\n".join(siege.failures)
    assert {answer for answer in reached if not siege.answers[answer]} == set()
