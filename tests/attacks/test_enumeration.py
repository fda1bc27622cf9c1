"""Nothing tells "unknown" from "not yours": neither the body nor a header nor what the database is asked.

The times themselves are measured by ``make attack`` (timing.py); no test leans on a clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from itertools import zip_longest
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from pledge.actions import keys
from pledge.models import PharmacyKey
from tests import lives
from tests.pledge.api.conftest import Software, asking

VARYING = {"RateLimit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}  # how many calls are left, of any kind
WRITTEN_OFF = re.compile(r"'(?:[^']|'')*'|\"s\d+_x\d+\"|\s?-?\b\d+\b")


def seen(act: Callable[[], HttpResponse]) -> tuple[Any, ...]:
    """Give all that an answer shows, and the statements behind it without what they were about."""
    with CaptureQueriesContext(connection) as asked:
        answer = act()
    body = {**json.loads(answer.content), "instance": ""}
    headers = {name: value for name, value in answer.items() if name not in VARYING and name != "Content-Length"}
    return answer.status_code, body, headers, *[WRITTEN_OFF.sub("?", one["sql"]) for one in asked]


def differences(first: tuple[Any, ...], other: tuple[Any, ...]) -> list[Any]:
    return [pair for pair in zip_longest(first, other) if pair[0] != pair[1]]


class TestWhoIsNotThere:
    @pytest.mark.parametrize("path", ["/eligibility-checks", "/authorizations", "/dispenses-without-authorization"])
    def test_is_as_unknown_with_a_wrong_birth_date_as_with_a_wrong_number(
        self, path: str, software: Software, program: lives.Program, now: datetime
    ) -> None:
        life = lives.authorized(program, now)
        others = {"dispensed_on": now.date().isoformat()} if path.startswith("/dispenses") else {}
        wrong = (
            {"registrant_number": "1000000001"},
            {"date_of_birth": "1990-01-01"},
            {"date_of_birth": life.born_on.replace(day=life.born_on.day % 28 + 1).isoformat()},
            {"registrant_number": life.rma_number},
            {"registrant_number": "' OR 1=1 --"},
        )
        first, *others_seen = [
            seen(lambda named=named: software.post(path, asking(life, **named, **others))) for named in wrong
        ]
        assert first[0] == 404
        assert [differences(first, other) for other in others_seen] == [[]] * len(others_seen)

    @pytest.mark.parametrize("call", ["show", "dispense", "reverse"])
    def test_is_as_unknown_as_what_another_pharmacy_holds(
        self, call: str, software: Software, other_software: Software, program: lives.Program, now: datetime
    ) -> None:
        theirs = [
            json.loads(other_software.authorize(lives.ready(program, now)).content)["rma_number"] for _ in range(2)
        ]
        other_software.dispense(theirs[1])
        names = ("100000000001", *theirs, "0", "no-number", "%27%20OR%201=1", "9" * 30)
        first, *others = [seen(lambda name=name: getattr(software, call)(name)) for name in names]
        assert first[0] == 404
        assert [differences(first, other) for other in others] == [[]] * len(others)

    def test_is_left_out_of_lists_whatever_is_asked_for(
        self, software: Software, other_software: Software, program: lives.Program, now: datetime
    ) -> None:
        mine = json.loads(software.authorize(lives.ready(program, now), client_reference="a").content)
        other_software.authorize(lives.ready(program, now), client_reference="a")
        for query in ("", "?client_reference=a", "?status=issued"):
            shown = json.loads(software.get(f"/authorizations{query}").content)["items"]
            assert [row["rma_number"] for row in shown] == [mine["rma_number"]]


class TestAKeyOfNoUse:
    def test_is_told_of_alike_whatever_it_lacks(
        self, software: Software, program: lives.Program, now: datetime
    ) -> None:
        life, by = lives.ready(program, now), program.administrator
        revoked = lives.a_key(program.pharmacy, now)
        keys.revoke_key(key=PharmacyKey.objects.latest("id"), by=by, at=now)
        expired = lives.a_key(program.pharmacy, now, expires_at=now)
        useless = (f"pledge_live_{'x' * 43}", revoked, expired, software.key[:-1], software.key + "x", "x")
        first, *others = [seen(lambda key=key: Software(key).check(life)) for key in useless]
        assert (first[0], len(first[3:])) == (401, 1)
        assert [differences(first, other) for other in others] == [[]] * len(others)
