"""A pregnancy report wins every race: nothing is issued, handed over or lost after it."""

import pytest

from pledge.actions import authorizations, holds, records
from pledge.models import Authorization, EventType, FollowUp, ProgramEvent, Registrant
from tests import lives
from tests.races.side_by_side import ROW_LOCKS, codes, overtaken, rounds

pytestmark = pytest.mark.django_db(transaction=True)


def reporting(life, at):
    return lambda: holds.report_pregnancy(registrant=life.registrant, by=life.program.clinic, at=at)


def at_counter(life, at, act, **others):
    given = {"registrant": life.registrant, "pharmacy": life.program.pharmacy, "by": life.program.counter, "at": at}
    return lambda: act(**given, **others)


def order():
    """Give what the trail holds of the race, in order."""
    raced = {
        EventType.AUTHORIZATION_ISSUED,
        EventType.AUTHORIZATION_DISPENSED,
        EventType.AUTHORIZATION_REVOKED,
        EventType.PREGNANCY_REPORTED,
    }
    return list(ProgramEvent.objects.filter(type__in=raced).order_by("id").values_list("type", flat=True))


def nothing_after_the_report(given):
    assert isinstance(given[1], FollowUp), repr(given[1])
    assert isinstance(given[0], Authorization) or "on_hold" in codes(given[0])
    assert order()[-1] == EventType.PREGNANCY_REPORTED
    assert not Authorization.objects.live().exists()


class TestAReportDuringARequest:
    @pytest.fixture
    def both(self, program, at):
        life = lives.ready(program, at)
        return [at_counter(life, at, authorizations.authorize, days_supply=30), reporting(life, at)]

    def test_revokes_what_was_issued_before_it(self, both):
        overtaken(*both)
        assert order() == ["authorization_issued", "authorization_revoked", "pregnancy_reported"]
        assert not Authorization.objects.live().exists()

    def test_would_be_followed_by_an_authorization_without_the_lock(self, both):
        overtaken(*both, without=ROW_LOCKS)
        assert order() == ["pregnancy_reported", "authorization_issued"]
        assert Authorization.objects.live().count() == 1

    def test_that_is_first_refuses_the_request(self, both):
        assert "on_hold" in codes(overtaken(*reversed(both))[1])

    def test_leaves_nothing_live_every_time(self, both):
        rounds(*both, between=nothing_after_the_report)


class TestAReportDuringAHandOver:
    @pytest.fixture
    def both(self, program, at):
        life = lives.authorized(program, at)
        return [at_counter(life, at, authorizations.dispense), reporting(life, at)]

    def test_comes_after_what_was_handed_over_before_it(self, both):
        overtaken(*both)
        assert order() == ["authorization_issued", "authorization_dispensed", "pregnancy_reported"]

    def test_would_be_followed_by_a_hand_over_without_the_lock(self, both):
        overtaken(*both, without=ROW_LOCKS)
        assert order()[-2:] == ["pregnancy_reported", "authorization_dispensed"]

    def test_that_is_first_refuses_the_hand_over(self, both):
        assert codes(overtaken(*reversed(both))[1]) == {"authorization_revoked", "on_hold", "locked_out"}

    def test_is_never_followed_by_a_hand_over(self, both):
        rounds(*both, between=nothing_after_the_report)


class TestAReportDuringAMerge:
    @pytest.fixture
    def kept(self, program, at):
        return lives.authorized(program, at)

    @pytest.fixture
    def both(self, kept, program, at):
        gone = lives.registered(program, at)
        given = {"registrant": kept.registrant, "duplicate": gone.registrant, "by": program.administrator, "at": at}
        return [lambda: records.merge(**given), reporting(gone, at)]

    def test_holds_the_record_that_stays(self, both, kept, today):
        overtaken(*both)
        assert Registrant.objects.get(pk=kept.registrant.pk).hold_since == today
        assert not Authorization.objects.live().exists()

    def test_would_be_lost_with_the_record_merged_away_without_the_lock(self, both, kept):
        overtaken(*both, without=ROW_LOCKS)
        assert Registrant.objects.get(pk=kept.registrant.pk).hold_since is None
        assert Authorization.objects.live().exists()

    def test_holds_the_record_that_stays_every_time(self, both, kept, today):
        def held(given):
            assert isinstance(given[1], FollowUp), repr(given[1])
            assert Registrant.objects.get(pk=kept.registrant.pk).hold_since == today
            assert not Authorization.objects.live().exists()

        rounds(*both, between=held)
