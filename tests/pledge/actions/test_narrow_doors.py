"""Small ways in that stay shut."""

from datetime import timedelta

import pytest

from pledge.actions import authorizations, holds, months, pregnancy_tests, records, registrants
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.trail import by_registrant
from tests import lives
from tests.pledge.happened import fresh

pytestmark = pytest.mark.django_db


class TestAnswers:
    @pytest.mark.parametrize("who", ["guardian", "program"])
    def test_are_not_given_for_the_registrant(self, program, at, who):
        life = lives.ready(program, at)
        by = program.administrator if who == "program" else by_registrant(life.registrant, "guardian")
        with pytest.raises(Rejected, match="the registrant answers"):
            months.answer_questions(
                registrant=life.registrant, methods=lives.PILL_AND_CONDOM, correct=True, by=by, at=at
            )


class TestTexts:
    def test_of_a_reason_are_as_long_as_the_column(self, program, at):
        life = lives.registered(program, at)
        with pytest.raises(Rejected, match="at most 200 characters"):
            registrants.discontinue(
                registrant=life.registrant, reason="x" * 201, last_dose_on=program_day(at), by=program.clinic, at=at
            )
        assert fresh(life.registrant).course.ended_on is None

    def test_of_a_report_name_a_supply_that_can_be(self, program, at):
        life = lives.registered(program, at)
        with pytest.raises(Rejected, match="at most 999 days"):
            authorizations.report_dispense(
                registrant=life.registrant, pharmacy=program.pharmacy, days_supply=40_000, by=program.counter, at=at
            )
        assert not life.registrant.dispenses.exists()


class TestAClearedPositive:
    def test_moved_behind_a_home_test_that_does_not_count_holds_again(self, program, at):
        life = lives.on_treatment(program, at)
        earlier = lives.days_before(at, 9)
        lives.a_test(life, earlier, result=words.TestResult.POSITIVE)
        lives.a_test(life, lives.days_before(at, 8))
        _clear(life, lives.days_before(at, 8))
        lives.a_test(life, at, setting=words.TestSetting.HOME)
        pregnancy_tests.correct_test(
            registrant=life.registrant,
            specimen_on=program_day(earlier),
            to=program_day(at) - timedelta(days=1),
            by=program.clinic,
            at=at,
        )
        assert fresh(life.registrant).hold_since == program_day(at) - timedelta(days=1)


class TestAMerge:
    def test_into_an_ended_course_begins_none(self, program, at):
        kept = lives.registered(program, at, category=lives.CANNOT)
        registrants.end_treatment(registrant=kept.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        gone = lives.registered(program, at)
        records.merge(registrant=kept.registrant, duplicate=gone.registrant, by=program.administrator, at=at)
        merged = fresh(kept.registrant)
        assert (merged.category, merged.course.number) == (lives.CAN, 1)
        assert merged.course.ended_on == program_day(at)


def _clear(life, at):
    holds.clear_hold(registrant=life.registrant, reason="a later test is negative", by=life.program.clinic, at=at)
