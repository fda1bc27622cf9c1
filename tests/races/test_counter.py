"""A button of the counter page that two requests press at once."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from pledge.actions.pharmacists import enroll_pharmacist
from pledge.models import Dispense
from tests import lives
from tests.pledge.admin.world import logged_in
from tests.races.side_by_side import overtaken

pytestmark = pytest.mark.django_db(transaction=True)
LOCK = re.compile(r"pg_advisory_xact_lock(?=\(hashtext)")  # what is left of it is a number that nobody waits for
LOOKED = 'SELECT "pledge_dispense"'


@pytest.fixture
def at():
    """Now, since the pages read the clock; not at midnight, when the program day changes."""
    return timezone.now() - timedelta(minutes=1)


class TestAReportSentTwice:
    @pytest.fixture
    def both(self, program, at):
        life = lives.registered(program, at)
        user = enroll_pharmacist(
            pharmacy=program.pharmacy, own_id="RPH-1", name="Sam Seong", username="sam",
            by=program.administrator, at=at,
        ).user  # fmt: skip
        sent = {"number": life.number, "born_on": life.born_on.isoformat(), "days_supply": 30, "seen": 0}
        clients = [logged_in(user), logged_in(user)]
        return [lambda client=client: client.post("/admin/counter/report/", sent) for client in clients]

    def test_is_recorded_once(self, both):
        answers = overtaken(*both, after=LOOKED)
        assert [answer.status_code for answer in answers] == [302, 302], answers
        assert Dispense.objects.count() == 1

    def test_would_be_recorded_twice_without_the_lock(self, both):
        overtaken(*both, without=LOCK, after=LOOKED)
        assert Dispense.objects.count() == 2
