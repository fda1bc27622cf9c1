"""Two events at once follow one another in their chain."""

import pytest
from django.db import connection

from pledge.actions import participants, pregnancy_tests
from pledge.chain import broken_chains
from pledge.models import ProgramEvent
from pledge.rules import vocabulary as words
from pledge.trail import By
from tests import lives
from tests.races.side_by_side import ROW_LOCKS, at_once, overtaken, rounds

pytestmark = pytest.mark.django_db(transaction=True)
EVENT = 'INSERT INTO "pledge_programevent"'


@pytest.fixture
def without_the_chains_lock():
    """Let the trigger follow whatever it sees, as it would without its advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('pledge_chain_event'::regproc)")
        (definition,) = cursor.fetchone()
        assert definition.count("PERFORM pg_advisory_xact_lock") == 1
        cursor.execute(definition.replace("PERFORM pg_advisory_xact_lock", "-- PERFORM pg_advisory_xact_lock"))
    yield
    with connection.cursor() as cursor:
        cursor.execute(definition)


class TestTwoEventsAboutNoRegistrant:
    @pytest.fixture
    def both(self, program, at, today):
        def enrolling(number):
            given = {"number": number, "name": "N", "certified_through": today, "by": program.administrator, "at": at}
            return lambda: participants.enroll_wholesaler(**given)

        return [enrolling("W1"), enrolling("W2")]

    def test_keep_one_chain(self, both):
        overtaken(*both, after=EVENT)
        assert broken_chains() == []

    def test_would_follow_the_same_event_without_the_lock(self, both, without_the_chains_lock):
        overtaken(*both, after=EVENT, without=ROW_LOCKS)
        first, second = ProgramEvent.objects.filter(type="wholesaler_enrolled").order_by("id")
        assert first.previous_digest == second.previous_digest
        assert [one.event_id for one in broken_chains()] == [second.pk]

    def test_keep_one_chain_every_time(self, both):
        def whole(given):
            assert not any(isinstance(outcome, Exception) for outcome in given), given
            assert broken_chains() == []

        rounds(*both, between=whole)


class TestManyEventsOfOneRegistrant:
    def test_keep_one_chain(self, program, at, today):
        life = lives.registered(program, at)
        given = {
            "registrant": life.registrant,
            "specimen_on": today,
            "result": words.TestResult.POSITIVE,
            "setting": words.TestSetting.HOME,
            "at": at,
        }
        names = [f"aunt {number}" for number in range(20)]
        outcomes = at_once(
            *(lambda n=name: pregnancy_tests.record_test(**given, by=By("stranger", "", n)) for name in names)
        )
        assert not any(isinstance(outcome, Exception) for outcome in outcomes)
        chain = list(ProgramEvent.objects.filter(registrant=life.registrant).order_by("id"))
        assert len(chain) == 21
        assert [event.previous_digest for event in chain[1:]] == [event.digest for event in chain[:-1]]
        assert broken_chains() == []
