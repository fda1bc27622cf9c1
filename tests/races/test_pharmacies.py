"""Two at the counter at once: one authorization, one hand-over."""

import pytest
from django.db import IntegrityError

from pledge.actions import authorizations, registrants
from pledge.models import Authorization, Dispense
from pledge.trail import by_pharmacy
from tests import lives
from tests.races.side_by_side import ROW_LOCKS, at_once, codes, overtaken, rounds, without_index

pytestmark = pytest.mark.django_db(transaction=True)
LIVE = "at_most_one_live_authorization_per_registrant"
LIVE_INDEX = (
    f"CREATE UNIQUE INDEX {LIVE} ON pledge_authorization (registrant_id) WHERE status IN ('issued', 'suspended')"
)
ONCE = "pledge_dispense_authorization_id_key"
DISPENSE_KEY = f"ALTER TABLE pledge_dispense ADD CONSTRAINT {ONCE} UNIQUE (authorization_id)"


def asking(life, at, pharmacy):
    given = {"registrant": life.registrant, "pharmacy": pharmacy, "days_supply": 30}
    return lambda: authorizations.authorize(**given, by=by_pharmacy(pharmacy, "rph-1"), at=at)


def dispensing(life, at):
    given = {"registrant": life.registrant, "pharmacy": life.program.pharmacy, "by": life.program.counter}
    return lambda: authorizations.dispense(**given, at=at)


def reversing(life, at):
    given = {"registrant": life.registrant, "pharmacy": life.program.pharmacy, "by": life.program.counter}
    return lambda: authorizations.reverse(**given, at=at)


class TestTwoPharmaciesThatAsk:
    @pytest.fixture
    def both(self, program, at):
        life = lives.ready(program, at)
        return [asking(life, at, party) for party in (program.pharmacy, program.other_pharmacy)]

    def test_have_one_winner(self, both):
        issued, refused = overtaken(*both)
        assert codes(refused) == {"authorization_active"}
        assert Authorization.objects.live().get() == issued

    def test_have_one_winner_by_the_lock_alone(self, both):
        with without_index(LIVE, LIVE_INDEX):
            assert codes(overtaken(*both)[1]) == {"authorization_active"}

    def test_have_one_winner_by_the_index_alone(self, both):
        broke, issued = overtaken(*both, without=ROW_LOCKS)
        assert isinstance(broke, IntegrityError)
        assert Authorization.objects.live().get() == issued

    def test_would_both_win_without_either(self, both):
        with without_index(LIVE, LIVE_INDEX):
            overtaken(*both, without=ROW_LOCKS)
            assert Authorization.objects.live().count() == 2

    def test_have_one_winner_every_time(self, both):
        def one_wins(given):
            assert sorted(isinstance(outcome, Authorization) for outcome in given) == [False, True]
            assert [codes(outcome) for outcome in given if not isinstance(outcome, Authorization)] == [
                {"authorization_active"}
            ]
            assert Authorization.objects.live().count() == 1

        rounds(*both, between=one_wins)

    def test_have_one_winner_of_thirty(self, program, at):
        life = lives.ready(program, at)
        given = at_once(*[asking(life, at, party) for party in (program.pharmacy, program.other_pharmacy)] * 15)
        assert sum(isinstance(outcome, Authorization) for outcome in given) == 1
        assert Authorization.objects.live().count() == 1


class TestTheSameHandOverTwice:
    @pytest.fixture
    def twice(self, program, at):
        return [dispensing(lives.authorized(program, at), at)] * 2

    def test_happens_once(self, twice):
        dispensed, refused = overtaken(*twice)
        assert isinstance(dispensed, Authorization)
        assert codes(refused) == {"authorization_closed"}
        assert Dispense.objects.count() == 1

    def test_happens_once_by_the_unique_key_alone(self, twice):
        assert isinstance(overtaken(*twice, without=ROW_LOCKS)[0], IntegrityError)
        assert Dispense.objects.count() == 1

    def test_would_happen_twice_without_either(self, twice):
        with without_index(ONCE, DISPENSE_KEY):
            overtaken(*twice, without=ROW_LOCKS)
            assert Dispense.objects.count() == 2

    def test_happens_once_every_time(self, twice):
        def once(given):
            assert sorted(isinstance(outcome, Authorization) for outcome in given) == [False, True]
            assert Dispense.objects.count() == 1

        rounds(*twice, between=once)


class TestAHandOverAndAReversal:
    @pytest.fixture
    def both(self, program, at):
        life = lives.authorized(program, at)
        return [dispensing(life, at), reversing(life, at)]

    def test_do_not_both_happen(self, both):
        assert codes(overtaken(*both)[1]) == {"authorization_closed"}
        assert Authorization.objects.get().status == "dispensed"

    def test_would_both_happen_without_the_lock(self, both):
        dispensed, given_back = overtaken(*both, without=ROW_LOCKS)
        assert (dispensed.status, given_back.status) == ("dispensed", "reversed")

    def test_do_not_both_happen_whoever_is_first(self, both):
        def one(given):
            assert sorted(isinstance(outcome, Authorization) for outcome in given) == [False, True]
            handed_over = Authorization.objects.get().status == "dispensed"
            assert Dispense.objects.exists() is handed_over

        rounds(*both, between=one)


class TestARequestDuringATransfer:
    @pytest.fixture
    def both(self, program, at):
        life, other = lives.ready(program, at), lives.a_program(at)
        given = {"registrant": life.registrant, "prescriber": other.prescriber, "by": program.clinic, "at": at}
        return [lambda: registrants.transfer(**given), asking(life, at, program.pharmacy)]

    def test_is_judged_with_the_new_prescriber(self, both):
        assert codes(overtaken(*both)[1]) == {"counseling_missing"}

    def test_would_be_granted_under_the_former_one_without_the_lock(self, both):
        assert isinstance(overtaken(*both, without=ROW_LOCKS)[1], Authorization)

    def test_is_granted_before_or_judged_after_every_time(self, both):
        def before_or_after(given):
            assert isinstance(given[1], Authorization) or codes(given[1]) == {"counseling_missing"}

        rounds(*both, between=before_or_after)
