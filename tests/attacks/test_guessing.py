"""A pharmacy that guesses registrants is slowed down, told of and suspended; one that mistypes is not."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

from notifications.models import Notice
from notifications.sweep import run_sweep
from pledge.actions import participants
from pledge.actions.guesses import WATCH, suspend_guesser, weigh_naming
from pledge.admin.oversight.tasks import tasks_at
from pledge.api.door import _refusals
from pledge.callers import wrong_registrant
from pledge.models import Authorization, CallRate, EventType, Pharmacy, ProgramEvent, WrongGuess
from pledge.rates import GuessedTooOften, TooManyCalls
from tests import lives
from tests.notifications.conftest import commit
from tests.pledge.api.conftest import Software
from tests.pledge.api.contract import problem_of

SLOWED, ALERTED, SUSPENDED = 3, 5, 8


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.GUESSES_SLOWED, settings.GUESSES_ALERTED, settings.GUESSES_SUSPENDED = SLOWED, ALERTED, SUSPENDED


@pytest.fixture
def clock(now: datetime) -> Any:
    """Let the time stand still but where a test moves it on."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def life(program: lives.Program, now: datetime) -> lives.Life:
    return lives.ready(program, now)


def wrong(software: Software, number: int) -> HttpResponse:
    return software.post("/eligibility-checks", someone(number))


def someone(number: int) -> dict[str, Any]:
    return {"registrant_number": f"77{number:08}", "date_of_birth": "1990-01-01", "days_supply": 30, "pharmacist": "r"}


def guess(software: Software, clock: Any, times: int, first: int = 0) -> list[int]:
    """Guess as often, and wait each pause out."""
    given = []
    for number in range(first, first + times):
        given.append(wrong(software, number).status_code)
        clock.shift(timedelta(seconds=settings_pause()))
    return given


def settings_pause() -> int:
    from django.conf import settings

    return int(settings.GUESS_PAUSE_SECONDS_MOST)


def titles(at: datetime) -> list[str]:
    return [kind.title for kind in tasks_at(at)]


class TestAPharmacyThatMistypes:
    def test_may_do_so_again_and_again(self, software: Software, clock: Any, life: lives.Life) -> None:
        for _ in range(SUSPENDED + 1):
            assert wrong(software, 1).status_code == 404
        assert WrongGuess.objects.count() == 1
        assert software.check(life).status_code == 200

    def test_has_started_anew_a_day_later(self, software: Software, clock: Any) -> None:
        for day in range(3):
            assert guess(software, clock, SLOWED) == [404] * SLOWED, day
            clock.shift(timedelta(days=1))
        assert not ProgramEvent.objects.filter(type=EventType.GUESSING_SUSPECTED).exists()

    def test_leaves_nothing_but_a_keyed_digest(self, software: Software) -> None:
        wrong(software, 1)
        kept = WrongGuess.objects.get()
        assert len(kept.digest) == 64
        assert "7700000001" not in json.dumps(WrongGuess.objects.values("digest")[0])


class TestAPharmacyThatGuesses:
    def test_is_slowed_down_alone_longer_each_time(
        self, software: Software, other_software: Software, clock: Any, life: lives.Life
    ) -> None:
        for number in range(SLOWED):
            assert wrong(software, number).status_code == 404
        for further in range(2):
            pause = 2 * 2**further
            refused = software.check(life)
            assert refused.status_code == 429
            assert refused["Retry-After"] == str(pause)
            assert other_software.check(life).status_code == 200
            clock.shift(timedelta(seconds=pause))
            assert software.check(life).status_code == 200
            assert wrong(software, SLOWED + further).status_code == 404

    def test_is_told_of_once_and_then_suspended(
        self, software: Software, program: lives.Program, clock: Any, life: lives.Life, now: datetime
    ) -> None:
        authorized = software.authorize(life)
        assert authorized.status_code == 201
        assert guess(software, clock, SUSPENDED - 1) == [404] * (SUSPENDED - 1)
        suspected = ProgramEvent.objects.get(type=EventType.GUESSING_SUSPECTED)
        assert (suspected.actor_kind, suspected.subject_id) == ("system", program.pharmacy.pk)
        commit()
        assert [(row.reader, row.kind) for row in Notice.objects.filter(caused_by=suspected)] == [
            ("program", "guessing")
        ]
        assert "Pharmacies that guess" in titles(now)
        last = wrong(software, SUSPENDED)
        assert (last.status_code, problem_of(last)) == (403, "pharmacy-suspended")
        assert software.check(life).status_code == 403
        event = ProgramEvent.objects.get(type=EventType.PARTY_SUSPENDED)
        assert (event.actor_kind, event.actor_name) == ("system", WATCH.name)
        assert "named wrongly" in event.changes["reason"]["reason"][1]
        commit()
        told = Notice.objects.filter(caused_by=event).order_by("reader")
        assert [(row.reader, row.kind, row.reader_id) for row in told] == [
            ("pharmacy", "guessing", program.pharmacy.pk), ("program", "guessing", 0),
        ]  # fmt: skip
        assert Authorization.objects.get().status == "revoked"
        assert "Pharmacies that guess" in titles(now + timedelta(days=3))

    def test_goes_on_when_it_is_reinstated_and_is_counted_anew(
        self, software: Software, program: lives.Program, clock: Any, life: lives.Life, now: datetime
    ) -> None:
        guess(software, clock, SUSPENDED)
        assert software.check(life).status_code == 403
        later = now + timedelta(hours=5)
        clock.move_to(later)
        participants.reinstate(party=program.pharmacy, by=program.administrator, at=later)
        assert software.check(life).status_code == 200
        assert not WrongGuess.objects.exists()
        assert "Pharmacies that guess" not in titles(later)
        assert guess(software, clock, ALERTED, first=100) == [404] * ALERTED
        assert ProgramEvent.objects.filter(type=EventType.GUESSING_SUSPECTED).count() == 2

    def test_goes_on_too_when_it_is_certified_anew(
        self, software: Software, program: lives.Program, clock: Any, life: lives.Life, now: datetime
    ) -> None:
        guess(software, clock, SUSPENDED)
        through = (now + timedelta(days=300)).date()
        participants.certify(party=program.pharmacy, certified_through=through, by=program.administrator, at=now)
        assert CallRate.objects.get().slowed_until is None
        assert software.check(life).status_code == 200

    def test_does_so_by_whatever_call(
        self, software: Software, other_software: Software, clock: Any, life: lives.Life
    ) -> None:
        number = json.loads(other_software.authorize(life).content)["rma_number"]
        assert software.check(life, date_of_birth="1990-01-01").status_code == 404
        assert software.authorize(life, date_of_birth="1990-01-02").status_code == 404
        assert software.show(number).status_code == 404
        clock.shift(timedelta(hours=1))
        assert software.dispense("100000000001").status_code == 404
        clock.shift(timedelta(hours=1))
        assert software.reverse("100000000002").status_code == 404
        assert WrongGuess.objects.count() == 5
        assert ProgramEvent.objects.filter(type=EventType.GUESSING_SUSPECTED).count() == 1

    def test_does_so_by_each_miss_of_a_batch(self, software: Software, clock: Any) -> None:
        checks = [someone(number) for number in range(SUSPENDED - 1)]
        assert software.check_all(checks).status_code == 429
        assert WrongGuess.objects.count() == SUSPENDED - 1
        clock.shift(timedelta(hours=1))
        more = [someone(number) for number in range(SUSPENDED)]
        assert software.check_all(more).status_code == 403

    def test_is_suspended_once_however_many_find_it_out_at_once(self, program: lives.Program, now: datetime) -> None:
        for _ in range(2):
            assert suspend_guesser(pharmacy=program.pharmacy, by=WATCH, at=now).suspended_at == now
        assert ProgramEvent.objects.filter(type=EventType.PARTY_SUSPENDED).count() == 1


class TestTheCounter:
    def test_is_weighed_like_any_call(self, program: lives.Program, now: datetime) -> None:
        pharmacy = program.pharmacy
        missed = [[wrong_registrant(f"{number}", now.date())] for number in range(SUSPENDED)]
        for number in range(SUSPENDED - 1):
            at = now + timedelta(hours=number)
            assert weigh_naming(pharmacy=pharmacy, missed=missed[number], at=at).guesses == number + 1
        with pytest.raises(TooManyCalls):
            weigh_naming(pharmacy=pharmacy, missed=[], at=at)
        assert ProgramEvent.objects.filter(type=EventType.GUESSING_SUSPECTED).count() == 1
        with pytest.raises(GuessedTooOften):
            weigh_naming(pharmacy=pharmacy, missed=missed[-1], at=now + timedelta(hours=SUSPENDED))
        assert Pharmacy.objects.get(pk=pharmacy.pk).suspended_at is not None


class TestTheNight:
    def test_forgets_what_counts_no_longer(self, software: Software, program: lives.Program, now: datetime) -> None:
        wrong(software, 1)
        assert run_sweep(at=now + timedelta(hours=23), dry_run=True).failures == []
        assert WrongGuess.objects.count() == 1
        run_sweep(at=now + timedelta(hours=25))
        assert WrongGuess.objects.count() == 0


class TestAFlood:
    def test_is_refused_without_asking_the_database(
        self,
        software: Software,
        clock: Any,
        life: lives.Life,
        now: datetime,
        settings: Any,
        django_assert_num_queries: Any,
    ) -> None:
        settings.API_CALLS_A_MINUTE = 2
        clock.move_to(now.replace(second=5))
        assert [software.check(life).status_code for _ in range(3)] == [200, 200, 429]
        with django_assert_num_queries(0):
            refused = software.post("/eligibility-checks", "{")
        assert refused.status_code == 429
        assert refused["RateLimit"].startswith('"calls";r=0;t=')
        assert 0 < int(refused["Retry-After"]) <= 60
        clock.shift(timedelta(seconds=61))
        assert software.check(life).status_code == 200

    def test_of_malformed_calls_counts_as_well(self, software: Software, settings: Any) -> None:
        settings.API_CALLS_A_MINUTE = 2
        given = [software.post("/eligibility-checks", "{") for _ in range(3)]
        assert [one.status_code for one in given] == [400, 400, 429]
        assert [one["RateLimit"].partition(";t=")[0] for one in given] == ['"calls";r=1', '"calls";r=0', '"calls";r=0']

    def test_costs_one_statement_where_nobody_is_known(self, db: None, django_assert_num_queries: Any) -> None:
        stranger = Software("pledge_live_" + "x" * 43)
        with django_assert_num_queries(1):
            assert wrong(stranger, 1).status_code == 401

    def test_is_remembered_for_few_keys_and_a_short_time(self, now: datetime) -> None:
        from pledge.rates import REMEMBERED_SECONDS, Allowance, Refusals

        refusals = Refusals()
        for number in range(1001):
            refusals.remember(str(number), Allowance(1, 0, 60), now)
        refusals.check("1", now)
        with pytest.raises(TooManyCalls):
            refusals.check("1000", now + timedelta(seconds=REMEMBERED_SECONDS - 1))
        refusals.check("1000", now + timedelta(seconds=REMEMBERED_SECONDS))
        refusals.check("1000", now)
        assert _refusals is not refusals
