"""What happens is told to whom it concerns, at once and once (section 10; section 13, Notices)."""

from datetime import timedelta

import pytest

from consents.actions.signing import sign
from notifications.announcements import announce
from notifications.models import Notice
from pledge.actions import authorizations, holds, months, participants, pregnancy_tests, registrants
from pledge.models import ProgramEvent
from pledge.rules import vocabulary
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import ConsentForm, Method, Signer
from pledge.trail import by_pharmacy, by_prescriber, by_registrant
from tests import lives

pytestmark = pytest.mark.django_db
IUD_AND_CONDOM = frozenset({Method.IUD, Method.MALE_CONDOM})
CONFIRMATION_DUE = "prescriber: confirmation_due"


class TestEnrolling:
    def test_asks_for_the_address_and_for_signatures(self, program, at, told):
        lives.registered(program, at)
        assert told() == ["registrant: address_confirmation", "registrant: invitation_to_sign"]

    def test_invites_a_minors_guardian_too(self, program, at, told):
        lives.registered(program, at, born_on=program_day(at).replace(year=2012))
        assert "guardian: invitation_to_sign" in told()

    def test_again_asks_for_both_again(self, program, at, told):
        life = lives.on_treatment(program, at)
        registrants.discontinue(
            registrant=life.registrant, reason="moved", last_dose_on=program_day(at), by=program.clinic, at=at
        )
        told()
        registrants.enroll_again(registrant=life.registrant, prescriber=program.prescriber, by=program.clinic, at=at)
        assert told() == ["registrant: address_confirmation", "registrant: invitation_to_sign"]


class TestSigning:
    def test_gives_a_copy_when_the_last_signer_has_signed(self, program, at, told):
        life = lives.registered(program, at)
        told()
        form = ConsentForm.INFORMED_CONSENT
        own = by_registrant(life.registrant)
        sign(registrant=life.registrant, form=form, signer=Signer.REGISTRANT, by=own, at=at)
        assert told() == []
        sign(registrant=life.registrant, form=form, signer=Signer.PRESCRIBER, by=program.clinic, at=at)
        assert told() == ["registrant: consent_copy"]

    def test_gives_the_guardian_who_signed_a_copy(self, program, at, told):
        life = lives.registered(program, at, born_on=program_day(at).replace(year=2012))
        told()
        form = ConsentForm.INFORMED_CONSENT
        for signer in (Signer.REGISTRANT, Signer.GUARDIAN, Signer.PRESCRIBER):
            by = program.clinic if signer == Signer.PRESCRIBER else by_registrant(life.registrant, signer.value)
            sign(registrant=life.registrant, form=form, signer=signer, by=by, at=at)
        assert told() == ["guardian: consent_copy", "registrant: consent_copy"]


class TestATest:
    def test_that_qualifies_calls_the_prescriber(self, program, at, told):
        life = lives.enrolled(program, at)
        told()
        lives.a_test(life, at)
        assert told() == [CONFIRMATION_DUE]

    def test_that_only_screens_calls_nobody(self, program, at, told):
        lives.enrolled(program, at)
        assert CONFIRMATION_DUE not in told()

    @pytest.mark.parametrize(
        "bad",
        [{"result": vocabulary.TestResult.INDETERMINATE}, {"setting": vocabulary.TestSetting.HOME}],
        ids=["unclear", "at home"],
    )
    def test_that_does_not_qualify_calls_nobody(self, program, at, told, bad):
        life = lives.enrolled(program, at)
        told()
        lives.a_test(life, at, **bad)
        assert told() == []

    def test_of_a_month_already_confirmed_calls_nobody(self, program, at, told):
        life = lives.ready(program, at)
        told()
        lives.a_test(life, at + timedelta(days=1))
        assert told() == []

    def test_that_is_positive_is_urgent_to_prescriber_and_program(self, program, at, told):
        life = lives.enrolled(program, at)
        told()
        lives.a_test(life, at, result=vocabulary.TestResult.POSITIVE)
        assert told() == ["prescriber: urgent_result", "program: urgent_result"]

    def test_corrected_into_one_that_qualifies_calls_the_prescriber(self, program, at, told):
        life = lives.enrolled(program, at)
        lives.a_test(life, at, specimen_on=program_day(at) - timedelta(days=1))
        told()
        day = program_day(at)
        pregnancy_tests.correct_test(
            registrant=life.registrant, specimen_on=day - timedelta(days=1), to=day, by=program.clinic, at=at
        )
        assert told() == [CONFIRMATION_DUE]


class TestAReport:
    def test_is_urgent_to_prescriber_and_program(self, program, at, told):
        life = lives.on_treatment(program, at)
        told()
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=at)
        assert told() == ["prescriber: urgent_result", "program: urgent_result"]

    def test_tells_the_pharmacy_that_its_authorization_is_revoked(self, program, at, told):
        life = lives.authorized(program, at)
        told()
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=at)
        assert "pharmacy: authorization_revoked" in told()


class TestAMonth:
    def test_confirmed_opens_the_questions(self, program, at, told):
        life = lives.enrolled(program, at)
        lives.a_test(life, at)
        told()
        lives.confirmed(life, at)
        assert told() == ["registrant: questions_ready"]

    def test_complete_opens_the_window(self, program, at, told):
        life = lives.enrolled(program, at)
        lives.a_test(life, at)
        lives.confirmed(life, at)
        told()
        lives.answered(life, at)
        assert told() == ["registrant: window_open"]

    def test_answered_wrong_tells_nobody(self, program, at, told):
        life = lives.enrolled(program, at)
        lives.a_test(life, at)
        lives.confirmed(life, at)
        told()
        lives.answered(life, at, correct=False)
        assert told() == []

    def test_with_other_methods_is_told_to_the_prescriber(self, program, at, told):
        life = lives.enrolled(program, at)
        lives.a_test(life, at)
        lives.confirmed(life, at)
        told()
        lives.answered(life, at, methods=IUD_AND_CONDOM)
        assert told() == ["prescriber: methods_differ"]

    def test_corrected_to_other_methods_is_told_to_both(self, program, at, told):
        life = lives.ready(program, at)
        told()
        lives.confirmed(life, at, methods=IUD_AND_CONDOM)
        assert told() == ["prescriber: methods_differ", "registrant: questions_ready"]

    def test_corrected_to_the_registrants_methods_opens_the_window(self, program, at, told):
        life = lives.enrolled(program, at)
        lives.a_test(life, at)
        lives.confirmed(life, at)
        lives.answered(life, at, methods=IUD_AND_CONDOM)
        told()
        lives.confirmed(life, at, methods=IUD_AND_CONDOM)
        assert told() == ["registrant: window_open"]


class TestAnAuthorization:
    def test_whose_window_is_cancelled_is_told_to_the_pharmacy(self, program, at, told):
        life = lives.authorized(program, at)
        told()
        months.cancel_window(registrant=life.registrant, by=program.clinic, at=at)
        assert told() == ["pharmacy: authorization_revoked"]

    def test_whose_prescriber_is_suspended_and_back_is_told_each_time(self, program, at, told):
        lives.authorized(program, at)
        told()
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        assert told() == ["pharmacy: authorization_suspended"]
        participants.reinstate(party=program.prescriber, by=program.administrator, at=at)
        assert told() == ["pharmacy: authorization_resumed"]

    def test_whose_own_pharmacy_is_suspended_is_told_to_it(self, program, at, told):
        lives.authorized(program, at)
        told()
        participants.suspend(party=program.pharmacy, by=program.administrator, at=at)
        assert told() == ["pharmacy: authorization_revoked"]


class TestTheProgram:
    def test_hears_of_a_supply_handed_over_unasked(self, program, at, told):
        life = lives.on_treatment(program, at)
        told()
        pharmacy = program.other_pharmacy
        authorizations.report_dispense(
            registrant=life.registrant, pharmacy=pharmacy, days_supply=10, by=by_pharmacy(pharmacy, "rph-3"), at=at
        )
        assert told() == ["program: noncompliance"]

    def test_hears_of_a_dispense_outside_the_corrected_window(self, program, at, told):
        life = lives.ready(program, at)
        later = at + timedelta(days=5)
        lives.dispensed(life, later)
        told()
        day = program_day(at)
        pregnancy_tests.correct_test(
            registrant=life.registrant, specimen_on=day, to=day - timedelta(days=4), by=program.clinic, at=later
        )
        assert "program: deviation" in told()


class TestATransfer:
    def test_with_an_open_window_calls_the_new_prescriber(self, program, at, told):
        life = lives.ready(program, at)
        new = lives.a_program(at).prescriber
        told()
        registrants.transfer(registrant=life.registrant, prescriber=new, by=program.clinic, at=at)
        assert told() == [CONFIRMATION_DUE]
        assert Notice.objects.order_by("pk").last().reader_id == new.pk

    def test_without_one_calls_nobody(self, program, at, told):
        life = lives.enrolled(program, at)
        told()
        registrants.transfer(
            registrant=life.registrant, prescriber=lives.a_program(at).prescriber, by=program.clinic, at=at
        )
        assert told() == []


class TestAChangeOfCategory:
    def test_that_asks_for_the_second_consent_invites_to_sign_it(self, program, at, told):
        life = lives.enrolled(program, at, category=lives.CANNOT)
        told()
        registrants.change_category(registrant=life.registrant, category=lives.CAN, by=program.clinic, at=at)
        assert told() == ["registrant: invitation_to_sign"]

    def test_that_asks_for_nothing_invites_nobody(self, program, at, told):
        life = lives.enrolled(program, at)
        told()
        registrants.change_category(
            registrant=life.registrant, category=lives.CANNOT, basis="hysterectomy", by=program.clinic, at=at
        )
        assert told() == []


class TestAnnouncing:
    def test_the_whole_trail_again_adds_nothing(self, program, at, told):
        life = lives.authorized(program, at)
        holds.report_pregnancy(registrant=life.registrant, by=by_prescriber(program.prescriber), at=at)
        told()
        for event in ProgramEvent.objects.order_by("pk"):
            announce(event)
        assert told() == []
