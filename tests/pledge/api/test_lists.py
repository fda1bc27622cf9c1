"""A pharmacy lists its own authorizations, each as it stands at the moment of asking."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledge.actions import authorizations, records, registrants
from pledge.holdings import judged
from pledge.models import AccessEntry, Authorization
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import AuthorizationStatus
from tests import lives
from tests.pledge.api.conftest import Software
from tests.pledge.api.contract import problem_of


@pytest.fixture
def small_pages(settings):
    settings.API_PAGE_ROWS = 2


def numbers_in(answer):
    return [shown["rma_number"] for shown in answer.json()["items"]]


def all_of(software, **asked):
    """Follow the cursors to the end, and give every item."""
    found, cursor = [], {}
    while cursor is not None:
        page = software.listed(**asked, **cursor)
        assert page.status_code == 200
        found += page.json()["items"]
        cursor = {"cursor": page.json()["next_cursor"]} if page.json()["next_cursor"] else None
    return found


def in_every_state(program, now):
    """Bring authorizations of one pharmacy to each state, some of them unrecorded until the night; give their lives."""
    lived = [lives.authorized(program, now) for _ in range(5)]
    _, dispensed, reversed_, revoked, _ = lived
    at_counter = {"pharmacy": program.pharmacy, "by": program.counter, "at": now}
    authorizations.dispense(registrant=dispensed.registrant, **at_counter)
    authorizations.reverse(registrant=reversed_.registrant, **at_counter)
    registrants.discontinue(
        registrant=revoked.registrant, reason="moved", last_dose_on=program_day(now), by=program.clinic, at=now
    )
    lapsed = lives.authorized(program, lives.days_before(now, 9))
    elsewhere = lives.a_program(now, through=program_day(now))
    kept_there = lives.Program(elsewhere.prescriber, program.pharmacy, program.other_pharmacy, program.administrator)
    return [*lived, lapsed, lives.authorized(kept_there, now)]


class TestAList:
    def test_shows_the_pharmacys_own_alone_newest_first(self, software, other_software, program, now):
        lived = [lives.authorized(program, now) for _ in range(3)]
        answer = software.listed()
        assert numbers_in(answer) == [life.rma_number for life in reversed(lived)]
        assert answer.json()["items"][0] == software.show(lived[2].rma_number).json()
        assert answer.json()["next_cursor"] is None
        assert other_software.listed().json() == {"items": [], "next_cursor": None}

    @pytest.mark.usefixtures("small_pages")
    def test_goes_on_where_the_page_ended_though_others_are_authorized_meanwhile(self, software, program, now):
        lived = [lives.authorized(program, now) for _ in range(4)]
        first = software.listed()
        lives.authorized(program, now)
        second = software.listed(cursor=first.json()["next_cursor"])
        assert numbers_in(first) + numbers_in(second) == [life.rma_number for life in reversed(lived)]
        assert second.json()["next_cursor"] is None

    @pytest.mark.usefixtures("small_pages")
    def test_filters_by_what_each_is_at_the_moment_of_asking(self, software, program, now, clock):
        lived = in_every_state(program, now)
        for days_later in (0, 1, 8, 40, 400):  # a prescriber's certification runs out, windows close, a pharmacy's ends
            clock(lives.days_before(now, -days_later))
            shown = {life.rma_number: software.show(life.rma_number).json() for life in lived}
            assert {item["rma_number"]: item for item in all_of(software)} == shown
            for status in AuthorizationStatus:
                found = {item["rma_number"] for item in all_of(software, status=status)}
                assert found == {number for number, item in shown.items() if item["status"] == status}, status
            if days_later == 1:
                assert {item["status"] for item in shown.values()} == set(AuthorizationStatus)
        kept = set(Authorization.objects.values_list("status", flat=True))
        assert kept == {"issued", "dispensed", "reversed", "revoked"}

    @pytest.mark.usefixtures("small_pages")
    def test_leads_over_a_page_without_any_to_what_must_go_back_to_stock(self, software, program, now):
        lapsed = lives.authorized(program, lives.days_before(now, 9))
        for _ in range(2):
            lives.authorized(program, now)
        first = software.listed(status="lapsed")
        assert first.json()["items"] == []
        second = software.listed(status="lapsed", cursor=first.json()["next_cursor"])
        assert numbers_in(second) == [lapsed.rma_number]
        software.reverse(lapsed.rma_number)
        assert all_of(software, status="lapsed") == []

    def test_finds_what_was_asked_for_with_a_reference(self, software, program, now):
        for reference in ("order 7", "order 8"):
            software.authorize(lives.ready(program, now), client_reference=reference)
        lives.authorized(program, now)
        found = software.listed(client_reference="order 7").json()["items"]
        assert [item["client_reference"] for item in found] == ["order 7"]
        assert software.listed(client_reference="order 9").json()["items"] == []
        assert software.listed(client_reference="order 7", status="reversed").json()["items"] == []
        assert software.listed(client_reference="order 7", status="", cursor="").json()["items"] == found
        assert len(software.listed(client_reference="", status="", cursor="").json()["items"]) == 3


class TestACursor:
    @pytest.mark.usefixtures("small_pages")
    def test_that_was_not_made_for_this_list_is_malformed(self, software, program, now):
        for _ in range(3):
            lives.authorized(program, now)
        cursor = software.listed().json()["next_cursor"]
        other = Software(lives.a_key(program.other_pharmacy, now))
        assert software.listed(cursor=cursor).status_code == 200
        for caller, bad in (
            (other, cursor),
            (software, cursor[:-1]),
            (software, "x" + cursor),
            (software, cursor.swapcase()),
            (software, "1"),
            (software, ":"),
            (software, "\u85ac:\u85ac"),
        ):
            answer = caller.listed(cursor=bad)
            assert (answer.status_code, problem_of(answer)) == (400, "malformed")
            assert answer.json()["errors"] == [
                {"pointer": "/cursor", "detail": "is none of this list's; begin without one"}
            ]


class TestWhatAListLeavesAndCosts:
    def test_leaves_in_the_access_trail_whom_it_showed_and_with_which_key(self, software, program, now):
        lived = [lives.authorized(program, now), lives.authorized(program, now)]
        software.dispense(lived[0].rma_number)
        software.listed(status="issued")
        entry = AccessEntry.objects.get()
        assert (entry.what, entry.actor_kind) == ("authorizations listed", "pharmacist")
        assert software.key.startswith(entry.actor_id)
        assert (entry.pharmacy, entry.registrant, entry.outcome) == (program.pharmacy, None, lived[1].number)

    def test_costs_the_same_few_statements_however_many_it_shows(self, software, program, now):
        costs = []
        for _ in range(2):
            lives.authorized(program, now)
            with CaptureQueriesContext(connection) as asked:
                software.listed()
            costs.append(len(asked))
        assert costs == [5, 5]  # key, count of calls, rows, records, access trail

    def test_shows_one_as_revoked_whose_record_was_merged_since_it_was_read(self, program, now):
        gone, kept = lives.authorized(program, now), lives.enrolled(program, now)
        read = list(Authorization.objects.select_related("registrant"))
        records.merge(registrant=kept.registrant, duplicate=gone.registrant, by=program.administrator, at=now)
        assert [shown.status for shown in judged(read, now)] == ["revoked"]
