"""Pregnancy reports, the holds they cause, and who clears them."""

from datetime import timedelta

import pytest

from pledge.actions import authorizations, holds, participants, records
from pledge.models import EventType, FollowUp, PrescriptionWindow
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.trail import by_registrant
from tests import lives
from tests.pledge.actions.acting import BRINGERS, STRANGER, a_designee, one_who_brings
from tests.pledge.happened import events, fresh, refused, rejected, types

pytestmark = pytest.mark.django_db
POSITIVE = words.TestResult.POSITIVE


def report(life, at, by=None):
    return holds.report_pregnancy(registrant=life.registrant, by=by or life.program.clinic, at=at)


class TestAReport:
    def test_holds_revokes_closes_and_asks_for_follow_up(self, program, at, settings):
        settings.PREGNANCY_FOLLOW_UP_HOURS = 24
        life = lives.authorized(program, at)
        with types() as told:
            task = report(life, at)
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.PREGNANCY_REPORTED]
        assert task.due_at == at + timedelta(hours=24)
        assert fresh(life.registrant).hold_since == program_day(at)
        assert fresh(life.authorization).status == words.AuthorizationStatus.REVOKED
        window = PrescriptionWindow.objects.get(registrant=life.registrant)
        assert (window.closes_on, window.stop_cause) == (program_day(at), words.StopCause.PREGNANCY_REPORT)

    @pytest.mark.parametrize("who", BRINGERS)
    def test_is_recorded_whoever_brings_it(self, program, other, at, who):
        life = lives.authorized(program, at)
        by = one_who_brings(who, life, other, at)
        report(life, at, by)
        assert fresh(life.registrant).hold_since == program_day(at)

    def test_stops_a_dispense_and_the_next_authorization(self, program, at):
        life = lives.authorized(program, at)
        report(life, at)
        given = {"registrant": life.registrant, "pharmacy": program.pharmacy, "by": program.counter, "at": at}
        refused(authorizations.dispense, Code.AUTHORIZATION_REVOKED, Code.ON_HOLD, Code.LOCKED_OUT, **given)
        reasons = (Code.ON_HOLD, Code.WINDOW_EXPIRED, Code.COUNSELING_MISSING, Code.QUESTIONS_MISSING, Code.LOCKED_OUT)
        refused(authorizations.authorize, *reasons, **given, days_supply=30)

    def test_of_a_record_merged_away_holds_the_record_that_stays(self, program, at):
        kept, gone = lives.authorized(program, at), lives.authorized(program, at)
        records.merge(registrant=kept.registrant, duplicate=gone.registrant, by=program.administrator, at=at)
        report(gone, at, STRANGER)
        assert fresh(kept.registrant).hold_since == program_day(at)
        assert FollowUp.objects.get().registrant == kept.registrant

    def test_may_come_twice(self, program, at):
        life = lives.authorized(program, at)
        report(life, at)
        with types() as told:
            report(life, at + timedelta(days=1))
        assert told == [EventType.PREGNANCY_REPORTED]
        assert fresh(life.registrant).hold_since == program_day(at) + timedelta(days=1)


class TestClearing:
    def held(self, program, at, *, days_ago=2):
        life = lives.on_treatment(program, at)
        lives.a_test(life, lives.days_before(at, days_ago), result=POSITIVE)
        return life

    def given(self, life, at, **others):
        return {"registrant": life.registrant, "reason": "retested", "by": life.program.clinic, "at": at, **others}

    def test_keeps_its_reason(self, program, at):
        life = self.held(program, at)
        lives.a_test(life, at)
        with events() as told:
            holds.clear_hold(**self.given(life, at, reason=" a false positive "))
        assert told[0].changes["reason"] == {"reason": [None, "a false positive"]}
        assert fresh(life.registrant).hold_since is None

    def test_needs_a_negative_of_a_later_day(self, program, at):
        life = self.held(program, at, days_ago=0)
        lives.a_test(life, at)
        refused(holds.clear_hold, Code.TEST_MISSING, **self.given(life, at))

    def test_needs_a_setting_that_counts(self, program, at):
        life = self.held(program, at)
        lives.a_test(life, at, setting=words.TestSetting.HOME)
        refused(holds.clear_hold, Code.TEST_MISSING, **self.given(life, at))

    def test_is_no_designees(self, program, at):
        life = self.held(program, at)
        lives.a_test(life, at)
        refused(holds.clear_hold, Code.ON_HOLD, **self.given(life, at, by=a_designee(program, at)))

    def test_names_every_reason_against_an_unattested_designee(self, program, at):
        life = self.held(program, at)
        by = a_designee(program, at, attested=False)
        codes = (Code.ON_HOLD, Code.TEST_MISSING, Code.DESIGNEE_NOT_ATTESTED)
        refused(holds.clear_hold, *codes, **self.given(life, at, by=by))

    def test_is_no_uncertified_prescribers(self, program, at):
        life = self.held(program, at)
        lives.a_test(life, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        refused(holds.clear_hold, Code.PRESCRIBER_NOT_CERTIFIED, **self.given(life, at))

    def test_is_no_program_administrators(self, program, at):
        life = self.held(program, at)
        lives.a_test(life, at)
        refused(holds.clear_hold, Code.ON_HOLD, **self.given(life, at, by=program.administrator))

    def test_is_neither_anothers_nor_the_registrants(self, program, other, at):
        life = self.held(program, at)
        for by in (other.clinic, by_registrant(life.registrant), STRANGER):
            rejected(holds.clear_hold, "registrant", **self.given(life, at, by=by))

    def test_needs_a_hold_and_a_reason(self, program, at):
        life = lives.on_treatment(program, at)
        rejected(holds.clear_hold, "registrant", **self.given(life, at))
        report(life, at)
        rejected(holds.clear_hold, "reason", **self.given(life, at, reason="  "))


class TestAFollowUp:
    def test_is_done_once(self, program, at):
        task = report(lives.registered(program, at), at)
        given = {"follow_up": task, "by": program.administrator, "at": at}
        rejected(holds.finish_follow_up, "note", **given, note="  ")
        with events() as told:
            assert holds.finish_follow_up(**given, note=" she is well ").done_at == at
        assert told[-1].changes["note"] == {"note": [None, "she is well"]}
        rejected(holds.finish_follow_up, "follow_up", **given, note="again")
