"""Guessing at the same instant: of many tries at once, no more are judged than may fail; a code opens once."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from pledge.actions.authenticators import set_up_authenticator
from pledge.actions.log_in_secrets import code_at, new_secret, step_at
from pledge.actions.log_ins import unlock_log_in
from pledge.actions.may_let_in import OPERATOR
from pledge.actions.proofs import Proof, log_in, prove_password
from pledge.actions.tries import of_name, of_second_factor
from pledge.actions.ways_back import come_back, give_return_code
from pledge.models import EventType, FailedTries, ProgramEvent
from pledge.trail import By
from tests.lives import UNDER_2026
from tests.races.side_by_side import at_once, overtaken

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "a long enough passphrase"
SOMEONE = By("staff", "", "someone at the log-in page")
ADDRESS = "192.0.2.7"
MANY = 24
COUNTERS_LOCK = re.compile(r"FOR NO KEY UPDATE\s*$")
COUNTED = 'SELECT "pledge_failedtries"."id"'


@pytest.fixture
def at():
    return UNDER_2026


@pytest.fixture
def user(at):
    return User.objects.create_user("paula", password=PASSPHRASE)


@pytest.fixture
def secret(user, at):
    secret, before = new_secret(), at - timedelta(hours=1)
    set_up_authenticator(user=user, secret=secret, code=code_at(secret, step_at(before)), by=OPERATOR, at=before)
    return secret


def trying(at, password="wrong"):
    return lambda: prove_password(
        username="paula", password=password, address=ADDRESS, admits=lambda user: True, by=SOMEONE, at=at
    )


def denied():
    return ProgramEvent.objects.filter(type=EventType.LOG_IN_DENIED)


class TestWrongPasswords:
    def test_of_many_at_once_are_judged_five_times(self, user, at) -> None:
        given = at_once(*[trying(at)] * MANY)
        assert all(isinstance(one, Proof) for one in given), given
        assert denied().count() == 5
        assert trying(at, PASSPHRASE)().user is None

    def test_are_counted_one_after_the_other(self, user, at) -> None:
        trying(at)()
        overtaken(trying(at), trying(at), after=COUNTED)
        assert max(FailedTries.objects.values_list("failed", flat=True)) == 3

    def test_would_be_lost_without_the_lock(self, user, at) -> None:
        trying(at)()
        assert [type(one) for one in overtaken(trying(at), trying(at), without=COUNTERS_LOCK, after=COUNTED)] == [
            Proof,
            Proof,
        ]
        assert max(FailedTries.objects.values_list("failed", flat=True)) == 2


class TestACode:
    def test_opens_one_session_of_two_at_once(self, user, at, secret) -> None:
        code = code_at(secret, step_at(at))
        given = at_once(*[lambda: log_in(user=user, code=code, address=ADDRESS, by=OPERATOR, at=at)] * 2)
        assert sorted(one.user is not None for one in given) == [False, True]


class TestComingBack:
    def test_waits_for_a_log_in_and_an_unlock_in_one_order(self, at) -> None:
        # Counters are locked in the order of their keys, so only such a log-in is guessed at crosswise.
        many = (User.objects.create_user(f"someone{number}") for number in range(99))
        user = next(one for one in many if of_second_factor(one.pk).key < of_name(one.username).key)
        secret, before = new_secret(), at - timedelta(hours=1)
        set_up_authenticator(user=user, secret=secret, code=code_at(secret, step_at(before)), by=OPERATOR, at=before)

        def guess():
            return log_in(user=user, code="000000", address="192.0.2.8", by=SOMEONE, at=at)

        def unlock():
            return unlock_log_in(user=user, by=OPERATOR, at=at)

        for other in (guess, unlock):
            guess()
            code = give_return_code(user=user, by=OPERATOR, at=at).code
            given = overtaken(partial(back, user, code, at), other, after=COUNTED)
            assert not [one for one in given if isinstance(one, OperationalError)], given
            assert given[0].user == user


def back(user, code, at):
    return come_back(username=user.username, code=code, password=PASSPHRASE, address=ADDRESS, by=SOMEONE, at=at)
