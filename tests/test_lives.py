"""The worlds that tests live into are what they say they are."""

import pytest

from pledge.eligibility import eligibility_of
from pledge.rules.refusals import RefusalCode
from tests import lives

pytestmark = pytest.mark.django_db
EDITIONS = pytest.mark.parametrize("at", [lives.UNDER_2021, lives.UNDER_2026], ids=["2021", "2026"])
CATEGORIES = pytest.mark.parametrize("category", [lives.CAN, lives.CANNOT])


def codes(life, at, pharmacy=None):
    decision = eligibility_of(life.registrant, pharmacy or life.program.pharmacy, 30, at)
    return {refusal.code for refusal in decision.refusals}


@EDITIONS
@CATEGORIES
class TestLives:
    def test_that_are_ready_may_be_authorized(self, at, category):
        assert codes(lives.ready(lives.a_program(at), at, category=category), at) == set()

    def test_that_are_authorized_block_every_other_request(self, at, category):
        life = lives.authorized(lives.a_program(at), at, category=category)
        assert codes(life, at, life.program.other_pharmacy) == {RefusalCode.AUTHORIZATION_ACTIVE}

    def test_on_treatment_have_done_today_what_was_asked(self, at, category):
        life = lives.on_treatment(lives.a_program(at), at, months_done=3, today=True, category=category)
        assert codes(life, at) == set()


@EDITIONS
class TestBeforeTheFirstMonth:
    def test_the_newly_enrolled_miss_their_month(self, at):
        life = lives.enrolled(lives.a_program(at), at)
        assert codes(life, at) == {
            RefusalCode.TEST_MISSING,
            RefusalCode.COUNSELING_MISSING,
            RefusalCode.QUESTIONS_MISSING,
        }

    def test_the_merely_registered_have_signed_nothing(self, at):
        life = lives.registered(lives.a_program(at), at)
        assert RefusalCode.CONSENT_MISSING in codes(life, at)
