"""Of two who rotate one key at the same instant, one gives it its successor."""

import pytest

from pledge.actions import keys
from pledge.models import PharmacyKey
from pledge.rules.refusals import Rejected
from tests.races.side_by_side import ROW_LOCKS, overtaken, rounds, without_index

pytestmark = pytest.mark.django_db(transaction=True)
ONE_SUCCESSOR = "pledge_pharmacykey_replaces_id_key"


class TestTwoRotations:
    @pytest.fixture
    def both(self, program, at):
        given = {"by": program.administrator, "at": at}
        key = keys.issue_key(pharmacy=program.pharmacy, **given).row
        return [lambda: keys.rotate_key(key=key, **given), lambda: keys.rotate_key(key=key, **given)]

    def successors(self):
        return PharmacyKey.objects.exclude(replaces=None).count()

    def test_give_one_successor(self, both):
        _, second = overtaken(*both)
        assert isinstance(second, Rejected)
        assert (second.field, self.successors()) == ("key", 1)

    def test_would_give_two_without_lock_and_constraint(self, both):
        again = f"ALTER TABLE pledge_pharmacykey ADD CONSTRAINT {ONE_SUCCESSOR} UNIQUE (replaces_id)"
        with without_index(ONE_SUCCESSOR, again):
            overtaken(*both, without=ROW_LOCKS)
            assert self.successors() == 2

    def test_give_one_successor_every_time(self, both):
        def one(given):
            assert sorted(type(outcome).__name__ for outcome in given) == ["IssuedKey", "Rejected"], given
            assert self.successors() == 1

        rounds(*both, between=one)
