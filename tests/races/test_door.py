"""Whatever befalls a registrant, a key or a day while a pharmacy's call is at the door: one comes first."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from pledge.actions import keys, nightly, records, registrants
from pledge.models import Authorization, EventType, Pharmacy, PharmacyKey, ProgramEvent
from pledge.rates import count_calls
from pledge.trail import SYSTEM
from tests import lives
from tests.pledge.api.conftest import Software
from tests.races.side_by_side import ROW_LOCKS, at_once, overtaken

NOTHING = re.compile(r"said in no statement")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at():
    """Now, since the door reads the clock; not at midnight, when the program day changes."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def software(program, at):
    return Software(lives.a_key(program.pharmacy, at))


class TestAChangeOfCategory:
    """To the stricter one, while a pharmacy asks under the other."""

    @pytest.fixture
    def both(self, program, software, at):
        life = lives.ready(program, at, category=lives.CANNOT)
        given = {"registrant": life.registrant, "category": lives.CAN, "by": program.clinic, "at": at}
        return [partial(software.authorize, life), partial(registrants.change_category, **given)]

    def test_takes_along_what_was_issued_before_it(self, both):
        assert overtaken(*both)[0].status_code == 201
        assert not Authorization.objects.live().exists()

    def test_that_is_first_refuses_the_request(self, both):
        assert overtaken(*reversed(both))[1].status_code == 409

    def test_would_leave_what_the_former_category_allowed_without_the_lock(self, both):
        overtaken(*both, without=ROW_LOCKS)
        assert Authorization.objects.live().exists()


class TestAMerge:
    """Of the record that a pharmacy asks about into another."""

    @pytest.fixture
    def both(self, program, software, at):
        kept, gone = lives.registered(program, at), lives.ready(program, at)
        given = {"registrant": kept.registrant, "duplicate": gone.registrant, "by": program.administrator, "at": at}
        return [partial(software.authorize, gone), partial(records.merge, **given)]

    def test_takes_along_what_was_issued_before_it(self, both):
        assert overtaken(*both)[0].status_code == 201
        assert not Authorization.objects.live().exists()

    def test_that_is_first_refuses_the_request(self, both):
        assert overtaken(*reversed(both))[1].status_code in {404, 409}
        assert not Authorization.objects.exists()

    def test_would_leave_something_live_on_no_ones_record_without_the_lock(self, both):
        overtaken(*both, without=ROW_LOCKS)
        assert Authorization.objects.live().exists()


class TestTheEndOfTheLastDay:
    """A hand-over is judged at the instant it came in; the night may record meanwhile that the day has ended."""

    @pytest.fixture
    def both(self, program, software, at):
        life = lives.authorized(program, at)
        given = {"authorization": life.authorization, "by": SYSTEM, "at": at + timedelta(days=8)}
        return [partial(software.dispense, life.rma_number), partial(nightly.lapse, **given)]

    def recorded(self):
        kinds = [EventType.AUTHORIZATION_DISPENSED, EventType.AUTHORIZATION_LAPSED]
        return list(ProgramEvent.objects.filter(type__in=kinds).order_by("id").values_list("type", flat=True))

    def test_does_not_undo_a_hand_over(self, both):
        assert overtaken(*both)[0].status_code == 200
        assert self.recorded() == ["authorization_dispensed"]

    def test_recorded_first_refuses_the_hand_over(self, both):
        assert overtaken(*reversed(both))[1].status_code == 409
        assert self.recorded() == ["authorization_lapsed"]

    def test_would_come_with_a_hand_over_of_the_same_without_the_lock(self, both):
        assert overtaken(*both, without=ROW_LOCKS)[0].status_code == 200
        assert set(self.recorded()) == {"authorization_dispensed", "authorization_lapsed"}


class TestAKeyRevokedDuringACall:
    def test_finishes_that_call_and_opens_no_other(self, program, software, at):
        life = lives.ready(program, at)
        revoking = partial(keys.revoke_key, key=PharmacyKey.objects.get(), by=program.administrator, at=at)
        answer, _ = overtaken(partial(software.authorize, life), revoking)
        assert answer.status_code == 201
        assert software.show(answer.json()["rma_number"]).status_code == 401


class TestTheSameKeyTwentyTimes:
    def assert_one(self, answers, status):
        told = [answer for answer in answers if answer.status_code == status]
        assert {answer.status_code for answer in answers} <= {status, 409}
        assert len({answer.content for answer in told}) == 1
        assert ["Idempotent-Replayed" in answer for answer in told].count(False) == 1

    def test_decides_once(self, program, software, at):
        life = lives.ready(program, at)
        asked = at_once(*[partial(software.authorize, life, idempotency_key="k")] * 20)
        self.assert_one(asked, 201)
        number = Authorization.objects.get().rma_number
        self.assert_one(at_once(*[partial(software.dispense, number, idempotency_key="k")] * 20), 200)

    def test_gives_back_and_reports_once(self, program, software, at):
        life = lives.authorized(program, at)
        self.assert_one(at_once(*[partial(software.reverse, life.rma_number, idempotency_key="k")] * 20), 200)
        self.assert_one(at_once(*[partial(software.report, life, idempotency_key="k")] * 20), 202)


class TestTheCountOfCalls:
    """It locks one row of the pharmacy, and lets go before anything is decided."""

    @pytest.fixture
    def ended(self):
        return []

    def noting(self, ended, name, act):
        def noted():
            outcome = act()
            ended.append(name)
            return outcome

        return noted

    def test_holds_no_other_call_of_the_pharmacy_up(self, program, software, at, ended):
        one, other = (partial(software.authorize, lives.ready(program, at)) for _ in range(2))
        both = self.noting(ended, "slow", one), self.noting(ended, "quick", other)
        answers = overtaken(*both, without=NOTHING)  # and so the slow one waits until the quick one has ended
        assert [answer.status_code for answer in answers] == [201, 201]
        assert ended == ["quick", "slow"]

    def test_would_where_it_were_part_of_the_decision(self, program, software, at, ended):
        def decide():
            with transaction.atomic():
                count_calls(program.pharmacy.pk, at)
                Pharmacy.objects.filter(pk=program.other_pharmacy.pk).update(name="Decided")

        asking = partial(software.authorize, lives.ready(program, at))
        overtaken(self.noting(ended, "slow", decide), self.noting(ended, "quick", asking))
        assert ended == ["slow", "quick"]
