"""Many checks in one call: each is answered as if it were asked alone."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledge.actions import holds, participants, records, registrants
from pledge.models import AccessEntry, Authorization, CallRate, ProgramEvent, WrongGuess
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import TestResult
from tests import lives
from tests.pledge.api.conftest import asking
from tests.pledge.api.contract import problem_of

BATCH = "/eligibility-checks/batch"
ALONE = "/eligibility-checks"
LINE = ("what", "actor_kind", "actor_id", "pharmacy", "registrant", "outcome")


@pytest.fixture
def everyone(program, now):
    """Registrants of every kind that a check tells apart, and those it must not."""
    other = lives.a_program(now)
    held = lives.on_treatment(program, now, today=True)
    holds.report_pregnancy(registrant=held.registrant, by=program.clinic, at=now)
    positive = lives.on_treatment(program, now, today=True)
    lives.a_test(positive, now, result=TestResult.POSITIVE)
    ended = lives.on_treatment(program, now)
    registrants.end_treatment(registrant=ended.registrant, last_dose_on=program_day(now), by=program.clinic, at=now)
    orphan = lives.ready(other, now)
    participants.suspend(party=other.prescriber, by=other.administrator, at=now)
    kept, gone = lives.ready(program, now), lives.enrolled(program, now)
    records.merge(registrant=kept.registrant, duplicate=gone.registrant, by=program.administrator, at=now)
    half_signed = lives.registered(program, now)
    lives.signed(half_signed, now)
    return [
        lives.registered(program, now),
        half_signed,
        lives.enrolled(program, now),
        lives.enrolled(program, now, days_ago=3),
        lives.ready(program, now),
        lives.ready(program, now, category=lives.CANNOT),
        lives.authorized(program, now),
        lives.on_treatment(program, now),
        lives.on_treatment(program, now, months_done=2, today=True),
        lives.on_treatment(program, now, category=lives.CANNOT),
        held,
        positive,
        ended,
        orphan,
        kept,
        gone,
    ]


def without_place(result):
    """Give a result without the address of the call that it answers."""
    return {name: value for name, value in result.items() if name != "instance"}


def written(ask):
    """Give what was answered, and the lines that it left in the access trail, in order."""
    last = AccessEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answered = ask()
    return answered, list(AccessEntry.objects.filter(pk__gt=last).order_by("pk").values_list(*LINE))


class TestABatch:
    def test_says_of_each_what_a_check_says_of_it_alone(self, software, everyone, now, clock):
        checks = [asking(life, days_supply=days) for life in everyone for days in (1, 30, 31)]
        checks += [asking(everyone[4], date_of_birth="1970-01-01"), asking(everyone[4], registrant_number="1")]
        checks += [checks[12], asking(everyone[4], pharmacist="rph-99"), {}, asking(everyone[4], days_supply=0)]
        for days_later in (0, 8, 400):  # while windows are open; once they are closed; once certifications have ended
            clock(lives.days_before(now, -days_later))
            alone, lines = written(lambda: [software.post(ALONE, check) for check in checks])
            answer, lines_together = written(lambda: software.check_all(checks))
            assert answer.status_code == 200
            together = answer.json()["results"]
            wrong = {place for place, single in enumerate(alone) if single.status_code != 200}
            for place, (single, result) in enumerate(zip(alone, together, strict=True)):
                if place in wrong:
                    assert result["status"] == single.status_code
                    assert result["instance"] == f"/api/v1{BATCH}#/checks/{place}"
                if single.status_code != 400:
                    assert without_place(result) == without_place(single.json()), place
            assert lines_together == lines
            assert len(lines) == len(checks) - 2  # what could not be read was not asked
            assert len({line[-1] for line in lines}) > 3

    def test_points_into_the_body_where_a_check_is_malformed(self, software, program, now):
        good = asking(lives.ready(program, now))
        checks = json.dumps([good, {"days_supply": 0, "a/b": 1}, 7, []]).replace(" 0,", ' 0, "days_supply": 0,')
        results = software.post(BATCH, f'{{"checks": {checks}}}').json()["results"]
        assert results[0]["eligible"] is True
        assert [problem["type"].rpartition("/")[2] for problem in results[1:]] == ["malformed"] * 3
        assert {error["pointer"]: error["detail"] for error in results[1]["errors"]} == {
            "/checks/1/registrant_number": "is missing",
            "/checks/1/date_of_birth": "is missing",
            "/checks/1/days_supply": "must be a whole number from 1 to 999",
            "/checks/1/pharmacist": "is missing",
            "/checks/1/a~1b": "is not a field of this call",
        }
        assert results[2]["errors"] == [{"pointer": "/checks/2", "detail": "must be a JSON object"}]
        assert results[3]["errors"] == [{"pointer": "/checks/3", "detail": "must be a JSON object"}]

    @pytest.mark.parametrize("checks", [None, [], {}, "x", [{}] * 101], ids=["null", "none", "object", "text", "101"])
    def test_holds_one_to_a_hundred_checks(self, software, checks):
        answer = software.check_all(checks)
        assert (answer.status_code, problem_of(answer)) == (400, "malformed")
        assert answer.json()["errors"] == [{"pointer": "/checks", "detail": "must be a list of 1 to 100"}]

    def test_of_a_hundred_is_taken_within_the_limit_of_a_body(self, software, program, now):
        checks = [asking(lives.ready(program, now), pharmacist="p" * 64)] * 100
        assert [result["eligible"] for result in software.check_all(checks).json()["results"]] == [True] * 100
        assert software.check_all([{**check, "x": "x" * 600} for check in checks]).status_code == 413

    def test_changes_nothing_but_the_access_trail(self, software, program, now):
        checks = [asking(lives.ready(program, now)) for _ in range(2)]
        before = ProgramEvent.objects.count(), Authorization.objects.count()
        software.check_all(checks)
        assert (ProgramEvent.objects.count(), Authorization.objects.count()) == before


class TestWhatABatchCosts:
    def test_is_the_same_few_statements_however_many_are_asked(self, software, program, now):
        lived = [state(program, now) for state in (lives.ready, lives.enrolled, lives.on_treatment) for _ in range(3)]
        costs = []
        for some in (lived[:1], lived):
            with CaptureQueriesContext(connection) as asked:
                assert software.check_all([asking(life) for life in some]).status_code == 200
            costs.append(len(asked))
        assert costs == [3, 3]

    def test_is_one_statement_more_for_the_signatures_of_all(self, software, program, now):
        lived = [lives.registered(program, now) for _ in range(3)]
        with CaptureQueriesContext(connection) as asked:
            software.check_all([asking(life) for life in lived])
        assert len(asked) == 4

    def test_is_as_many_calls_as_it_has_checks(self, software, program, now, clock, settings):
        clock(now)
        check = asking(lives.ready(program, now))
        answer = software.check_all([check, {}, check])
        assert CallRate.objects.get().calls == 3
        assert answer["RateLimit"].startswith(f'"calls";r={settings.API_CALLS_A_MINUTE - 3};')
        settings.API_CALLS_A_MINUTE = 5
        lines = AccessEntry.objects.count()
        refused = software.check_all([check, check, check])
        assert (refused.status_code, problem_of(refused)) == (429, "too-many-requests")
        assert AccessEntry.objects.count() == lines

    def test_is_a_guess_for_each_that_is_not_there(self, software, program, now):
        life = lives.ready(program, now)
        wrong = [asking(life, date_of_birth=f"1970-01-0{day}") for day in (1, 2)]
        software.check_all([asking(life), *wrong, wrong[0]])
        assert WrongGuess.objects.count() == 2
