"""Some rounds of every race at the real web server; ``make races`` runs as many as one has time for."""

import random
import re
from contextlib import contextmanager

import pytest

from tests.faults import rounds
from tests.faults.conftest import ROLE, leading_to
from tests.races.test_pharmacies import DISPENSE_KEY, LIVE, LIVE_INDEX, ONCE

TIMES, MOST = 8, 6
LOCKS = re.compile(rb"FOR NO KEY UPDATE OF r FOR SHARE OF p, f|FOR NO KEY UPDATE")
ENDED = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s"


@pytest.fixture(scope="module")
def on(image, cluster, django_db_blocker):
    """One ground for all: every round ends as it began."""
    with django_db_blocker.unblock(), leading_to(cluster.address):
        return rounds.lived(image, most=MOST)


@pytest.fixture
def unlocked(wire, cluster):
    """Take every lock on a row out of what the web server says."""
    cluster.says(ENDED, ROLE)
    wire.without = LOCKS
    yield
    wire.without = None
    cluster.says(ENDED, ROLE)


@contextmanager
def dropped(cluster, drop, make):
    """Do without a unique key; every run ends as it began, so that the key can be made again."""
    cluster.says(drop)
    try:
        yield
    finally:
        cluster.says(make)


class TestRounds:
    @pytest.mark.parametrize("race", rounds.RACES)
    def test_are_never_lost(self, on, race):
        tally = rounds.run(race, on, TIMES)
        assert tally.rounds == TIMES
        assert tally.lost == []

    def test_of_two_pharmacies_would_be_lost_without_lock_and_index(self, on, unlocked, cluster):
        with dropped(cluster, f"DROP INDEX {LIVE}", LIVE_INDEX):
            assert "two live authorizations" in self.until_lost("two_pharmacies", on)

    def test_of_two_hand_overs_would_be_lost_without_lock_and_index(self, on, unlocked, cluster):
        with dropped(cluster, f"ALTER TABLE pledge_dispense DROP CONSTRAINT {ONCE}", DISPENSE_KEY):
            assert "one authorization handed over twice" in self.until_lost("hand_over_twice", on)

    @pytest.mark.parametrize(
        ("race", "what"),
        [
            ("hand_over_and_give_back", "a hand-over of what is not dispensed"),
            ("ask_and_report", "something live after a report"),
            ("hand_over_and_report", "issued or handed over after a report"),
            ("ask_and_suspend", "something usable of a suspended party"),
        ],
    )
    def test_would_be_lost_without_the_lock(self, on, unlocked, race, what):
        assert what in self.until_lost(race, on)

    def until_lost(self, race, on):
        """Run rounds until one is lost, each with other chances."""
        chance = random.Random(7)
        for _ in range(40):
            lost = rounds.run(race, on, 5, seed=chance.randrange(10**6)).lost
            if lost:
                return lost
        return []
