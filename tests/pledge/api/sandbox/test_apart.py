"""A test key reaches nothing that is live, and a live key nothing that is made up."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.sweep import run_sweep
from pledge.actions import keys, participants
from pledge.actions.sandbox import forget_sandbox
from pledge.api.calls import CALLS
from pledge.api.sandbox import catalogue
from pledge.models import AccessEntry, PharmacyKey, SandboxAuthorization, WrongGuess
from tests import lives
from tests.pledge.api.conftest import Software, asking
from tests.pledge.api.contract import problem_of
from tests.pledge.api.sandbox.conftest import a_test_key, who
from tests.pledge.happened import events, rows

pytestmark = pytest.mark.django_db
ELIGIBLE, REVOKED = who("0000000101"), who("0000000301")
MAY_BE_NAMED = {
    "pledge_pharmacykey",
    "pledge_pharmacy",
    "pledge_callrate",
    "pledge_idempotencyrecord",
    "pledge_sandboxauthorization",
}
MAY_CHANGE = {"pledge.CallRate", "pledge.IdempotencyRecord", "pledge.SandboxAuthorization"}
TABLE = re.compile(r"\b(?:pledge|consents|notifications|auth)_[a-z]+\b")


def every_call(tried: Software) -> None:
    """Make every call there is: answered with yes, refused, malformed, and about what is not there."""
    for person in catalogue():
        tried.check(person)
        tried.authorize(person)
        tried.report(person)
    tried.check_all([asking(ELIGIBLE), asking(ELIGIBLE, date_of_birth="1990-01-01")])
    tried.check(ELIGIBLE, date_of_birth="1990-01-01")
    tried.authorize(ELIGIBLE, registrant_number="0000000999")
    tried.authorize(ELIGIBLE, days_supply=0)
    for one in json.loads(tried.listed().content)["items"]:
        tried.show(one["rma_number"])
        tried.dispense(one["rma_number"])
        tried.reverse(one["rma_number"])
    tried.show("1")
    tried.dispense("1")
    tried.get("/pharmacy")
    tried.get("/events")


class TestATestKey:
    def test_touches_no_live_row(self, tried: Software, program: lives.Program, now: datetime):
        lives.authorized(program, now)
        before = rows()
        with events() as told, CaptureQueriesContext(connection) as asked:
            every_call(tried)
        named = {table for query in asked.captured_queries for table in TABLE.findall(query["sql"])}
        assert named == MAY_BE_NAMED
        changed = {label for label, kept in rows().items() if kept != before[label]}
        assert changed == MAY_CHANGE
        assert told == []

    def test_finds_nothing_that_is_live(self, tried: Software, program: lives.Program, now: datetime):
        life = lives.authorized(program, now)
        for answer in (tried.check(life), tried.authorize(life), tried.report(life), tried.show(life.rma_number),
                       tried.dispense(life.rma_number), tried.reverse(life.rma_number)):  # fmt: skip
            assert problem_of(answer) == "not-found"
        assert life.authorization is not None
        life.authorization.refresh_from_db()
        assert life.authorization.status == "issued"
        assert not AccessEntry.objects.exists()

    def test_guesses_as_often_as_it_likes(self, tried: Software, settings):
        settings.GUESSES_SLOWED = settings.GUESSES_ALERTED = settings.GUESSES_SUSPENDED = 1
        for number in ("0000000998", "0000000999"):
            assert problem_of(tried.check(ELIGIBLE, registrant_number=number)) == "not-found"
        assert not WrongGuess.objects.exists()

    def test_is_counted_apart_and_bounded_alike(
        self, tried: Software, software: Software, settings, program, now, clock
    ):
        settings.API_CALLS_A_MINUTE = 1
        clock(now)
        assert tried.check(ELIGIBLE).status_code == 200
        assert problem_of(tried.check(ELIGIBLE)) == "too-many-requests"
        assert software.get("/pharmacy").status_code == 200

    def test_answers_every_call_that_a_live_one_does(self, tried: Software):
        for call in CALLS:
            path = re.sub(r"<\w+:\w+>", "1", call.path)
            answer = tried.send(call.method.upper(), f"/{path}", b"" if call.method == "get" else b"{}")
            assert answer.status_code in {200, 400, 404}, call.operation

    def test_of_another_pharmacy_finds_nothing_of_this_one(self, tried: Software, tried_elsewhere: Software):
        rma_number = json.loads(tried.authorize(ELIGIBLE).content)["rma_number"]
        assert tried_elsewhere.show(rma_number).status_code == tried_elsewhere.dispense(rma_number).status_code == 404
        assert tried_elsewhere.authorize(ELIGIBLE).status_code == 201


class TestALiveKey:
    def test_finds_no_made_up_registrant(self, software: Software, tried: Software):
        rma_number = json.loads(tried.authorize(ELIGIBLE).content)["rma_number"]
        for answer in (software.check(ELIGIBLE), software.authorize(ELIGIBLE), software.show(rma_number),
                       software.dispense(rma_number)):  # fmt: skip
            assert problem_of(answer) == "not-found"


class TestAnEnd:
    """A key that was ended is dead on the next request, live or test."""

    @pytest.mark.parametrize("sandbox", [False, True], ids=["live", "test"])
    def test_of_a_key_comes_at_once(self, program: lives.Program, now: datetime, sandbox: bool):
        given = {"by": program.administrator, "at": now}
        issued = keys.issue_key(pharmacy=program.pharmacy, sandbox=sandbox, **given)
        old = Software(issued.secret)
        assert old.get("/pharmacy").status_code == 200
        new = Software(keys.rotate_key(key=issued.row, **given).secret)
        assert old.get("/pharmacy").status_code == new.get("/pharmacy").status_code == 200
        keys.revoke_key(key=issued.row, **given)
        assert problem_of(old.get("/pharmacy")) == "unauthenticated"
        newest = keys.rotate_key(key=PharmacyKey.objects.get(replaces=issued.row), overlap_days=0, **given)
        assert problem_of(new.get("/pharmacy")) == "unauthenticated"
        assert Software(newest.secret).get("/pharmacy").status_code == 200

    def test_of_a_pharmacys_standing_reaches_the_sandbox(self, tried: Software, program: lives.Program, now: datetime):
        participants.suspend(party=program.pharmacy, by=program.administrator, at=now)
        assert problem_of(tried.check(ELIGIBLE)) == "pharmacy-suspended"


class TestWhatIsKept:
    def test_is_forgotten_by_the_night_after_a_month(self, tried: Software, program, now: datetime, clock):
        clock(now)
        tried.authorize(ELIGIBLE)
        later = now + timedelta(days=30)
        assert forget_sandbox(later) == 0
        later += timedelta(seconds=1)
        assert forget_sandbox(later, dry_run=True) == 1
        assert run_sweep(at=later).counts["sandbox forgotten"] == 1
        assert not SandboxAuthorization.objects.exists()
        clock(later)
        assert Software(a_test_key(program.pharmacy, later)).listed().status_code == 200
