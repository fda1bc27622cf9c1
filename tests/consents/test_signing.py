"""Signing: who, in which order, which text, and what the last signature completes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from consents.actions.signing import sign, sign_electronically
from consents.models import FormVersion, SignedConsent
from consents.vocabulary import SigningMethod
from pledge.actions import participants, registrants
from pledge.models import EventType
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import by_registrant
from tests import lives, signers
from tests.pledge.actions.acting import STRANGER, a_designee
from tests.pledge.happened import events, fresh, refused, rejected

pytestmark = pytest.mark.django_db
INFORMED, BIRTH_DEFECTS = ConsentForm.INFORMED_CONSENT, ConsentForm.BIRTH_DEFECTS_CONSENT
REGISTRANT, GUARDIAN, PRESCRIBER = Signer.REGISTRANT, Signer.GUARDIAN, Signer.PRESCRIBER
AT = lives.UNDER_2021
OLD_TEXT_ENDS = datetime(2026, 11, 15, 15, tzinfo=UTC)


@pytest.fixture
def program():
    return lives.a_program(AT)


def minor(program, at=AT, *, turns_18_in=100):
    day = program_day(at) + timedelta(days=turns_18_in)
    return lives.registered(program, at, born_on=day.replace(year=day.year - 18))


def given(life, signer=REGISTRANT, form=INFORMED, at=AT, **others):
    by = life.program.clinic if signer == PRESCRIBER else by_registrant(life.registrant, signer.value)
    return {"registrant": life.registrant, "form": form, "signer": signer, "by": by, "at": at, **others}


class TestSigning:
    def test_keeps_text_signer_name_and_day(self, program):
        life = lives.registered(program, AT)
        row = fresh(sign(**given(life, signer_name="Robin Reyes")))
        assert (row.signer, row.signer_name, row.signed_at) == (REGISTRANT, "Robin Reyes", AT)
        assert (row.signed_on, row.course) == (program_day(AT), life.registrant.course)
        assert row.form_version == FormVersion.objects.of(INFORMED).in_force(program_day(AT))

    def test_the_last_form_by_the_last_signer_completes_the_enrollment(self, program):
        life = lives.registered(program, AT)
        enrolled_on = []
        for form in (INFORMED, BIRTH_DEFECTS):
            for signer in (REGISTRANT, PRESCRIBER):
                sign(**given(life, signer, form, AT + timedelta(days=len(enrolled_on))))
                enrolled_on.append(life.registrant.course.enrolled_on)
        assert enrolled_on == [None, None, None, program_day(AT) + timedelta(days=3)]

    def test_says_when_a_form_is_complete(self, program):
        life = lives.registered(program, AT)
        with events() as told:
            sign(**given(life))
            sign(**given(life, PRESCRIBER))
        assert [event.changes["form"] for event in told] == [
            {"informed_consent": [None, "signed"]},
            {"informed_consent": [None, "complete"]},
        ]

    def test_again_gives_the_signature_that_stands_and_records_nothing(self, program):
        life = lives.registered(program, AT)
        first = sign(**given(life))
        with events() as told:
            again = sign(**given(life, at=AT + timedelta(days=1), signer_name="another"))
        assert again == first
        assert told == []
        assert SignedConsent.objects.count() == 1

    def test_is_done_anew_in_a_new_course(self, program):
        life = lives.registered(program, AT)
        lives.signed(life, AT)
        by = {"by": program.clinic, "at": AT}
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(AT), **by)
        later = AT + timedelta(days=1)
        registrants.enroll_again(registrant=life.registrant, prescriber=program.prescriber, by=program.clinic, at=later)
        assert sign(**given(life, at=later)).course.number == 2

    def test_counts_in_the_course_that_a_change_of_category_begins(self, program):
        life = lives.registered(program, AT, category=lives.CANNOT)
        lives.signed(life, AT)
        later = AT + timedelta(days=3)
        registrants.change_category(registrant=life.registrant, category=lives.CAN, by=program.clinic, at=later)
        first = SignedConsent.objects.filter(signer=REGISTRANT).get()
        assert sign(**given(life, at=later)) == first

    def test_is_refused_after_an_ending(self, program):
        life = lives.registered(program, AT)
        by = {"by": program.clinic, "at": AT}
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(AT), **by)
        refused(sign, Code.TREATMENT_ENDED, **given(life))

    def test_is_nobody_elses(self, program):
        life, stranger = lives.registered(program, AT), lives.registered(program, AT)
        other = lives.a_program(AT)
        for by in (STRANGER, program.counter, other.clinic, by_registrant(stranger.registrant)):
            rejected(sign, "registrant", **given(life, by=by))

    def test_for_another_is_rejected(self, program):
        life = minor(program)
        rejected(sign, "signer", **given(life, GUARDIAN, by=by_registrant(life.registrant)))
        rejected(sign, "signer", **given(life, REGISTRANT, by=by_registrant(life.registrant, "guardian")))

    def test_is_not_recorded_by_an_unattested_designee(self, program):
        life = lives.registered(program, AT)
        refused(sign, Code.DESIGNEE_NOT_ATTESTED, **given(life, by=a_designee(program, AT, attested=False)))

    def test_of_a_form_without_a_text_in_force_is_rejected(self, program):
        life = lives.registered(program, AT)
        with connection.cursor() as cursor:  # the database keeps what was published; so this is forced upon it
            cursor.execute("ALTER TABLE consents_formversion DISABLE TRIGGER consents_formversion_is_kept")
        FormVersion.objects.of(INFORMED).update(published_at=None)
        rejected(sign, "form", **given(life))


class TestCountersigning:
    def test_comes_after_the_registrant(self, program):
        life = lives.registered(program, AT)
        refused(sign, Code.CONSENT_MISSING, **given(life, PRESCRIBER))

    def test_comes_after_the_guardian_too(self, program):
        life = minor(program)
        refused(sign, Code.CONSENT_MISSING, Code.GUARDIAN_CONSENT_MISSING, **given(life, PRESCRIBER))
        sign(**given(life, REGISTRANT))
        refused(sign, Code.GUARDIAN_CONSENT_MISSING, **given(life, PRESCRIBER))
        sign(**given(life, GUARDIAN))
        assert sign(**given(life, PRESCRIBER))

    def test_is_done_in_person(self, program):
        life = lives.registered(program, AT)
        sign(**given(life))
        for by in (a_designee(program, AT), program.administrator, by_registrant(life.registrant)):
            refused(sign, Code.CONSENT_MISSING, **given(life, PRESCRIBER, by=by))

    def test_needs_a_certified_prescriber(self, program):
        life = lives.registered(program, AT)
        sign(**given(life))
        participants.suspend(party=program.prescriber, by=program.administrator, at=AT)
        refused(sign, Code.PRESCRIBER_NOT_CERTIFIED, **given(life, PRESCRIBER))


class TestAMinor:
    def test_is_enrolled_with_the_guardians_signatures_too(self, program):
        life = minor(program)
        for form in (INFORMED, BIRTH_DEFECTS):
            for signer in (GUARDIAN, REGISTRANT, PRESCRIBER):
                assert life.registrant.course.enrolled_on is None
                sign(**given(life, signer, form))
        assert life.registrant.course.enrolled_on == program_day(AT)

    def test_is_whoever_is_one_on_the_day_of_signing(self, program):
        life = minor(program, turns_18_in=1)
        sign(**given(life))
        tomorrow = AT + timedelta(days=1)
        refused(sign, Code.GUARDIAN_CONSENT_MISSING, **given(life, PRESCRIBER, at=tomorrow))
        assert sign(**given(life, GUARDIAN, at=tomorrow))

    def test_is_one_no_more_on_the_birthday(self, program):
        life = minor(program, turns_18_in=1)
        tomorrow = AT + timedelta(days=1)
        rejected(sign, "signer", **given(life, GUARDIAN, at=tomorrow))
        sign(**given(life, at=tomorrow))
        assert sign(**given(life, PRESCRIBER, at=tomorrow))

    def test_born_on_29_february_turns_18_on_1_march(self):
        at = datetime(2026, 2, 28, 15, tzinfo=UTC)
        life = lives.registered(lives.a_program(at), at, born_on=date(2008, 2, 29))
        assert sign(**given(life, GUARDIAN, at=at))
        rejected(sign, "signer", **given(life, GUARDIAN, BIRTH_DEFECTS, at=at + timedelta(days=1)))


class TestANewText:
    def texts(self, form=BIRTH_DEFECTS):
        return list(FormVersion.objects.of(form).order_by("in_force_from"))

    def test_is_signed_by_whoever_begins_in_its_time(self):
        life = lives.registered(lives.a_program(OLD_TEXT_ENDS), OLD_TEXT_ENDS)
        assert sign(**given(life, form=BIRTH_DEFECTS, at=OLD_TEXT_ENDS)).form_version == self.texts()[-1]

    def test_leaves_a_signing_under_way_with_the_old_one(self):
        before = lives.days_before(OLD_TEXT_ENDS, 1)
        life = lives.registered(lives.a_program(before), before)
        old = sign(**given(life, form=BIRTH_DEFECTS, at=before)).form_version
        countersigned = sign(**given(life, PRESCRIBER, BIRTH_DEFECTS, OLD_TEXT_ENDS))
        assert countersigned.form_version == old == self.texts()[-2]
        sign(**given(life, REGISTRANT, INFORMED, OLD_TEXT_ENDS))
        sign(**given(life, PRESCRIBER, INFORMED, OLD_TEXT_ENDS))
        assert life.registrant.course.enrolled_on == program_day(OLD_TEXT_ENDS)

    def test_may_be_signed_beside_an_old_one_that_is_complete(self):
        before = lives.days_before(OLD_TEXT_ENDS, 1)
        life = lives.registered(lives.a_program(before), before)
        for signer in (REGISTRANT, PRESCRIBER):
            sign(**given(life, signer, BIRTH_DEFECTS, before))
        assert sign(**given(life, REGISTRANT, BIRTH_DEFECTS, OLD_TEXT_ENDS)).form_version == self.texts()[-1]


class TestTheTrailOfASignature:
    def test_names_the_act_alike_whether_given_or_refused(self, program):
        life = lives.registered(program, AT)
        refused(sign, Code.CONSENT_MISSING, **given(life, PRESCRIBER))
        with events() as told:
            sign(**given(life))
        assert [(event.type, event.act) for event in life.registrant.events.order_by("id")][-2:] == [
            (EventType.ACT_REFUSED, "signing.sign"),
            (EventType.FORM_SIGNED, "signing.sign"),
        ]
        assert told[0].actor_kind == "registrant"


class TestARecordedFact:
    def test_says_that_it_is_one_and_carries_no_text(self, program):
        life = lives.registered(program, AT)
        row = fresh(sign(**given(life)))
        assert (row.method, row.text, row.binding, row.visit, row.scan) == (
            SigningMethod.RECORDED,
            None,
            "",
            None,
            None,
        )

    def test_stands_where_the_same_is_then_signed_electronically(self, program):
        life = lives.registered(program, AT)
        visit = signers.visiting(life, AT)
        text = signers.initialed(visit, AT)
        first = sign(**given(life))
        by = signers.by_signer(visit.request)
        assert sign_electronically(visit=visit, text=text, name="Robin Reyes", by=by, at=AT) == first
        assert signers.left_in(visit, AT)[0].form_version.form == BIRTH_DEFECTS

    def test_does_not_hide_what_was_signed_electronically(self, program):
        life = lives.registered(program, AT)
        signers.signs_all(life, AT)
        assert sign(**given(life)).method == SigningMethod.ELECTRONIC
