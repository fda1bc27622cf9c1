"""Authorizations: asked for, dispensed, reversed; and dispenses without one."""

from datetime import timedelta

import pytest

from pledge.actions import authorizations, nightly, participants, registrants, steps
from pledge.models import Authorization, Deviation, DeviationKind, Dispense, EventType, Pharmacy, PrescriptionWindow
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.trail import SYSTEM, by_pharmacy
from tests import lives
from tests.pledge.happened import events, fresh, refused, rejected, types

pytestmark = pytest.mark.django_db
CAN, CANNOT = lives.CAN, lives.CANNOT
Status = words.AuthorizationStatus


def at_counter(life, at, **others):
    program = life.program
    return {"registrant": life.registrant, "pharmacy": program.pharmacy, "by": program.counter, "at": at, **others}


def elsewhere(life, at, **others):
    pharmacy = life.program.other_pharmacy
    return at_counter(life, at, pharmacy=pharmacy, by=by_pharmacy(pharmacy, "rph-9"), **others)


class TestAuthorizing:
    def test_prints_the_windows_last_day(self, program, at):
        life = lives.ready(program, at)
        row = authorizations.authorize(
            **at_counter(life, at, days_supply=30, pharmacist="rph-17", client_reference="rx 7")
        )
        row.refresh_from_db()
        assert row.do_not_dispense_after == program_day(at) + timedelta(days=6)
        assert (row.status, row.edition, row.issued_on, row.issued_at) == (Status.ISSUED, "2021", program_day(at), at)
        assert (row.pharmacist, row.client_reference, row.days_supply) == ("rph-17", "rx 7", 30)
        assert len(row.rma_number) == 12

    def test_draws_again_when_the_number_is_taken(self, program, at, monkeypatch):
        taken = lives.authorized(program, at).rma_number
        drawn = iter([taken, taken, "777777777777"])
        monkeypatch.setattr(steps, "new_number", lambda digits: next(drawn))
        row = authorizations.authorize(**at_counter(lives.ready(program, at), at, days_supply=30))
        assert fresh(row).rma_number == "777777777777"

    def test_prints_no_day_in_an_edition_without_a_window(self):
        at = lives.UNDER_2026
        life = lives.ready(lives.a_program(at), at, category=CANNOT)
        row = authorizations.authorize(**at_counter(life, at, days_supply=30))
        assert (row.do_not_dispense_after, row.window) == (None, None)

    def test_names_every_reason(self, program, at):
        life = lives.registered(program, at)
        participants.suspend(party=program.pharmacy, by=program.administrator, at=at)
        codes = (
            Code.CONSENT_MISSING,
            Code.PHARMACY_NOT_CERTIFIED,
            Code.SCREENING_TEST_MISSING,
            Code.TEST_MISSING,
            Code.COUNSELING_MISSING,
            Code.QUESTIONS_MISSING,
            Code.SUPPLY_OVER_LIMIT,
        )
        refused(authorizations.authorize, *codes, **at_counter(life, at, days_supply=31))

    def test_is_refused_while_another_lives(self, program, at):
        life = lives.authorized(program, at)
        refused(authorizations.authorize, Code.AUTHORIZATION_ACTIVE, **at_counter(life, at, days_supply=30))
        refused(authorizations.authorize, Code.AUTHORIZATION_ACTIVE, **elsewhere(life, at, days_supply=30))

    @pytest.mark.parametrize("days_supply", [0, -1])
    def test_for_no_day_is_rejected(self, program, at, days_supply):
        life = lives.ready(program, at)
        rejected(authorizations.authorize, "days_supply", **at_counter(life, at, days_supply=days_supply))

    def test_by_a_pharmacy_unknown_is_refused(self, program, at):
        unknown = at_counter(lives.ready(program, at), at, days_supply=30, pharmacy=Pharmacy(pk=0))
        refused(authorizations.authorize, Code.NOT_ENROLLED, **unknown)

    def test_settles_one_that_died_with_its_pharmacy(self, program, at):
        life = lives.authorized(program, at)
        participants.certify(party=program.pharmacy, certified_through=program_day(at), by=program.administrator, at=at)
        with types() as told:
            row = authorizations.authorize(**elsewhere(life, at + timedelta(days=1), days_supply=30))
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.AUTHORIZATION_ISSUED]
        assert fresh(life.authorization).status == Status.REVOKED
        assert Authorization.objects.live().get() == row

    def test_settles_one_that_lapsed_unrecorded(self, program, at):
        life = lives.ready(program, at, category=CANNOT)
        row = authorizations.authorize(**at_counter(life, at, days_supply=30))
        later = at + timedelta(days=31)
        lives.confirmed(life, later)
        with types() as told:
            authorizations.authorize(**elsewhere(life, later, days_supply=30))
        assert told == [EventType.AUTHORIZATION_LAPSED, EventType.AUTHORIZATION_ISSUED]
        assert fresh(row).status == Status.LAPSED

    def test_leaves_the_lapse_to_the_night_where_it_is_refused(self, program, at):
        life = lives.authorized(program, at)
        later = at + timedelta(days=8)
        codes = (Code.LOCKED_OUT, Code.WINDOW_EXPIRED, Code.COUNSELING_MISSING, Code.QUESTIONS_MISSING)
        refused(authorizations.authorize, *codes, **elsewhere(life, later, days_supply=30))
        assert fresh(life.authorization).status == Status.ISSUED


class TestDispensing:
    def test_keeps_what_was_handed_over(self, program, at):
        life = lives.authorized(program, at)
        later = at + timedelta(days=6)
        row = authorizations.dispense(**at_counter(life, later, pharmacist="rph-2"))
        assert (fresh(row).status, fresh(row).dispensed_at) == (Status.DISPENSED, later)
        handed_over = Dispense.objects.get(authorization=row)
        assert handed_over.covers_through == program_day(later) + timedelta(days=29)
        assert (handed_over.dispensed_on, handed_over.pharmacist) == (program_day(later), "rph-2")
        assert handed_over.course == life.registrant.course
        assert fresh(life.registrant).supply_through == handed_over.covers_through
        assert PrescriptionWindow.objects.get().first_dispensed_at == later

    def test_again_from_the_same_window_leaves_its_first_instant(self, program, at):
        life = lives.authorized(program, at, days_supply=10)
        authorizations.dispense(**at_counter(life, at))
        later = at + timedelta(days=1)
        authorizations.authorize(**at_counter(life, later, days_supply=20))
        authorizations.dispense(**at_counter(life, later))
        assert PrescriptionWindow.objects.get().first_dispensed_at == at
        refused(authorizations.authorize, Code.SUPPLY_OVER_LIMIT, **at_counter(life, later, days_supply=1))

    def test_by_number_takes_that_one(self, program, at):
        life = lives.authorized(program, at)
        row = authorizations.dispense(**at_counter(life, at, rma_number=life.rma_number))
        assert row == life.authorization
        refused(authorizations.dispense, Code.AUTHORIZATION_CLOSED, **at_counter(life, at, rma_number=life.rma_number))

    def test_needs_an_authorization_at_that_pharmacy(self, program, at):
        life = lives.authorized(program, at)
        refused(authorizations.dispense, Code.AUTHORIZATION_CLOSED, **elsewhere(life, at))
        refused(authorizations.dispense, Code.AUTHORIZATION_CLOSED, **at_counter(life, at, rma_number="0"))
        refused(authorizations.dispense, Code.AUTHORIZATION_CLOSED, **at_counter(lives.ready(program, at), at))

    def test_without_a_window_is_taken_through_the_thirtieth_day(self):
        at = lives.UNDER_2026
        life = lives.authorized(lives.a_program(at), at, category=CANNOT)
        refused(authorizations.dispense, Code.AUTHORIZATION_EXPIRED, **at_counter(life, at + timedelta(days=31)))
        assert authorizations.dispense(**at_counter(life, at + timedelta(days=30)))

    def test_judges_everything_again(self, program, at):
        life = lives.authorized(program, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        refused(authorizations.dispense, Code.PRESCRIBER_NOT_CERTIFIED, **at_counter(life, at))
        participants.reinstate(party=program.prescriber, by=program.administrator, at=at)
        lives.a_test(life, at, result=words.TestResult.INDETERMINATE)
        refused(authorizations.dispense, Code.RESULT_NOT_NEGATIVE, **at_counter(life, at))

    def test_of_a_lapsed_one_names_that_and_what_stops_the_registrant(self, program, at):
        life = lives.authorized(program, at)
        later = at + timedelta(days=8)
        nightly.lapse(authorization=life.authorization, by=SYSTEM, at=later)
        refused(authorizations.dispense, Code.AUTHORIZATION_EXPIRED, Code.LOCKED_OUT, **at_counter(life, later))

    def test_of_one_whose_pharmacy_ran_out_names_that(self, program, at):
        life = lives.authorized(program, at)
        participants.certify(party=program.pharmacy, certified_through=program_day(at), by=program.administrator, at=at)
        codes = (Code.AUTHORIZATION_REVOKED, Code.PHARMACY_NOT_CERTIFIED)
        refused(authorizations.dispense, *codes, **at_counter(life, at + timedelta(days=1)))

    def test_of_one_suspended_with_its_prescriber_is_taken_once_another_took_over(self, program, other, at):
        life = lives.authorized(program, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        registrants.transfer(registrant=life.registrant, prescriber=other.prescriber, by=program.administrator, at=at)
        assert authorizations.dispense(**at_counter(life, at)).status == Status.DISPENSED


class TestReversing:
    def test_gives_the_window_back_under_a_new_number_and_the_same_date(self, program, at):
        life = lives.authorized(program, at)
        row = authorizations.reverse(**at_counter(life, at, reason=words.ReversalReason.ENTRY_ERROR))
        assert (row.status, row.reversed_at, row.reversal_reason) == (Status.REVERSED, at, "entry_error")
        again = authorizations.authorize(**elsewhere(life, at + timedelta(days=1), days_supply=30))
        assert again.rma_number != row.rma_number
        assert again.do_not_dispense_after == row.do_not_dispense_after

    def test_after_the_hand_over_is_refused(self, program, at):
        life = lives.authorized(program, at)
        authorizations.dispense(**at_counter(life, at))
        refused(authorizations.reverse, Code.AUTHORIZATION_CLOSED, **at_counter(life, at))

    def test_twice_is_refused(self, program, at):
        life = lives.authorized(program, at)
        authorizations.reverse(**at_counter(life, at))
        refused(authorizations.reverse, Code.AUTHORIZATION_CLOSED, **at_counter(life, at))

    def test_where_there_is_none_is_refused(self, program, at):
        refused(authorizations.reverse, Code.AUTHORIZATION_CLOSED, **at_counter(lives.ready(program, at), at))
        refused(authorizations.reverse, Code.AUTHORIZATION_CLOSED, **elsewhere(lives.authorized(program, at), at))

    def test_of_a_lapsed_one_is_taken_recorded_or_not(self, program, at):
        later = at + timedelta(days=8)
        recorded, unrecorded = lives.authorized(program, at), lives.authorized(program, at)
        nightly.lapse(authorization=recorded.authorization, by=SYSTEM, at=later)
        assert authorizations.reverse(**at_counter(recorded, later)).lapsed_at == later
        with types() as told:
            row = authorizations.reverse(**at_counter(unrecorded, later))
        assert told == [EventType.AUTHORIZATION_LAPSED, EventType.AUTHORIZATION_REVERSED]
        assert (row.status, row.lapsed_at) == (Status.REVERSED, later)

    def test_of_one_whose_pharmacy_ran_out_before_its_date_is_refused(self, program, at):
        life = lives.authorized(program, at)
        participants.certify(
            party=program.pharmacy,
            certified_through=program_day(at) + timedelta(days=2),
            by=program.administrator,
            at=at,
        )
        given = at_counter(life, at + timedelta(days=9))
        refused(authorizations.reverse, Code.AUTHORIZATION_REVOKED, **given)

    def test_of_one_whose_pharmacy_ran_out_after_its_date_is_taken(self, program, at):
        life = lives.authorized(program, at)
        participants.certify(
            party=program.pharmacy,
            certified_through=program_day(at) + timedelta(days=7),
            by=program.administrator,
            at=at,
        )
        with types() as told:
            authorizations.reverse(**at_counter(life, at + timedelta(days=9)))
        assert told == [EventType.AUTHORIZATION_LAPSED, EventType.AUTHORIZATION_REVERSED]

    def test_of_one_suspended_with_its_prescriber_is_taken(self, program, at):
        life = lives.authorized(program, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        assert authorizations.reverse(**at_counter(life, at)).status == Status.REVERSED


class TestADispenseWithoutAnAuthorization:
    def test_is_recorded_and_raised_as_noncompliance(self, program, at):
        life = lives.registered(program, at)
        with events() as told:
            row = authorizations.report_dispense(**at_counter(life, at, days_supply=45, pharmacist="rph-1"))
        assert [event.type for event in told] == [EventType.DISPENSE_REPORTED]
        assert (row.window, row.authorization, row.pharmacist) == (None, None, "rph-1")
        assert Deviation.objects.get(dispense=row).kind == DeviationKind.NONCOMPLIANCE
        assert fresh(life.registrant).supply_through == program_day(at) + timedelta(days=44)

    def test_is_recorded_after_an_ending_and_by_a_suspended_pharmacy_too(self, program, at):
        life = lives.registered(program, at)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        participants.suspend(party=program.pharmacy, by=program.administrator, at=at)
        assert authorizations.report_dispense(**at_counter(life, at, days_supply=5)).course == life.registrant.course

    def test_leaves_a_live_authorization_and_the_first_window_alone(self, program, at):
        life = lives.authorized(program, at)
        authorizations.report_dispense(**at_counter(life, at, days_supply=5))
        assert fresh(life.authorization).status == Status.ISSUED
        assert PrescriptionWindow.objects.get().first_dispensed_at is None

    def test_of_no_day_is_rejected(self, program, at):
        life = lives.registered(program, at)
        rejected(authorizations.report_dispense, "days_supply", **at_counter(life, at, days_supply=0))

    def test_of_an_earlier_day_covers_from_that_day_and_bears_a_number_of_its_own(self, program, at):
        life = lives.registered(program, lives.days_before(at, 20))
        day = program_day(at) - timedelta(days=12)
        rows = [
            authorizations.report_dispense(**at_counter(life, at, days_supply=10, dispensed_on=day, note="Outage."))
            for _ in range(2)
        ]
        assert (rows[0].dispensed_on, program_day(rows[0].dispensed_at), rows[0].note) == (day, day, "Outage.")
        assert fresh(life.registrant).supply_through == day + timedelta(days=9)
        assert len({row.report_number for row in rows}) == 2
        assert Deviation.objects.get(dispense=rows[0]).raised_at == at

    def test_of_a_day_before_the_last_dispense_leaves_the_end_of_the_supply_alone(self, program, at):
        life = lives.on_treatment(program, lives.days_before(at, 5))
        ends, day = fresh(life.registrant).supply_through, program_day(at) - timedelta(days=36)
        authorizations.report_dispense(**at_counter(life, at, days_supply=90, dispensed_on=day))
        assert fresh(life.registrant).supply_through == ends
        authorizations.report_dispense(**at_counter(life, at, days_supply=2, dispensed_on=day + timedelta(days=1)))
        assert fresh(life.registrant).supply_through == program_day(at) - timedelta(days=34)

    def test_belongs_to_the_course_of_its_day(self, program, at):
        then = lives.days_before(at, 90)
        life = lives.on_treatment(program, then)
        first = life.registrant.course
        ended = {"last_dose_on": program_day(then), "by": program.clinic, "at": then}
        registrants.end_treatment(registrant=life.registrant, **ended)
        registrants.enroll_again(
            registrant=life.registrant, prescriber=program.prescriber, by=program.clinic, at=lives.days_before(at, 30)
        )
        early = authorizations.report_dispense(**at_counter(life, at, days_supply=5, dispensed_on=program_day(then)))
        late = authorizations.report_dispense(**at_counter(life, at, days_supply=5))
        assert (early.course, late.course.number) == (first, first.number + 1)

    @pytest.mark.parametrize("days", [1, -1000])
    def test_of_a_day_to_come_or_long_gone_is_rejected(self, program, at, days):
        life = lives.registered(program, at)
        day = program_day(at) + timedelta(days=days)
        rejected(
            authorizations.report_dispense, "dispensed_on", **at_counter(life, at, days_supply=5, dispensed_on=day)
        )
