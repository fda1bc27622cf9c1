"""Whoever loses their standing at the instant of a request leaves nothing behind that could be dispensed."""

import pytest
from django.contrib.auth.models import User

from pledge.actions import authorizations, participants
from pledge.models import Authorization, Designee, Prescriber
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from tests import lives
from tests.races.side_by_side import ROW_LOCKS, SHARED_LOCKS, codes, overtaken, rounds

pytestmark = pytest.mark.django_db(transaction=True)
LEFT = {"prescriber": "suspended", "pharmacy": "revoked"}
CODE = {"prescriber": "prescriber_not_certified", "pharmacy": "pharmacy_not_certified"}


@pytest.mark.parametrize("kind", ["prescriber", "pharmacy"])
class TestASuspension:
    def both(self, program, at, kind, *, of="authorize"):
        life = lives.ready(program, at) if of == "authorize" else lives.authorized(program, at)
        party = getattr(program, kind)
        days = {"days_supply": 30} if of == "authorize" else {}
        asked = {"registrant": life.registrant, "pharmacy": program.pharmacy, "by": program.counter, "at": at, **days}
        return [
            lambda: getattr(authorizations, of)(**asked),
            lambda: participants.suspend(party=party, by=program.administrator, at=at),
        ]

    def test_takes_along_what_was_issued_before_it(self, program, at, kind):
        issued, _ = overtaken(*self.both(program, at, kind))
        assert Authorization.objects.get(pk=issued.pk).status == LEFT[kind]

    @pytest.mark.parametrize("without", [ROW_LOCKS, SHARED_LOCKS], ids=["no locks", "registrants alone"])
    def test_would_leave_an_authorization_without_the_partys_lock(self, program, at, kind, without):
        issued, _ = overtaken(*self.both(program, at, kind), without=without)
        assert Authorization.objects.get(pk=issued.pk).status == "issued"

    def test_that_is_first_refuses_the_request(self, program, at, kind):
        assert codes(overtaken(*reversed(self.both(program, at, kind)))[1]) == {CODE[kind]}

    def test_leaves_nothing_issued_every_time(self, program, at, kind):
        def taken_along(given):
            assert isinstance(given[0], Authorization) or codes(given[0]) == {CODE[kind]}
            assert not isinstance(given[1], Exception), repr(given[1])
            assert set(Authorization.objects.values_list("status", flat=True)) <= {LEFT[kind]}

        rounds(*self.both(program, at, kind), between=taken_along)

    def test_and_a_hand_over_come_one_after_the_other(self, program, at, kind):
        before = {CODE[kind]} if kind == "prescriber" else {"authorization_revoked", CODE[kind]}

        def one_after_the_other(given):
            assert not isinstance(given[1], Exception), repr(given[1])
            status = Authorization.objects.get().status
            assert status == "dispensed" if isinstance(given[0], Authorization) else codes(given[0]) == before

        rounds(*self.both(program, at, kind, of="dispense"), between=one_after_the_other)


class TestALogIn:
    @pytest.fixture
    def both(self, program, at):
        user = User.objects.create_user("paula")
        by = {"by": program.administrator, "at": at}
        designee = participants.enroll_designee(
            name="Dana", prescribers=[program.prescriber], attested_through=program_day(at), **by
        )
        return [
            lambda: participants.link_log_in(party=program.prescriber, user=user, **by),
            lambda: participants.link_log_in(party=designee, user=user, **by),
        ]

    def linked(self):
        return [model for model in (Prescriber, Designee) if model.objects.exclude(user=None).exists()]

    def test_is_linked_to_one_of_two(self, both):
        _, second = overtaken(*both)
        assert isinstance(second, Rejected)
        assert (second.field, self.linked()) == ("user", [Prescriber])

    def test_would_be_linked_to_both_without_its_lock(self, both):
        overtaken(*both, without=ROW_LOCKS)
        assert self.linked() == [Prescriber, Designee]
