"""Signing at the same instant: wrong PINs are counted, one code begins one visit, one form is signed once.

And a death between any two statements of a signature leaves it whole or not at all.
"""

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from consents.actions.countersigning import Password, judge_password
from consents.actions.signing import NotProven, countersign, sign_electronically
from consents.actions.visits import Begun
from consents.models import ConsentRecord, SignedConsent, Visit
from consents.vocabulary import Proof
from pledge.models import EventType, Prescriber, ProgramEvent
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import ConsentForm
from pledge.trail import by_prescriber
from tests import signers
from tests.lives import UNDER_2026, a_program, registered
from tests.pledge.happened import rows
from tests.races.side_by_side import ROW_LOCKS, as_lived, at_once, overtaken, watched, without_index

pytestmark = pytest.mark.django_db(transaction=True)
WRONG_PIN, MANY = "000111", 50
ONCE = "a_signer_signs_a_form_version_once_per_course"
SIGNED_ONCE = f"ALTER TABLE consents_signedconsent ADD CONSTRAINT {ONCE} UNIQUE (course_id, form_version_id, signer)"
WRITES = ("INSERT", "UPDATE")


@pytest.fixture
def at():
    return UNDER_2026


@pytest.fixture
def program(at):
    return a_program(at)


@pytest.fixture
def life(program, at):
    return registered(program, at)


@pytest.fixture
def request_(life, at):
    return signers.invited(life, at)


@pytest.fixture
def visit(life, request_, at):
    return signers.visiting(life, at)


def misses():
    return ProgramEvent.objects.filter(type=EventType.SIGNING_DENIED).count()


class TestManyWrongPins:
    @pytest.fixture
    def guessing(self, request_, at):
        code = signers.a_code(request_, at)
        return lambda: signers.coming(request_, at, code=code, pin=WRONG_PIN)

    def test_are_judged_five_times(self, guessing, request_):
        given = at_once(*[guessing] * MANY)
        assert [outcome for outcome in given if isinstance(outcome, Exception)] == []
        assert sorted(outcome.pins_left for outcome in given if outcome.proof is Proof.WRONG_PIN) == [0, 1, 2, 3, 4]
        assert sum(outcome.proof is Proof.LINK_NOT_OPEN for outcome in given) == MANY - 5
        request_.refresh_from_db()
        assert (request_.bad_pins, misses()) == (5, 5)
        assert request_.closed_at is not None
        assert ProgramEvent.objects.filter(type=EventType.SIGNING_LINK_CLOSED).count() == 1

    def test_of_two_at_once_both_count(self, guessing, request_):
        overtaken(guessing, guessing)
        request_.refresh_from_db()
        assert request_.bad_pins == 2

    def test_would_count_once_without_the_lock(self, guessing, request_):
        overtaken(guessing, guessing, without=ROW_LOCKS)
        request_.refresh_from_db()
        assert (request_.bad_pins, misses()) == (1, 2)

    def test_in_visits_are_counted_with_them(self, visit, at):
        signers.signed_in(visit, at)
        text = signers.initialed(visit, at)
        given = {"visit": visit, "text": text, "name": "Robin Reyes", "by": signers.by_signer(visit.request), "at": at}
        outcomes = at_once(*[lambda: sign_electronically(**given, pin=WRONG_PIN)] * 12)
        assert sorted(one.pins_left for one in outcomes if isinstance(one, NotProven)) == [0, 1, 2, 3, 4]
        assert sum(isinstance(one, Rejected) for one in outcomes) == 7


class TestManyWrongPasswords:
    @pytest.fixture
    def guessing(self, program, at):
        user = get_user_model().objects.create_user("paula", password="a-right-password")
        Prescriber.objects.filter(pk=program.prescriber.pk).update(user=user)
        by = by_prescriber(Prescriber.objects.get(pk=program.prescriber.pk))
        return lambda: judge_password(password="a-wrong-one", registrant=None, by=by, at=at)

    def test_of_one_prescriber_are_judged_five_times(self, guessing):
        given = at_once(*[guessing] * 12)
        assert given.count(Password.WRONG) == misses() == 5
        assert given.count(Password.TOO_OFTEN_WRONG) == 7

    def test_of_two_at_once_the_second_waits(self, guessing):
        for _ in range(4):
            guessing()
        assert overtaken(guessing, guessing) == [Password.WRONG, Password.TOO_OFTEN_WRONG]

    def test_would_both_be_judged_without_the_lock(self, guessing):
        for _ in range(4):
            guessing()
        assert overtaken(guessing, guessing, without=ROW_LOCKS) == [Password.WRONG, Password.WRONG]


class TestOneCode:
    @pytest.fixture
    def coming(self, request_, at):
        code = signers.a_code(request_, at)
        return lambda: signers.coming(request_, at, code=code)

    def test_begins_one_visit(self, coming):
        first, second = overtaken(coming, coming)
        assert (first.proof, second.proof) == (Proof.PROVEN, Proof.WRONG_CODE)
        assert Visit.objects.count() == 1

    def test_would_begin_two_without_the_lock(self, coming):
        overtaken(coming, coming, without=ROW_LOCKS)
        assert Visit.objects.count() == 2

    def test_begins_one_visit_of_many(self, coming):
        given = at_once(*[coming] * 12)
        assert all(isinstance(outcome, Begun) for outcome in given), given
        assert Visit.objects.count() == 1


class TestOneFormSentTwice:
    @pytest.fixture
    def signing(self, visit, at):
        text = signers.initialed(visit, at)
        given = {"visit": visit, "text": text, "name": "Robin Reyes", "by": signers.by_signer(visit.request), "at": at}
        return lambda: sign_electronically(**given)

    def test_is_signed_once(self, signing):
        first, second = overtaken(signing, signing)
        assert first == second
        assert SignedConsent.objects.count() == 1

    def test_is_signed_once_by_the_constraint_alone(self, signing):
        broke, _ = overtaken(signing, signing, without=ROW_LOCKS)
        assert isinstance(broke, IntegrityError)
        assert SignedConsent.objects.count() == 1

    def test_would_be_signed_twice_without_either(self, signing):
        with without_index(ONCE, SIGNED_ONCE):
            overtaken(signing, signing, without=ROW_LOCKS)
            assert SignedConsent.objects.count() == 2


class TestADeath:
    """The server's process for this connection is killed before the statement of each number, until none is left."""

    @pytest.fixture
    def last(self, life, at):
        """The signature that completes a form, its record and its event."""
        signers.signs_all(life, at)
        form = ConsentForm.INFORMED_CONSENT
        return lambda: countersign(registrant=life.registrant, form=form, by=life.program.clinic, at=at)

    @pytest.fixture
    def first(self, visit, at):
        text = signers.initialed(visit, at)
        given = {"visit": visit, "text": text, "name": "Robin Reyes", "by": signers.by_signer(visit.request), "at": at}
        return lambda: sign_electronically(**given)

    @pytest.mark.parametrize("which", ["first", "last"])
    def test_between_any_two_statements_leaves_before_or_after(self, request, which):
        act = request.getfixturevalue(which)
        before, told = rows(), ProgramEvent.objects.count()
        deaths = 0
        while self.killed(act, at_statement=deaths + 1):
            deaths += 1
            assert (rows(), ProgramEvent.objects.count()) == (before, told)
        assert deaths > 10
        assert rows() != before
        assert ProgramEvent.objects.count() == told + 1
        assert ConsentRecord.objects.count() == (1 if which == "last" else 0)

    def test_would_leave_something_between_if_each_statement_stood_alone(self, last):
        before = rows()
        seen = []

        def commit_each(said, execute):
            outcome = execute()
            if said.lstrip().startswith(WRITES):
                seen.append(said)
                connection.connection.commit()
                self.end_own_process()
            return outcome

        with as_lived() as begin_again:
            assert self.dies(last, commit_each)
            assert rows() != before
            assert not ConsentRecord.objects.exists()
            begin_again()

    def killed(self, act, *, at_statement):
        """Act, and end the server's process before one statement; tell whether there was such a statement."""
        seen = []

        def kill(said, execute):
            seen.append(said)
            if len(seen) == at_statement:
                self.end_own_process()
            return execute()

        return self.dies(act, kill)

    def dies(self, act, watch):
        def on_its_own_connection():
            with watched(watch):
                return act()

        (outcome,) = at_once(on_its_own_connection)
        if isinstance(outcome, (OperationalError, InterfaceError)):
            return True
        assert isinstance(outcome, SignedConsent), repr(outcome)
        return False

    def end_own_process(self):
        own = connection.connection.info
        with psycopg.connect(own.dsn, password=own.password, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [own.backend_pid])
