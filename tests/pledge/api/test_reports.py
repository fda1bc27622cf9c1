"""A pharmacy reports what it handed over without an authorization."""

import pytest

from pledge.actions import participants
from pledge.models import AccessEntry, Deviation, Dispense, EventType, ProgramEvent
from pledge.rules.calendar import days_after, program_day
from tests import lives
from tests.pledge.api.conftest import Software, reasons_in
from tests.pledge.api.contract import problem_of
from tests.pledge.api.sandbox.conftest import a_test_key, who


class TestAReport:
    def test_is_recorded_as_noncompliance_and_answered_with_a_number(self, software, program, now):
        life = lives.enrolled(program, now)
        answer = software.report(life, note="The line was down.")
        assert answer.status_code == 202
        row = Dispense.objects.get()
        assert (row.pharmacy, row.pharmacist, row.days_supply) == (program.pharmacy, "rph-17", 30)
        assert (row.dispensed_on, row.note, row.authorization) == (program_day(now), "The line was down.", None)
        assert Deviation.objects.get(dispense=row).kind == "noncompliance"
        told = answer.json()
        assert told.pop("recorded_at") == ProgramEvent.objects.latest("pk").at.isoformat().replace("+00:00", "Z")
        assert told.pop("next_step")
        assert told == {
            "report_number": row.report_number,
            "registrant_number": life.number,
            "days_supply": 30,
            "dispensed_on": program_day(now).isoformat(),
        }

    def test_names_an_earlier_day_from_which_the_supply_counts(self, software, program, now):
        life = lives.enrolled(program, now)
        day = days_after(program_day(now), -4)
        answer = software.report(life, days_supply=10, dispensed_on=day.isoformat())
        assert answer.json()["dispensed_on"] == day.isoformat()
        life.registrant.refresh_from_db()
        assert life.registrant.supply_through == days_after(day, 9)

    @pytest.mark.parametrize("days", [1, 30, -1000])
    def test_of_a_day_to_come_or_long_gone_is_malformed(self, software, program, now, days):
        day = days_after(program_day(now), days).isoformat()
        answer = software.report(lives.enrolled(program, now), dispensed_on=day)
        assert (answer.status_code, problem_of(answer)) == (400, "malformed")
        assert answer.json()["errors"] == [
            {"pointer": "/dispensed_on", "detail": "must be a day of the last 999, today included"}
        ]
        assert Dispense.objects.count() == 0

    def test_is_answered_as_before_though_its_day_is_by_now_long_gone(self, software, program, now, clock):
        """Of the last day that may be reported, in the sandbox too; a new one of that day is malformed meanwhile."""
        day = days_after(program_day(now), -999).isoformat()
        tried = Software(a_test_key(program.pharmacy, now))
        reporters = ((software, lives.enrolled(program, now)), (tried, who("0000000101")))
        clock(now)
        first = [caller.report(person, idempotency_key="k", dispensed_on=day) for caller, person in reporters]
        clock(lives.days_before(now, -1))
        again = [caller.report(person, idempotency_key="k", dispensed_on=day) for caller, person in reporters]
        assert [(one.status_code, one.content) for one in again] == [(202, one.content) for one in first]
        assert [one["Idempotent-Replayed"] for one in again] == ["true", "true"]
        for caller, person in reporters:
            assert problem_of(caller.report(person, dispensed_on=day)) == "malformed"
            other = caller.report(person, idempotency_key="k", dispensed_on=day, days_supply=29)
            assert problem_of(other) == "idempotency-key-reused"

    def test_is_taken_once_however_often_it_is_repeated(self, software, program, now):
        life = lives.enrolled(program, now)
        first = software.report(life, idempotency_key="report 1")
        again = software.report(life, idempotency_key="report 1")
        assert (again.status_code, again.content) == (202, first.content)
        assert (again["Idempotent-Replayed"], "Idempotent-Replayed" in first) == ("true", False)
        assert Dispense.objects.count() == 1
        other = software.report(life, idempotency_key="report 1", days_supply=29)
        assert (other.status_code, problem_of(other)) == (422, "idempotency-key-reused")

    def test_needs_a_key_to_be_repeated_with(self, software, program, now):
        answer = software.report(lives.enrolled(program, now), idempotency_key="")
        assert problem_of(answer) == "idempotency-key-missing"

    def test_about_no_one_the_pharmacy_may_know_of_reads_the_same(self, software, program, now):
        life = lives.enrolled(program, now)
        answers = [
            software.report(life, registrant_number="1"),
            software.report(life, date_of_birth="1970-01-01"),
        ]
        assert [problem_of(answer) for answer in answers] == ["not-found"] * 2
        assert answers[0].content == answers[1].content
        outcomes = AccessEntry.objects.values_list("what", "outcome")
        assert set(outcomes) == {("dispense reported", "not there")}

    def test_is_taken_of_a_pharmacy_whose_activation_has_run_out(self, software, program, now, clock):
        life = lives.enrolled(program, now)
        clock(lives.days_before(now, -400))
        assert software.report(life).status_code == 202
        assert ProgramEvent.objects.latest("pk").type == EventType.DISPENSE_REPORTED

    def test_is_no_authorization_and_opens_nothing(self, software, program, now):
        life = lives.enrolled(program, now)
        before = reasons_in(software.check(life))
        software.report(life)
        assert reasons_in(software.check(life)) == before

    def test_is_not_taken_of_a_suspended_pharmacy(self, software, program, now):
        life = lives.enrolled(program, now)
        participants.suspend(party=program.pharmacy, by=program.administrator, at=now)
        assert problem_of(software.report(life)) == "pharmacy-suspended"
