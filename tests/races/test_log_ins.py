"""Guessing at the same instant: of many tries at once, no more are judged than may fail; a code opens once."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from pledge.actions.authenticators import set_up_authenticator
from pledge.actions.log_in_secrets import code_at, new_secret, step_at
from pledge.actions.may_let_in import OPERATOR
from pledge.actions.proofs import Proof, log_in, prove_password
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
