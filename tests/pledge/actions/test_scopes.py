"""In what a designee acts: every act of a clinic, with and without the scope that it asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pledge.access import NotThere, registrants_for
from pledge.actions import designations, pregnancy_tests
from pledge.models import PregnancyTest, ProgramEvent
from pledge.rules.calendar import ONE_DAY, start_of
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Scope, TestResult, TestSetting
from pledge.trail import By
from tests import lives
from tests.pledge.actions.acting import a_designee
from tests.pledge.actions.each import EACH
from tests.pledge.actions.one_step import AT, ON
from tests.pledge.actions.test_each import CLINIC_ACTS

pytestmark = pytest.mark.django_db

SCOPE_OF = {
    "months.confirm_month": Scope.MONTH,
    "months.cancel_window": Scope.MONTH,
    "pregnancy_tests.correct_test": Scope.MONTH,
    "pregnancy_tests.permit_home_tests": Scope.MONTH,
    "pregnancy_tests.withdraw_home_tests": Scope.MONTH,
    "registrants.enroll": Scope.ENROLLMENT,
    "registrants.enroll_again": Scope.ENROLLMENT,
    "registrants.change_contact": Scope.ENROLLMENT,
    "invitations.invite": Scope.ENROLLMENT,
    "invitations.revoke_link": Scope.ENROLLMENT,
    "signing.sign_on_paper": Scope.ENROLLMENT,
    "imports.begin_import": Scope.ENROLLMENT,
    "imports.withdraw_enrollment": Scope.ENROLLMENT,
    "registrants.change_category": Scope.COURSE,
    "registrants.transfer": Scope.COURSE,
    "registrants.end_treatment": Scope.COURSE,
    "registrants.discontinue": Scope.COURSE,
}

HEARD_FROM_ANYONE = {"pregnancy_tests.record_test", "holds.report_pregnancy"}


@pytest.fixture
def program() -> lives.Program:
    return lives.a_program(AT)


def designated(program: lives.Program, *scopes: Scope, at: datetime = AT) -> By:
    """A designee who acts in these scopes alone from an instant on."""
    by = a_designee(program, at)
    designations.designate(
        designee=by.designee, prescriber=program.prescriber, scopes=scopes, by=program.clinic, at=at
    )  # fmt: skip
    return by


def a_negative(life: lives.Life, by: By, at: datetime = AT) -> PregnancyTest:
    return pregnancy_tests.record_test(
        registrant=life.registrant, specimen_on=ON, result=TestResult.NEGATIVE, setting=TestSetting.CLIA_LAB, by=by,
        at=at,
    )  # fmt: skip


class TestAScope:
    def test_is_written_down_for_every_act_of_a_clinic(self):
        assert set(CLINIC_ACTS) <= {*SCOPE_OF, *HEARD_FROM_ANYONE}

    @pytest.mark.parametrize(("name", "scope"), SCOPE_OF.items())
    def test_is_what_an_act_asks_a_designee_for(self, program, name, scope):
        step = EACH[name](program)
        with pytest.raises(Rejected, match=f"(?i){program.prescriber.name} has not given you this: {scope.label}"):
            step.take(by=designated(program, *(set(Scope) - {scope})))
        assert not ProgramEvent.objects.filter(actor_kind="designee").exists()

    @pytest.mark.parametrize(("name", "scope"), SCOPE_OF.items())
    def test_is_enough_for_its_acts_which_bear_both_names(self, program, name, scope):
        step = EACH[name](program)
        step.take(by=designated(program, scope))
        event = ProgramEvent.objects.filter(type=step.event).latest("id")
        assert (event.actor_name, event.on_behalf_of) == ("Dana Designee", program.prescriber.name)

    def test_is_asked_for_tests_but_a_positive_one_is_heard_from_everyone(self, program):
        life = lives.enrolled(program, AT)
        reader = designated(program)
        with pytest.raises(Rejected, match="has not given you this: tests"):
            a_negative(life, reader)
        assert EACH["pregnancy_tests.record_test"](program).take(by=reader).result == TestResult.POSITIVE
        assert EACH["holds.report_pregnancy"](program).take(by=reader).pk
        test = a_negative(life, designated(program, Scope.MONTH))
        assert (test.entered_by, test.on_behalf_of) == ("Dana Designee", program.prescriber.name)

    def test_may_be_none_at_all_which_still_reads(self, program):
        life = lives.registered(program, AT)
        assert list(registrants_for(designated(program))) == [life.registrant]


class TestAnEndDay:
    def test_is_the_last_on_which_they_act(self, program):
        life = lives.enrolled(program, AT)
        by = a_designee(program, AT)
        designations.designate(
            designee=by.designee, prescriber=program.prescriber, scopes=Scope, ends_on=ON, by=program.clinic, at=AT
        )  # fmt: skip
        midnight = start_of(ON + ONE_DAY)
        a_negative(life, by, midnight - timedelta(seconds=1))
        with pytest.raises(NotThere):
            a_negative(life, by, midnight)

    def test_that_has_passed_is_not_taken(self, program):
        by = a_designee(program, AT)
        with pytest.raises(Rejected, match="has passed already"):
            designations.designate(
                designee=by.designee, prescriber=program.prescriber, scopes=Scope, ends_on=ON - ONE_DAY,
                by=program.clinic, at=AT,
            )  # fmt: skip


class TestTakingBack:
    def test_ends_every_act_at_once(self, program):
        life = lives.enrolled(program, AT)
        by = designated(program, *Scope)
        a_negative(life, by)
        designations.end_designation(
            designee=by.designee, prescriber=program.prescriber, by=program.clinic, at=AT
        )  # fmt: skip
        with pytest.raises(NotThere):
            a_negative(life, by)

    def test_is_for_the_prescriber_or_the_program_alone(self, program):
        by, other = designated(program, *Scope), lives.a_program(AT)
        for whose in (by, other.clinic, program.counter):
            with pytest.raises(Rejected, match="in person"):
                designations.end_designation(designee=by.designee, prescriber=program.prescriber, by=whose, at=AT)
