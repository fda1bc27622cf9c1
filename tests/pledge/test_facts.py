"""What judging is told: one record of plain values, and never a word it does not know."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from consents.actions.signing import sign
from pledge import facts
from pledge.actions import authorizations, holds, months, participants, pregnancy_tests, records, registrants
from pledge.models import Registrant
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.history import Answer, Confirmation
from pledge.rules.monthly import Attestation
from pledge.rules.refusals import RefusalCode, Refused
from pledge.trail import by_registrant
from tests import lives

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2021
TODAY = program_day(AT)


@pytest.fixture
def program():
    return lives.a_program(AT)


def record_of(life, at=AT, **others):
    return facts.record_of(life.registrant, program_day(at), **others)


class TestARecord:
    def test_of_a_newcomer_is_empty(self, program):
        record = record_of(lives.registered(program, AT))
        assert (record.tests, record.windows, record.authorization, record.signatures) == ((), (), None, ())
        assert (record.hold_since, record.supply_through, record.born_on) == (None, None, lives.GROWN_UP)
        assert record.prescriber.holds(TODAY)
        assert record.course.enrolled_on is None

    def test_of_a_life_on_treatment_has_everything(self, program):
        life = lives.authorized(program, AT)
        record = record_of(life)
        assert [test.specimen_on for test in record.tests] == [TODAY - timedelta(days=30), TODAY]
        (window,) = record.windows
        assert (window.opens_on, window.closes_on, window.days_dispensed) == (TODAY, TODAY + timedelta(days=6), 0)
        assert window.test_id == record.tests[-1].id
        assert window.confirmation == Confirmation(program.prescriber.pk, lives.PILL_AND_CONDOM, 30)
        assert window.answer == Answer(lives.PILL_AND_CONDOM, correct=True)
        assert record.authorization.do_not_dispense_after == TODAY + timedelta(days=6)
        assert record.authorization.pharmacy.holds(TODAY)
        assert record.course.enrolled_on == TODAY - timedelta(days=30)

    def test_counts_what_was_dispensed_in_each_window(self, program):
        life = lives.authorized(program, AT, days_supply=10)
        counter = {"registrant": life.registrant, "pharmacy": program.pharmacy, "by": program.counter, "at": AT}
        authorizations.dispense(**counter)
        authorizations.authorize(**counter, days_supply=20)
        authorizations.dispense(**counter)
        authorizations.report_dispense(**counter, days_supply=5)
        record = record_of(life)
        assert [window.days_dispensed for window in record.windows] == [30]
        assert record.supply_through == TODAY + timedelta(days=4)
        assert record.authorization is None

    def test_takes_the_newest_confirmation_and_answer_of_an_open_window_alone(self, program):
        life = lives.ready(program, AT)
        other = frozenset({words.Method.IUD, words.Method.MALE_CONDOM})
        lives.confirmed(life, AT, methods=other, days_supply=20)
        lives.answered(life, AT, methods=other, correct=False)
        (window,) = record_of(life).windows
        assert (window.confirmation.methods, window.confirmation.days_supply) == (other, 20)
        assert window.answer == Answer(other, correct=False)
        (closed,) = record_of(life, AT + timedelta(days=7)).windows
        assert (closed.confirmation, closed.answer) == (None, None)

    def test_knows_the_prior_source(self, program):
        life = lives.enrolled(program, AT)
        lives.a_test(life, AT)
        said = Attestation(TODAY, 30, TODAY, lives.PILL_AND_CONDOM, prior_source=words.PriorSource.OTHER)
        months.confirm_month(registrant=life.registrant, attestation=said, by=program.clinic, at=AT)
        assert record_of(life).windows[0].confirmation.prior_source is words.PriorSource.OTHER

    def test_keeps_tests_in_order_and_leaves_out_what_was_superseded(self, program):
        life = lives.enrolled(program, AT)
        lives.a_test(life, AT)
        lives.a_test(life, AT, specimen_on=TODAY - timedelta(days=3), result=words.TestResult.INDETERMINATE)
        lives.a_test(life, AT, setting=words.TestSetting.HOME)
        pregnancy_tests.correct_test(
            registrant=life.registrant,
            specimen_on=TODAY - timedelta(days=3),
            to=TODAY - timedelta(days=2),
            by=program.clinic,
            at=AT,
        )
        told = record_of(life).tests[1:]
        assert [test.specimen_on for test in told] == [TODAY - timedelta(days=2), TODAY, TODAY]
        assert [test.setting for test in told[1:]] == [words.TestSetting.CLIA_LAB, words.TestSetting.HOME]

    def test_leaves_out_tests_before_the_course_unless_a_hold_rests_on_them(self, program):
        life = lives.registered(program, AT)
        early = TODAY - timedelta(days=31)
        lives.a_test(life, AT, specimen_on=early)
        assert record_of(life).tests == ()
        lives.a_test(life, AT, specimen_on=early, result=words.TestResult.POSITIVE)
        assert [test.specimen_on for test in record_of(life).tests] == [early, early]

    def test_knows_cycle_exemption_and_evidence(self, program):
        life = lives.enrolled(program, AT)
        pregnancy_tests.record_test(
            registrant=life.registrant,
            specimen_on=TODAY,
            result=words.TestResult.NEGATIVE,
            setting=words.TestSetting.HOME,
            cycle_exemption=words.CycleExemption.AMENORRHEA,
            has_evidence=True,
            by=program.clinic,
            at=AT,
        )
        newest = record_of(life).tests[-1]
        assert (newest.cycle_exemption, newest.has_evidence) == (words.CycleExemption.AMENORRHEA, True)

    def test_knows_standing_hold_and_ending(self, program):
        life = lives.on_treatment(program, AT)
        participants.suspend(party=program.prescriber, by=program.administrator, at=AT)
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=AT)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=TODAY, by=program.clinic, at=AT)
        record = record_of(life)
        assert not record.prescriber.holds(TODAY)
        assert (record.hold_since, record.course.ended_on) == (TODAY, TODAY)

    def test_has_a_null_date_where_none_is_printed(self):
        at = lives.UNDER_2026
        life = lives.authorized(lives.a_program(at), at, category=lives.CANNOT)
        live = record_of(life, at).authorization
        assert (live.do_not_dispense_after, live.window_id) == (None, None)

    def test_is_one_statement_once_enrolled(self, program, monkeypatch):
        life, asked = lives.authorized(program, AT), []
        execute = psycopg.Cursor.execute

        def counted(cursor, query, *values, **options):
            asked.append(query)
            return execute(cursor, query, *values, **options)

        monkeypatch.setattr(psycopg.Cursor, "execute", counted)
        record_of(life)
        assert len(asked) == 1

    def test_of_a_record_merged_away_or_unknown_is_refused(self, program):
        kept, gone = lives.registered(program, AT), lives.registered(program, AT)
        records.merge(registrant=kept.registrant, duplicate=gone.registrant, by=program.administrator, at=AT)
        for registrant in (gone.registrant, Registrant(pk=0)):
            with pytest.raises(Refused) as caught:
                facts.record_of(registrant, TODAY)
            assert [reason.code for reason in caught.value.refusals] == [RefusalCode.NOT_ENROLLED]


class TestSignatures:
    def test_are_gathered_while_they_matter_or_are_asked_for(self, program):
        life = lives.registered(program, AT)
        form = words.ConsentForm.INFORMED_CONSENT
        sign(
            registrant=life.registrant,
            form=form,
            signer=words.Signer.REGISTRANT,
            by=by_registrant(life.registrant),
            at=AT,
        )
        (signature,) = record_of(life).signatures
        assert (signature.form, signature.signer, signature.signed_on) == (form, words.Signer.REGISTRANT, TODAY)
        enrolled = lives.enrolled(program, AT)
        assert record_of(enrolled).signatures is None
        assert len(record_of(enrolled, with_signatures=True).signatures) == 4

    def test_of_an_ended_course_do_not_count_in_the_next_even_at_the_same_instant(self, program):
        life = lives.registered(program, AT)
        lives.signed(life, AT)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=TODAY, by=program.clinic, at=AT)
        registrants.enroll_again(registrant=life.registrant, prescriber=program.prescriber, by=program.clinic, at=AT)
        assert record_of(life).signatures == ()


class TestAWordThatIsNotKnown:
    """Fails closed: it raises, and so nothing is authorized (trust-bar R2)."""

    @pytest.mark.parametrize(
        ("table", "field"),
        [
            ("pledge_pregnancytest", "result"),
            ("pledge_pregnancytest", "setting"),
            ("pledge_pregnancytest", "cycle_exemption"),
            ("pledge_prescriptionwindow", "category"),
            ("pledge_authorization", "status"),
            ("pledge_registrant", "category"),
            ("pledge_monthlyconfirmation", "methods"),
            ("pledge_monthlyconfirmation", "prior_source"),
            ("pledge_registrantanswer", "methods"),
        ],
    )
    def test_raises(self, program, table, field):
        life = lives.authorized(program, AT)
        word = "ARRAY['unheard_of']" if field == "methods" else "'unheard_of'"
        connection.check_constraints()
        with connection.cursor() as cursor:
            for name in ("test_result_is_known", "test_setting_is_known"):
                cursor.execute(f"ALTER TABLE pledge_pregnancytest DROP CONSTRAINT {name}")
            cursor.execute("ALTER TABLE pledge_authorization DROP CONSTRAINT authorization_status_is_known")
            cursor.execute("ALTER TABLE pledge_registrant DROP CONSTRAINT registrant_category_is_known")
            cursor.execute(
                "ALTER TABLE pledge_registrant DROP CONSTRAINT registrant_who_cannot_become_pregnant_has_a_basis"
            )
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"UPDATE {table} SET {field} = {word}")
            cursor.execute("SET LOCAL session_replication_role = origin")
        if (table, field) == ("pledge_authorization", "status"):
            assert record_of(life).authorization is None  # of no status that lives, so there is none
            return
        with pytest.raises((KeyError, ValueError)):
            record_of(life)
        with pytest.raises((KeyError, ValueError)):
            authorizations.dispense(registrant=life.registrant, pharmacy=program.pharmacy, by=program.counter, at=AT)
