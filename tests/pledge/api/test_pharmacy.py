"""A pharmacy asks about itself."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledge.actions import participants
from pledge.models import AccessEntry
from pledge.rules.calendar import days_after, program_day
from tests import lives
from tests.pledge.api.conftest import Software
from tests.pledge.api.contract import problem_of


class TestItsOwnStanding:
    def test_is_shown_with_its_end_and_the_key_that_asks(self, program, now):
        key = lives.a_key(program.pharmacy, now, expires_at=now + timedelta(days=30))
        shown = Software(key).get("/pharmacy").json()
        assert key.startswith(shown["key"].pop("prefix"))
        assert shown == {
            "number": program.pharmacy.number,
            "name": "Corner Pharmacy",
            "standing": "active",
            "certified_on": program.pharmacy.certified_on.isoformat(),
            "certified_through": program.pharmacy.certified_through.isoformat(),
            "key": {"sandbox": False, "expires_at": (now + timedelta(days=30)).isoformat().replace("+00:00", "Z")},
        }

    def test_is_active_through_its_last_day_and_not_after_it(self, software, program, now, clock):
        last = program.pharmacy.certified_through
        for day, standing in ((last, "active"), (days_after(last, 1), "not_active")):
            clock(lives.days_before(now, (program_day(now) - day).days))
            shown = software.get("/pharmacy").json()
            assert (shown["standing"], shown["key"]["expires_at"]) == (standing, None)

    def test_is_not_told_while_it_is_suspended(self, software, program, now):
        participants.suspend(party=program.pharmacy, by=program.administrator, at=now)
        answer = software.get("/pharmacy")
        assert (answer.status_code, problem_of(answer)) == (403, "pharmacy-suspended")

    def test_costs_two_statements_and_leaves_no_line_for_it_names_no_one(self, software):
        with CaptureQueriesContext(connection) as asked:
            assert software.get("/pharmacy").status_code == 200
        assert len(asked) == 2
        assert AccessEntry.objects.count() == 0

    @pytest.mark.parametrize("method", ["HEAD", "GET"])
    def test_is_answered_to_both_ways_of_reading(self, software, method):
        assert software.send(method, "/pharmacy").status_code == 200
