"""While a pharmacy pauses it is told nothing of whom it names, and everything of what is its own."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

from notifications.models import Notice, PharmacyMessage
from notifications.sweep import run_sweep
from pledge.actions.guesses import WATCH, suspend_guesser, weigh_naming
from pledge.api.problems import PAUSED_DETAIL
from pledge.callers import wrong_registrant
from pledge.models import AccessEntry, CallRate, EventType, Pharmacy, ProgramEvent, WrongGuess
from pledge.rates import TooManyCalls, count_calls
from tests import lives
from tests.attacks.test_enumeration import differences, seen
from tests.notifications.conftest import commit
from tests.pledge.api.conftest import Software, asking

BY_NAME = ["/eligibility-checks", "/authorizations", "/dispenses-without-authorization", "/eligibility-checks/batch"]


@pytest.fixture
def life(program: lives.Program, now: datetime) -> lives.Life:
    return lives.ready(program, now)


@pytest.fixture
def clock(now: datetime) -> Any:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def strangers(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"registrant_number": f"77{number:08}", "date_of_birth": "1990-01-01", "days_supply": 30, "pharmacist": "r"}
        for number in range(first, first + count)
    ]


def pause(pharmacy: Pharmacy, now: datetime) -> None:
    CallRate.objects.update_or_create(
        pharmacy=pharmacy,
        sandbox=False,
        defaults={"minute": 0, "calls": 0, "slowed_until": now + timedelta(hours=1)},
    )


def statuses(answer: HttpResponse) -> list[int]:
    return [result.get("status", 200) for result in json.loads(answer.content)["results"]]


class TestABatch:
    def test_is_told_as_many_wrong_ones_as_single_calls_are(
        self, software: Software, clock: Any, life: lives.Life, settings: Any
    ) -> None:
        answer = software.check_all([*strangers(settings.GUESSES_SLOWED), asking(life)])
        assert statuses(answer) == [404] * settings.GUESSES_SLOWED + [200]
        refused = software.check(life)
        assert (refused.status_code, refused.json()["detail"]) == (429, PAUSED_DETAIL)

    def test_of_more_is_told_nothing_right_or_wrong_however_often_it_is_sent(
        self, software: Software, clock: Any, life: lives.Life, settings: Any
    ) -> None:
        wrong = settings.GUESSES_SUSPENDED - 1
        for _ in range(3):
            answer = software.check_all([*strangers(wrong), asking(life)])
            assert answer.status_code == 429
            assert answer["Retry-After"] == str(settings.GUESS_PAUSE_SECONDS_MOST)
            clock.shift(timedelta(seconds=settings.GUESS_PAUSE_SECONDS_MOST))
        assert WrongGuess.objects.count() == wrong
        assert ProgramEvent.objects.filter(type=EventType.GUESSING_SUSPECTED).count() == 1
        assert software.check(life).status_code == 200
        assert statuses(software.check_all([*strangers(1), asking(life)])) == [404, 200]

    def test_is_refused_as_long_whether_the_right_one_is_in_it(
        self, software: Software, other_software: Software, clock: Any, life: lives.Life, settings: Any
    ) -> None:
        wrong = strangers(settings.GUESSES_SLOWED + 2)
        first = software.check_all(wrong)
        second = other_software.check_all([*wrong[:-1], asking(life)])
        assert first.status_code == second.status_code == 429
        assert dict(first.headers) == dict(second.headers)

    def test_that_is_the_first_suspends_nobody_and_going_on_does(
        self, software: Software, program: lives.Program, clock: Any, life: lives.Life, settings: Any
    ) -> None:
        many = strangers(settings.GUESSES_SUSPENDED + 5)
        for _ in range(2):  # sent again as it was, it is no further guess
            assert software.check_all(many).status_code == 429
            clock.shift(timedelta(hours=1))
        assert software.post("/eligibility-checks", many[0]).status_code == 429
        assert ProgramEvent.objects.filter(type=EventType.GUESSING_SUSPECTED).count() == 1
        assert software.check(life).status_code == 200
        assert Pharmacy.objects.get(pk=program.pharmacy.pk).suspended_at is None
        assert software.post("/eligibility-checks", strangers(1, first=500)[0]).status_code == 403
        assert Pharmacy.objects.get(pk=program.pharmacy.pk).suspended_at is not None


class TestAPause:
    @pytest.mark.parametrize("path", BY_NAME)
    def test_costs_and_tells_the_same_for_a_right_name_and_a_wrong_one(
        self, path: str, software: Software, program: lives.Program, clock: Any, now: datetime, life: lives.Life
    ) -> None:
        pause(program.pharmacy, now)
        unenrolled = lives.registered(program, now)

        def send(about: lives.Life, **changes: Any) -> Any:
            body = asking(about, **changes)
            if path.startswith("/dispenses"):
                body["dispensed_on"] = now.date().isoformat()
            return seen(lambda: software.post(path, {"checks": [body]} if path.endswith("batch") else body))

        hit, *others = [send(life), send(unenrolled), send(life, date_of_birth="1970-01-01")]
        assert (hit[0], len(hit[3:])) == (429, 2)
        assert [differences(hit, other) for other in others] == [[], []]
        assert not WrongGuess.objects.exists()
        assert not AccessEntry.objects.exists()

    def test_leaves_a_pharmacy_what_is_its_own(
        self, software: Software, other_software: Software, program: lives.Program, now: datetime, clock: Any
    ) -> None:
        held = [lives.authorized(program, now).rma_number for _ in range(2)]
        theirs = json.loads(other_software.authorize(lives.ready(program, now)).content)["rma_number"]
        pause(program.pharmacy, now)
        first, other = [seen(lambda number=number: software.show(number)) for number in (theirs, "100000000001")]
        assert first[0] == 429
        assert differences(first, other) == []
        assert software.dispense(theirs).status_code == 429
        assert not WrongGuess.objects.exists()
        for path in ("/pharmacy", "/authorizations", "/events"):
            assert software.get(path).status_code == 200
        assert software.post("/eligibility-checks", "{").status_code == 400
        assert software.show(held[0]).status_code == 200
        assert software.dispense(held[0]).status_code == 200
        assert software.reverse(held[1]).status_code == 200

    def test_refuses_a_request_that_is_sent_again_until_it_is_over(
        self, software: Software, program: lives.Program, now: datetime, clock: Any, life: lives.Life
    ) -> None:
        assert software.authorize(life, idempotency_key="k").status_code == 201
        pause(program.pharmacy, now)
        assert software.authorize(life, idempotency_key="k").status_code == 429
        clock.shift(timedelta(hours=1))
        assert software.authorize(life, idempotency_key="k")["Idempotent-Replayed"] == "true"

    def test_is_the_counters_too(
        self, program: lives.Program, now: datetime, settings: Any, django_assert_num_queries: Any
    ) -> None:
        missed = [wrong_registrant(f"{number}", now.date()) for number in range(settings.GUESSES_SUSPENDED)]
        with pytest.raises(TooManyCalls):
            weigh_naming(pharmacy=program.pharmacy, missed=missed, at=now)
        assert ProgramEvent.objects.filter(type=EventType.GUESSING_SUSPECTED).count() == 1
        for named in ([], ["another"]):
            with django_assert_num_queries(2), pytest.raises(TooManyCalls):
                weigh_naming(pharmacy=program.pharmacy, missed=named, at=now)
        assert WrongGuess.objects.count() == settings.GUESSES_SUSPENDED


class TestAMinute:
    def test_begins_once_though_two_hosts_clocks_differ(
        self, program: lives.Program, now: datetime, settings: Any
    ) -> None:
        settings.API_CALLS_A_MINUTE = 5
        early = now.replace(second=59, microsecond=900000)
        given = []
        for which in range(40):
            try:
                count_calls(program.pharmacy.pk, early + timedelta(seconds=which % 2))
            except TooManyCalls:
                continue
            given.append(which)
        assert len(given) <= 2 * settings.API_CALLS_A_MINUTE


class TestASuspensionByTheGuard:
    def test_is_told_with_what_it_revoked_at_once_and_once(self, program: lives.Program, now: datetime) -> None:
        lives.authorized(program, now)
        suspend_guesser(pharmacy=program.pharmacy, by=WATCH, at=now)
        commit()
        revoked = ProgramEvent.objects.get(type=EventType.AUTHORIZATION_REVOKED)
        assert revoked.actor_kind == "system"
        assert Notice.objects.get(caused_by=revoked).reader_id == program.pharmacy.pk
        assert PharmacyMessage.objects.get().type == "authorization.revoked"
        run_sweep(at=now + timedelta(hours=12))
        assert Notice.objects.filter(caused_by=revoked).count() == 1
        assert PharmacyMessage.objects.filter(type="authorization.revoked").count() == 1
