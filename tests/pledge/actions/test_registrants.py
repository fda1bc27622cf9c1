"""Registrants: enrolled, corrected, transferred, and their courses ended."""

from datetime import date, timedelta

import pytest

from pledge.access import NotThere
from pledge.actions import holds, participants, registrants
from pledge.models import Course, EventType, PrescriptionWindow, Registrant
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.rules.vocabulary import AuthorizationStatus, Ending, StopCause
from pledge.trail import by_prescriber, by_registrant
from tests import lives
from tests.pledge.actions.acting import STRANGER, a_designee, delegated_no_more
from tests.pledge.happened import events, fresh, refused, rejected, types

pytestmark = pytest.mark.django_db
CAN, CANNOT = lives.CAN, lives.CANNOT


class TestEnrolling:
    def test_begins_the_first_course(self, program, at):
        row = lives.registered(program, at).registrant
        assert row.course.number == 1
        assert row.course.first_day == row.registered_on == program_day(at)
        assert row.course.tests_from == program_day(at) - timedelta(days=30)
        assert len(row.number) == 10
        assert row.number[0] != "0"

    @pytest.mark.parametrize("basis", ["", "tubal_sterilization", "abstinence"])
    def test_needs_a_basis_for_those_who_cannot_become_pregnant(self, program, at, basis):
        given = {"prescriber": program.prescriber, "born_on": lives.GROWN_UP, "category": CANNOT, "basis": basis}
        refused(registrants.enroll, Code.CATEGORY_UNCONFIRMED, **given, by=program.clinic, at=at)
        assert not Registrant.objects.exists()

    def test_keeps_no_basis_where_none_is_asked(self, program, at):
        given = {"prescriber": program.prescriber, "born_on": lives.GROWN_UP, "basis": "hysterectomy"}
        assert registrants.enroll(**given, by=program.clinic, at=at).basis == ""

    def test_needs_a_certified_prescriber(self, program, at):
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        given = {"prescriber": program.prescriber, "born_on": lives.GROWN_UP, "category": CANNOT}
        refused(
            registrants.enroll,
            Code.CATEGORY_UNCONFIRMED,
            Code.PRESCRIBER_NOT_CERTIFIED,
            **given,
            by=program.clinic,
            at=at,
        )

    def test_is_rejected_before_birth(self, program, at):
        given = {"prescriber": program.prescriber, "born_on": program_day(at) + timedelta(days=1)}
        rejected(registrants.enroll, "born", **given, by=program.clinic, at=at)

    @pytest.mark.parametrize("field", ["hold_since", "number", "registered_on", "shoe_size"])
    def test_takes_no_other_field_as_contact(self, program, at, field):
        given = {"prescriber": program.prescriber, "born_on": lives.GROWN_UP, "contact": {field: "2026-01-01"}}
        rejected(registrants.enroll, "contact", **given, by=program.clinic, at=at)

    def test_is_the_prescribers_own_or_their_designees(self, program, other, at):
        given = {"prescriber": program.prescriber, "born_on": lives.GROWN_UP, "at": at}
        for by in (other.clinic, a_designee(other, at), STRANGER, program.counter):
            rejected(registrants.enroll, "prescriber", **given, by=by)
        assert registrants.enroll(**given, by=a_designee(program, at))
        assert registrants.enroll(**given, by=program.administrator)

    def test_is_refused_to_an_unattested_designee(self, program, at):
        given = {"prescriber": program.prescriber, "born_on": lives.GROWN_UP}
        refused(
            registrants.enroll, Code.DESIGNEE_NOT_ATTESTED, **given, by=a_designee(program, at, attested=False), at=at
        )


class TestEnrollingAgain:
    def ended(self, program, at, **kind):
        life = lives.on_treatment(program, at, **kind)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        return life

    def again(self, life, at, **others):
        given = {"registrant": life.registrant, "prescriber": life.program.prescriber, "by": life.program.clinic}
        return registrants.enroll_again(**{**given, **others}, at=at)

    def test_begins_a_new_course_in_which_everything_is_done_anew(self, program, at):
        life = self.ended(program, at)
        course = self.again(life, at).course
        assert (course.number, course.enrolled_on, course.consents_since) == (2, None, at)
        assert course.tests_from == course.first_day == program_day(at)
        assert Course.objects.filter(registrant=life.registrant, is_current=True).count() == 1

    def test_keeps_category_and_basis_unless_told(self, program, at):
        life = self.ended(program, at, category=CANNOT)
        row = self.again(life, at)
        assert (row.category, row.basis) == (CANNOT, "hysterectomy")

    def test_may_change_category_and_prescriber(self, program, other, at):
        life = self.ended(program, at)
        row = self.again(
            life, at, prescriber=other.prescriber, category=CANNOT, basis="post_menopause", by=other.clinic
        )
        assert (row.category, row.basis, row.prescriber) == (CANNOT, "post_menopause", other.prescriber)

    def test_is_rejected_while_active(self, program, at):
        life = lives.on_treatment(program, at)
        given = {"registrant": life.registrant, "prescriber": program.prescriber}
        rejected(registrants.enroll_again, "registrant", **given, by=program.clinic, at=at)

    def test_is_rejected_with_another_date_of_birth(self, program, at):
        life = self.ended(program, at)
        given = {"registrant": life.registrant, "prescriber": program.prescriber, "born_on": date(1990, 1, 1)}
        rejected(registrants.enroll_again, "born", **given, by=program.clinic, at=at)
        assert self.again(life, at, born_on=life.born_on)

    def test_keeps_a_hold_until_it_is_cleared(self, program, at):
        life = self.ended(program, at)
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=at)
        assert self.again(life, at).hold_since == program_day(at)

    def test_is_refused_to_an_unattested_designee(self, program, at):
        life = self.ended(program, at)
        given = {"registrant": life.registrant, "prescriber": program.prescriber}
        by = a_designee(program, at, attested=False)
        refused(registrants.enroll_again, Code.DESIGNEE_NOT_ATTESTED, **given, by=by, at=at)

    def test_needs_basis_and_certified_prescriber(self, program, at):
        life = self.ended(program, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        given = {"registrant": life.registrant, "prescriber": program.prescriber, "category": CANNOT}
        codes = (Code.CATEGORY_UNCONFIRMED, Code.PRESCRIBER_NOT_CERTIFIED)
        refused(registrants.enroll_again, *codes, **given, by=program.clinic, at=at)


class TestContact:
    def test_keeps_old_and_new(self, program, at):
        life = lives.registered(program, at)
        with events() as told:
            registrants.change_contact(
                registrant=life.registrant, contact={"email": "new@patients.example"}, by=program.clinic, at=at
            )
        fields = told[0].changes[f"registrant:{life.registrant.pk}"]
        assert fields == {"email": ["robin@patients.example", "new@patients.example"]}

    def test_may_be_changed_by_the_registrant(self, program, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "contact": {"language": "es"}}
        assert registrants.change_contact(**given, by=by_registrant(life.registrant), at=at).language == "es"

    def test_is_not_another_prescribers_to_change(self, program, other, at):
        life, stranger = lives.registered(program, at), lives.registered(other, at)
        given = {"registrant": life.registrant, "contact": {"language": "es"}, "at": at}
        for by in (other.clinic, by_registrant(stranger.registrant), STRANGER, program.counter):
            rejected(registrants.change_contact, "registrant", **given, by=by)

    def test_is_not_a_former_designees_to_change(self, program, at):
        life = lives.registered(program, at)
        by = delegated_no_more(a_designee(program, at), at)
        rejected(registrants.change_contact, "registrant", registrant=life.registrant, contact={}, by=by, at=at)

    def test_is_refused_to_an_unattested_designee(self, program, at):
        life = lives.registered(program, at)
        by = a_designee(program, at, attested=False)
        given = {"registrant": life.registrant, "contact": {"language": "es"}}
        refused(registrants.change_contact, Code.DESIGNEE_NOT_ATTESTED, **given, by=by, at=at)

    def test_takes_no_other_field(self, program, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "contact": {"hold_since": None}}
        rejected(registrants.change_contact, "contact", **given, by=program.clinic, at=at)


class TestACategoryChanged:
    def change(self, life, at, category, basis="", **others):
        given = {"registrant": life.registrant, "category": category, "basis": basis, "by": life.program.clinic}
        return registrants.change_category(**{**given, **others}, at=at)

    def test_to_can_revokes_and_begins_a_new_course(self, program, at):
        life = lives.authorized(program, at, category=CANNOT)
        with types() as told:
            row = self.change(life, at, CAN)
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.CATEGORY_CHANGED]
        assert fresh(life.authorization).status == AuthorizationStatus.REVOKED
        window = PrescriptionWindow.objects.get(registrant=row)
        assert (window.stop_cause, window.closes_on) == (StopCause.CATEGORY_CHANGE, program_day(at))
        assert (row.category, row.basis, row.course.number, row.course.enrolled_on) == (CAN, "", 2, None)
        assert row.courses.get(number=1).ending == Ending.CATEGORY_CHANGED
        assert row.hold_since is None

    def test_to_can_is_enrolled_again_by_the_one_form_that_was_missing(self, program, at):
        life = lives.authorized(program, at, category=CANNOT)
        row = self.change(life, at, CAN)
        lives.signed(lives.Life(program, row), at)
        assert row.course.enrolled_on == program_day(at)

    def test_to_cannot_leaves_window_and_authorization(self, program, at):
        life = lives.authorized(program, at)
        row = self.change(life, at, CANNOT, "hysterectomy")
        assert fresh(life.authorization).status == AuthorizationStatus.ISSUED
        assert PrescriptionWindow.objects.get(registrant=row).stopped_at is None
        assert row.course.number == 1

    def test_to_cannot_completes_an_enrollment_that_waited_for_the_other_form(self, program, at):
        from consents.actions.signing import sign
        from pledge.rules.vocabulary import ConsentForm, Signer

        life = lives.registered(program, at)
        for signer, by in ((Signer.REGISTRANT, by_registrant(life.registrant)), (Signer.PRESCRIBER, program.clinic)):
            sign(registrant=life.registrant, form=ConsentForm.INFORMED_CONSENT, signer=signer, by=by, at=at)
        assert life.registrant.course.enrolled_on is None
        assert self.change(life, at, CANNOT, "cisgender_male").course.enrolled_on == program_day(at)

    def test_needs_a_basis(self, program, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "category": CANNOT, "basis": "tubal_sterilization"}
        refused(registrants.change_category, Code.CATEGORY_UNCONFIRMED, **given, by=program.clinic, at=at)

    def test_is_rejected_where_nothing_would_change(self, program, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "category": CAN}
        rejected(registrants.change_category, "category", **given, by=program.clinic, at=at)

    def test_is_refused_after_an_ending(self, program, at):
        life = lives.registered(program, at)
        registrants.discontinue(
            registrant=life.registrant, reason="moved", last_dose_on=program_day(at), by=program.clinic, at=at
        )
        given = {"registrant": life.registrant, "category": CANNOT, "basis": "hysterectomy"}
        refused(registrants.change_category, Code.TREATMENT_ENDED, **given, by=program.clinic, at=at)

    def test_is_not_another_prescribers(self, program, other, at):
        life = lives.registered(program, at)
        with pytest.raises(NotThere):
            self.change(life, at, CANNOT, "hysterectomy", by=other.clinic)


class TestATransfer:
    def transfer(self, life, at, prescriber, **others):
        given = {"registrant": life.registrant, "prescriber": prescriber, "by": life.program.clinic}
        return registrants.transfer(**{**given, **others}, at=at)

    def test_leaves_number_course_window_and_authorization(self, program, other, at):
        life = lives.authorized(program, at)
        row = self.transfer(life, at, other.prescriber)
        assert row.prescriber == other.prescriber
        assert (row.number, row.course.number) == (life.number, 1)
        assert fresh(life.authorization).status == AuthorizationStatus.ISSUED
        assert PrescriptionWindow.objects.get(registrant=row).stopped_at is None

    def test_resumes_what_was_suspended_with_the_former_prescriber(self, program, other, at):
        life = lives.authorized(program, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        with types() as told:
            self.transfer(life, at, other.prescriber, by=program.administrator)
        assert told == [EventType.AUTHORIZATION_RESUMED, EventType.REGISTRANT_TRANSFERRED]
        assert fresh(life.authorization).status == AuthorizationStatus.ISSUED
        assert fresh(life.authorization).suspended_at is None

    def test_resumes_nothing_that_is_past_its_date(self, program, other, at):
        life = lives.authorized(program, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        later = at + timedelta(days=8)
        self.transfer(life, later, other.prescriber, by=program.administrator)
        assert fresh(life.authorization).status == AuthorizationStatus.SUSPENDED

    def test_needs_another_and_certified_prescriber(self, program, other, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "by": program.clinic, "at": at}
        rejected(registrants.transfer, "prescriber", prescriber=program.prescriber, **given)
        participants.suspend(party=other.prescriber, by=program.administrator, at=at)
        refused(registrants.transfer, Code.PRESCRIBER_NOT_CERTIFIED, prescriber=other.prescriber, **given)

    def test_is_refused_after_an_ending(self, program, other, at):
        life = lives.registered(program, at)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        given = {"registrant": life.registrant, "prescriber": other.prescriber}
        refused(registrants.transfer, Code.TREATMENT_ENDED, **given, by=program.clinic, at=at)

    def test_takes_the_registrant_out_of_the_former_prescribers_reach(self, program, other, at):
        life = lives.registered(program, at)
        self.transfer(life, at, other.prescriber)
        given = {"registrant": life.registrant, "contact": {"language": "es"}, "at": at}
        rejected(registrants.change_contact, "registrant", **given, by=program.clinic)
        assert registrants.change_contact(**given, by=by_prescriber(other.prescriber))


class TestAnEnding:
    def test_revokes_closes_and_asks_for_the_last_tests(self, program, at):
        life = lives.on_treatment(program, at, today=True)
        with types() as told:
            course = registrants.end_treatment(
                registrant=life.registrant, last_dose_on=program_day(at), by=program.clinic, at=at
            )
        assert told == [EventType.TREATMENT_ENDED]
        assert course.post_treatment_tests_asked
        assert (course.ending, course.ended_on, course.ended_at) == (Ending.COMPLETED, program_day(at), at)
        assert PrescriptionWindow.objects.filter(stop_cause=StopCause.TREATMENT_ENDED).count() == 1

    def test_asks_for_none_where_nothing_was_dispensed(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            course = registrants.discontinue(
                registrant=life.registrant, reason=" moved ", last_dose_on=program_day(at), by=program.clinic, at=at
            )
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.REGISTRANT_DISCONTINUED]
        assert not course.post_treatment_tests_asked
        assert course.ending_reason == "moved"

    def test_asks_for_none_of_someone_who_cannot_become_pregnant(self, program, at):
        life = lives.on_treatment(program, at, category=CANNOT)
        course = registrants.end_treatment(
            registrant=life.registrant, last_dose_on=program_day(at), by=program.clinic, at=at
        )
        assert not course.post_treatment_tests_asked

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_by_discontinuation_needs_a_reason(self, program, at, reason):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "reason": reason, "last_dose_on": program_day(at)}
        rejected(registrants.discontinue, "reason", **given, by=program.clinic, at=at)

    def test_cannot_have_its_last_dose_tomorrow(self, program, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "last_dose_on": program_day(at) + timedelta(days=1)}
        rejected(registrants.end_treatment, "last_dose", **given, by=program.clinic, at=at)

    def test_comes_once(self, program, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "last_dose_on": program_day(at), "by": program.clinic, "at": at}
        registrants.end_treatment(**given)
        refused(registrants.end_treatment, Code.TREATMENT_ENDED, **given)
        refused(registrants.discontinue, Code.TREATMENT_ENDED, **given, reason="moved")

    def test_leaves_a_hold_in_place(self, program, at):
        life = lives.on_treatment(program, at)
        lives.a_test(life, at, result=words.TestResult.POSITIVE)
        given = {"registrant": life.registrant, "last_dose_on": program_day(at), "by": program.clinic, "at": at}
        registrants.end_treatment(**given)
        assert fresh(life.registrant).hold_since == program_day(at)
