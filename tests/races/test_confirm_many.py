"""Several months confirmed by two requests at once: each month is confirmed once."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from pledge.models import EventType, MonthlyConfirmation, Prescriber, ProgramEvent
from tests import lives
from tests.pledge.admin.test_confirm_many import carried, previewed
from tests.pledge.admin.world import logged_in
from tests.races.side_by_side import ROW_LOCKS, overtaken, rounds

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 2


@pytest.fixture(autouse=True)
def one_act_each(settings):
    """Let reads repeat: every registrant is an act of their own, which reads what it judges under its own lock."""
    settings.ZEAL_ALLOWLIST = [{"model": "pledge.*", "field": None}]


@pytest.fixture
def at():
    """Now, since the pages read the clock; not at midnight, when the program day changes."""
    return timezone.now() - timedelta(minutes=1)


class TestTheSameFormSentTwice:
    @pytest.fixture
    def both(self, program, at):
        """Two requests with the same preview, which confirms the month of everyone due."""
        user = User.objects.create_user("paula", password="a long enough passphrase")
        Prescriber.objects.filter(pk=program.prescriber.pk).update(user=user)
        due = [lives.on_treatment(program, at) for _ in range(PEOPLE)]
        for life in due:
            lives.a_test(life, at)
        fields = carried(previewed(logged_in(user), *due))
        clients = [logged_in(user), logged_in(user)]
        return [lambda client=client: client.post(reverse("admin:confirm_many"), fields) for client in clients]

    def outcomes(self, answer):
        """Count whom a page names under each heading; the clients' contexts mix what two threads render at once."""
        sections = dict(
            re.findall(r'<section class="outcome" aria-labelledby="(\w+)">(.*?)</section>', answer.text, re.DOTALL)
        )
        return {name: sections.get(name, "").count('class="number"') for name in ("done", "already")}

    def of_today(self, at):
        return MonthlyConfirmation.objects.filter(confirmed_at__gt=at).count()

    def test_confirms_each_month_once(self, both, at):
        first, second = overtaken(*both)
        told = [self.outcomes(answer) for answer in (first, second)]
        assert sum(one["done"] for one in told) == PEOPLE
        assert sum(one["already"] for one in told) == PEOPLE
        assert self.of_today(at) == PEOPLE

    def test_would_confirm_one_twice_without_the_lock(self, both, at):
        overtaken(*both, without=ROW_LOCKS)
        assert self.of_today(at) > PEOPLE

    def test_confirms_each_month_once_every_time(self, both, at):
        def once(given):
            assert [answer.status_code for answer in given] == [200, 200], given
            assert self.of_today(at) == PEOPLE
            events = ProgramEvent.objects.filter(at__gt=at)
            assert events.filter(type=EventType.MONTH_CONFIRMED).count() == PEOPLE
            assert not events.filter(type=EventType.CONFIRMATION_CORRECTED).exists()

        rounds(*both, times=8, between=once)
