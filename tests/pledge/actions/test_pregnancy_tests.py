"""Tests: recorded whatever they are worth, superseded when corrected; home tests permitted or not."""

from datetime import date, timedelta

import pytest

from pledge.actions import authorizations, holds, pregnancy_tests, records
from pledge.eligibility import eligibility_of
from pledge.models import Deviation, EventType, PregnancyTest, PrescriptionWindow
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.trail import by_registrant
from tests import lives
from tests.pledge.actions.acting import BRINGERS, STRANGER, a_designee, one_who_brings
from tests.pledge.happened import events, fresh, refused, rejected, types

pytestmark = pytest.mark.django_db
POSITIVE, NEGATIVE, INDETERMINATE = words.TestResult.POSITIVE, words.TestResult.NEGATIVE, words.TestResult.INDETERMINATE


def day(at, days=0):
    return program_day(at) + timedelta(days=days)


def a_record(life, at, *, result=NEGATIVE, **others):
    given = {"specimen_on": program_day(at), "setting": words.TestSetting.CLIA_LAB, "by": life.program.clinic}
    return {"registrant": life.registrant, "result": result, "at": at, **given, **others}


def correct(life, at, specimen_on, to):
    return pregnancy_tests.correct_test(
        registrant=life.registrant, specimen_on=specimen_on, to=to, by=life.program.clinic, at=at
    )


class TestRecording:
    def test_keeps_what_was_said_and_by_whom(self, program, at):
        life = lives.enrolled(program, at)
        row = pregnancy_tests.record_test(
            **a_record(life, at),
            specimen_type=words.SpecimenType.SERUM,
            cycle_exemption=words.CycleExemption.AMENORRHEA,
            has_evidence=True,
            evidence_note="photo",
        )
        row.refresh_from_db()
        assert (row.specimen_type, row.cycle_exemption, row.evidence_note) == ("serum", "amenorrhea", "photo")
        assert (row.entered_at, row.entered_by, row.on_behalf_of) == (at, "Dr. Paula Prescott", "")

    def test_by_a_designee_keeps_both_names(self, program, at):
        life = lives.enrolled(program, at)
        row = pregnancy_tests.record_test(**a_record(life, at, by=a_designee(program, at)))
        assert (row.entered_by, row.on_behalf_of) == ("Dana Designee", "Dr. Paula Prescott")

    def test_of_tomorrow_is_rejected(self, program, at):
        life = lives.enrolled(program, at)
        rejected(pregnancy_tests.record_test, "specimen", **a_record(life, at, specimen_on=day(at, 1)))

    def test_of_a_day_before_the_first_rules_is_rejected(self, program, at):
        life = lives.enrolled(program, at)
        rejected(pregnancy_tests.record_test, "specimen", **a_record(life, at, specimen_on=date(2006, 2, 28)))

    @pytest.mark.parametrize("cycle_day", [-1, 1000])
    def test_of_no_day_of_a_cycle_is_rejected(self, program, at, cycle_day):
        life = lives.enrolled(program, at)
        rejected(pregnancy_tests.record_test, "cycle_day", **a_record(life, at, cycle_day=cycle_day))

    def test_is_open_to_the_registrant_and_to_no_stranger(self, program, other, at):
        life = lives.enrolled(program, at)
        pregnancy_tests.record_test(**a_record(life, at, by=by_registrant(life.registrant)))
        for by in (STRANGER, other.clinic, program.counter):
            rejected(pregnancy_tests.record_test, "registrant", **a_record(life, at, by=by))

    def test_is_refused_to_an_unattested_designee(self, program, at):
        life = lives.enrolled(program, at)
        by = a_designee(program, at, attested=False)
        for result in (NEGATIVE, INDETERMINATE):
            refused(pregnancy_tests.record_test, Code.DESIGNEE_NOT_ATTESTED, **a_record(life, at, result=result, by=by))

    def test_moves_no_window_and_revokes_nothing(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            lives.a_test(life, at, result=INDETERMINATE)
        assert told == [EventType.TEST_RECORDED]
        assert fresh(life.authorization).status == words.AuthorizationStatus.ISSUED


class TestAPositive:
    def test_holds_revokes_and_closes_the_window_that_day(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            lives.a_test(life, at + timedelta(days=1), result=POSITIVE)
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.TEST_RECORDED]
        window = PrescriptionWindow.objects.get(registrant=life.registrant)
        assert (window.closes_on, window.stop_cause) == (day(at, 1), words.StopCause.POSITIVE_TEST)
        assert fresh(life.registrant).hold_since == day(at, 1)

    @pytest.mark.parametrize("who", BRINGERS)
    def test_is_recorded_whoever_brings_it(self, program, other, at, who):
        life = lives.enrolled(program, at)
        by = one_who_brings(who, life, other, at)
        pregnancy_tests.record_test(**a_record(life, at, result=POSITIVE, by=by))
        assert fresh(life.registrant).hold_since == day(at)

    def test_holds_whatever_its_date(self, program, at):
        life = lives.authorized(program, at)
        lives.a_test(life, at, result=POSITIVE, specimen_on=day(at, -20))
        assert fresh(life.registrant).hold_since == day(at, -20)

    def test_never_moves_a_hold_back(self, program, at):
        life = lives.enrolled(program, at)
        lives.a_test(life, at, result=POSITIVE)
        lives.a_test(life, at, result=POSITIVE, specimen_on=day(at, -3))
        assert fresh(life.registrant).hold_since == day(at)

    def test_of_a_record_merged_away_holds_the_record_that_stays(self, program, at):
        kept, gone = lives.authorized(program, at), lives.enrolled(program, at)
        records.merge(registrant=kept.registrant, duplicate=gone.registrant, by=program.administrator, at=at)
        pregnancy_tests.record_test(**a_record(gone, at, result=POSITIVE, by=STRANGER))
        assert fresh(kept.registrant).hold_since == day(at)
        assert fresh(kept.authorization).status == words.AuthorizationStatus.REVOKED

    def test_of_tomorrow_is_rejected_all_the_same(self, program, at):
        life = lives.enrolled(program, at)
        given = a_record(life, at, result=POSITIVE, specimen_on=day(at, 1))
        rejected(pregnancy_tests.record_test, "specimen", **given)


class TestACorrection:
    def test_supersedes_and_leaves_the_old_record(self, program, at):
        life = lives.ready(program, at)
        old = PregnancyTest.objects.get(registrant=life.registrant, specimen_on=day(at))
        new = correct(life, at, day(at), day(at, -2))
        old.refresh_from_db()
        assert (old.specimen_on, old.superseded_at, new.supersedes) == (day(at), at, old)
        assert (new.result, new.setting, new.cycle_day) == (old.result, old.setting, old.cycle_day)

    def test_recomputes_the_window_but_not_what_is_printed(self, program, at):
        life = lives.authorized(program, at)
        correct(life, at, day(at), day(at, -2))
        window = PrescriptionWindow.objects.get(registrant=life.registrant)
        assert (window.opens_on, window.closes_on) == (day(at, -2), day(at, 4))
        assert fresh(life.authorization).do_not_dispense_after == day(at, 6)

    def test_stops_an_authorization_at_the_new_last_day(self, program, at):
        life = lives.on_treatment(program, at, today=True)
        given = {"registrant": life.registrant, "pharmacy": program.pharmacy, "by": program.counter}
        authorizations.authorize(**given, days_supply=30, at=at)
        correct(life, at, day(at), day(at, -2))
        refused(authorizations.dispense, Code.AUTHORIZATION_EXPIRED, **given, at=at + timedelta(days=5))
        assert authorizations.dispense(**given, at=at + timedelta(days=4))

    def test_raises_a_deviation_where_a_dispense_falls_outside(self, program, at):
        life = lives.on_treatment(program, at)
        opened_on = program_day(lives.days_before(at, 30))
        with events() as told:
            correct(life, at, opened_on, opened_on - timedelta(days=9))
        assert [event.type for event in told] == [EventType.DEVIATION_RAISED, EventType.TEST_CORRECTED]
        assert Deviation.objects.get().dispense.days_supply == 30

    def test_raises_none_where_the_dispense_is_still_inside(self, program, at):
        life = lives.on_treatment(program, at)
        opened_on = program_day(lives.days_before(at, 30))
        correct(life, at, opened_on, opened_on - timedelta(days=6))
        assert not Deviation.objects.exists()

    def test_takes_all_tests_of_one_day_as_one_specimen(self, program, at):
        life = lives.ready(program, at)
        lives.a_test(life, at, result=INDETERMINATE)
        correct(life, at, day(at), day(at, -1))
        in_force = PregnancyTest.objects.in_force().filter(registrant=life.registrant)
        assert not in_force.filter(specimen_on=day(at)).exists()
        moved = in_force.filter(specimen_on=day(at, -1)).order_by("id")
        assert [test.result for test in moved] == [NEGATIVE, INDETERMINATE]
        window = PrescriptionWindow.objects.get(registrant=life.registrant)
        assert (window.specimen_on, window.test) == (day(at, -1), moved[0])

    def test_leaves_a_window_that_was_stopped_no_longer_than_it_was(self, program, at):
        life = lives.ready(program, at)
        lives.a_test(life, at + timedelta(days=2), result=POSITIVE)
        correct(life, at + timedelta(days=2), day(at), day(at, 1))
        window = PrescriptionWindow.objects.get(registrant=life.registrant)
        assert (window.opens_on, window.closes_on) == (day(at, 1), day(at, 2))

    def test_opens_a_recorded_missed_window_again(self, program, at):
        from pledge.actions.nightly import record_missed_window
        from pledge.trail import SYSTEM

        life = lives.ready(program, at)
        window = PrescriptionWindow.objects.get(registrant=life.registrant)
        later = at + timedelta(days=8)
        record_missed_window(window=window, by=SYSTEM, at=later)
        correct(life, later, day(at), day(at, 3))
        window.refresh_from_db()
        assert (window.closes_on, window.closing_recorded_at) == (day(at, 9), None)

    def test_of_a_day_without_a_test_is_rejected(self, program, at):
        life = lives.enrolled(program, at)
        given = {"registrant": life.registrant, "specimen_on": day(at, -1), "to": day(at), "by": program.clinic}
        rejected(pregnancy_tests.correct_test, "specimen", **given, at=at)

    def test_to_tomorrow_is_rejected(self, program, at):
        life = lives.ready(program, at)
        given = {"registrant": life.registrant, "specimen_on": day(at), "to": day(at, 1), "by": program.clinic}
        rejected(pregnancy_tests.correct_test, "to", **given, at=at)

    def test_is_refused_to_an_unattested_designee(self, program, at):
        life = lives.ready(program, at)
        by = a_designee(program, at, attested=False)
        given = {"registrant": life.registrant, "specimen_on": day(at), "to": day(at, -1), "by": by}
        refused(pregnancy_tests.correct_test, Code.DESIGNEE_NOT_ATTESTED, **given, at=at)


class TestACorrectedPositive:
    def test_takes_its_hold_along(self, program, at):
        life = lives.enrolled(program, at)
        lives.a_test(life, at, result=POSITIVE)
        correct(life, at, day(at), day(at, -4))
        assert fresh(life.registrant).hold_since == day(at, -4)

    def test_leaves_the_hold_with_another_positive(self, program, at):
        life = lives.enrolled(program, at)
        lives.a_test(life, at, result=POSITIVE, specimen_on=day(at, -3))
        lives.a_test(life, at, result=POSITIVE)
        correct(life, at, day(at), day(at, -9))
        assert fresh(life.registrant).hold_since == day(at, -3)

    def test_takes_the_hold_from_an_earlier_positive(self, program, at):
        life = lives.enrolled(program, at)
        lives.a_test(life, at, result=POSITIVE, specimen_on=day(at, -9))
        lives.a_test(life, at, result=POSITIVE, specimen_on=day(at, -3))
        correct(life, at, day(at, -9), day(at, -1))
        assert fresh(life.registrant).hold_since == day(at, -1)

    def test_leaves_the_hold_with_a_report(self, program, at):
        life = lives.enrolled(program, at)
        lives.a_test(life, at, result=POSITIVE)
        holds.report_pregnancy(registrant=life.registrant, by=STRANGER, at=at)
        correct(life, at, day(at), day(at, -4))
        assert fresh(life.registrant).hold_since == day(at)

    def test_takes_the_hold_from_an_earlier_report(self, program, at):
        life = lives.enrolled(program, at)
        lives.a_test(life, lives.days_before(at, 6), result=POSITIVE)
        holds.report_pregnancy(registrant=life.registrant, by=STRANGER, at=lives.days_before(at, 3))
        correct(life, at, day(at, -6), day(at, -1))
        assert fresh(life.registrant).hold_since == day(at, -1)

    def cleared(self, program, at):
        """A life on which a positive of eight days ago was cleared by a negative of four days ago."""
        life = lives.on_treatment(program, at)
        lives.a_test(life, lives.days_before(at, 8), result=POSITIVE)
        lives.a_test(life, lives.days_before(at, 4))
        holds.clear_hold(registrant=life.registrant, reason="retested", by=program.clinic, at=lives.days_before(at, 4))
        return life

    def test_stays_cleared_where_a_negative_still_follows(self, program, at):
        life = self.cleared(program, at)
        correct(life, at, day(at, -8), day(at, -6))
        assert fresh(life.registrant).hold_since is None

    def test_holds_again_where_no_negative_follows_any_more(self, program, at):
        life = self.cleared(program, at)
        correct(life, at, day(at, -8), day(at, -2))
        assert fresh(life.registrant).hold_since == day(at, -2)
        codes = {reason.code for reason in eligibility_of(life.registrant, program.pharmacy, 30, at).refusals}
        assert Code.ON_HOLD in codes


class TestHomeTests:
    def test_are_permitted_and_withdrawn_for_the_course(self, program, at):
        life = lives.enrolled(program, at)
        given = {"registrant": life.registrant, "by": program.clinic, "at": at}
        assert pregnancy_tests.permit_home_tests(**given).home_tests_permitted_at == at
        assert pregnancy_tests.withdraw_home_tests(**given).home_tests_permitted_at is None

    def test_are_not_the_registrants_to_permit(self, program, other, at):
        life = lives.enrolled(program, at)
        for by in (by_registrant(life.registrant), other.clinic, STRANGER):
            rejected(pregnancy_tests.permit_home_tests, "registrant", registrant=life.registrant, by=by, at=at)

    def test_are_not_an_unattested_designees_to_permit(self, program, at):
        life = lives.enrolled(program, at)
        given = {"registrant": life.registrant, "by": a_designee(program, at, attested=False), "at": at}
        refused(pregnancy_tests.permit_home_tests, Code.DESIGNEE_NOT_ATTESTED, **given)
        refused(pregnancy_tests.withdraw_home_tests, Code.DESIGNEE_NOT_ATTESTED, **given)
