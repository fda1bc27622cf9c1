"""What the sandbox answers about each made-up registrant; every answer is held against the one contract."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from notifications.models import MessageType
from pledge.api.sandbox import catalogue
from pledge.models import SandboxAuthorization
from pledge.rules.calendar import program_day
from pledge.rules.dispensing import authorizing
from pledge.rules.refusals import PharmacyClass
from tests import lives
from tests.pledge.api.conftest import Software, asking, reasons_in
from tests.pledge.api.contract import problem_of
from tests.pledge.api.sandbox.conftest import who

pytestmark = pytest.mark.django_db
ELIGIBLE, LAST_DAY, WINDOWLESS = who("0000000101"), who("0000000103"), who("0000000102")
FEWER, SEVERAL = who("0000000206"), who("0000000207")
REVOKED, LAPSES, PAUSES = who("0000000301"), who("0000000302"), who("0000000303")
IN_PROGRESS, TOO_MANY, BROKEN = who("0000000403"), who("0000000402"), who("0000000404")
STATUS = {
    "pharmacy-suspended": 403,
    "too-many-requests": 429,
    "request-in-progress": 409,
    "internal-error": 500,
    "unavailable": 503,
}


def shown(answer, status=200):
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


class TestTheCatalogue:
    def test_has_one_for_each_answer(self):
        told = Counter(person.code for person in catalogue())
        assert set(told) == {""} | set(PharmacyClass) | set(STATUS)
        assert len({person.number for person in catalogue()}) == len(catalogue())

    @pytest.mark.parametrize("begins", ["2012-02-01", "2021-12-01", "2026-11-01", "2028-02-15"])
    def test_holds_on_every_day_of_every_edition(self, begins):
        for on in (date.fromisoformat(begins) + timedelta(days=days) for days in range(30)):
            for person in catalogue():
                decision = authorizing(person.life(on), person.pharmacy(on), 30, on)
                told = {refusal.code.pharmacy_class for refusal in decision.refusals}
                assert (person.code in told) if person.at == "check" and person.code else not told, (on, person)

    def test_is_shown_by_checks_one_by_one_and_by_requests(self, tried: Software):
        for person in catalogue():
            checked, asked = tried.check(person), tried.authorize(person)
            if person.at == "call":
                assert (problem_of(asked), asked.status_code) == (person.code, STATUS[person.code])
                assert problem_of(checked) == ("" if person is IN_PROGRESS else person.code)
            elif person.at == "check" and person.code:
                assert person.code in reasons_in(checked)
                assert problem_of(asked) == "not-eligible"
                assert reasons_in(asked) == reasons_in(checked)
            else:
                assert shown(checked)["eligible"]
                issued = shown(asked, 201)
                assert issued["do_not_dispense_after"] == shown(checked)["do_not_dispense_after"]

    def test_is_shown_by_a_batch(self, tried: Software):
        told = [person for person in catalogue() if person.at == "check"]
        results = shown(tried.check_all([*map(asking, told), asking(ELIGIBLE, registrant_number="0000000999")]))[
            "results"
        ]
        codes = [{reason["code"] for reason in result["reasons"]} for result in results[:-1]]
        assert all(
            person.code in found if person.code else not found for person, found in zip(told, codes, strict=True)
        )
        assert results[-1]["type"].endswith("/not-found")
        refused = tried.check_all([asking(ELIGIBLE), asking(TOO_MANY)])
        assert problem_of(refused) == "too-many-requests"


class TestAMadeUpProblem:
    def test_tells_what_the_true_one_tells(self, tried: Software):
        many = tried.check(TOO_MANY)
        assert int(many["Retry-After"]) > 0
        assert many["X-RateLimit-Remaining"] == "0"
        assert shown(tried.check(BROKEN), 500)["reference"]
        assert shown(tried.check(ELIGIBLE))["eligible"]

    def test_is_remembered_by_no_idempotency_key(self, tried: Software):
        for _ in range(2):
            again = tried.authorize(BROKEN, idempotency_key="k")
            assert again.status_code == 500
            assert "Idempotent-Replayed" not in again
        assert shown(tried.authorize(ELIGIBLE, idempotency_key="k"), 201)


class TestAnAuthorization:
    def test_is_asked_for_shown_and_dispensed_again_and_again(self, tried: Software):
        for _ in range(2):
            issued = shown(tried.authorize(ELIGIBLE, client_reference="order 7"), 201)
            assert issued["rma_number"].startswith("0")
            assert issued["client_reference"] == "order 7"
            assert shown(tried.show(issued["rma_number"])) == issued
            assert reasons_in(tried.check(ELIGIBLE)) == ["authorization_active"]
            assert reasons_in(tried.authorize(ELIGIBLE)) == ["authorization_active"]
            handed_over = shown(tried.dispense(issued["rma_number"]))
            assert handed_over["status"] == "dispensed"
            assert handed_over["dispensed_at"] is not None
            for again in (tried.dispense, tried.reverse):
                assert reasons_in(again(issued["rma_number"])) == ["authorization_closed"]

    def test_is_given_back(self, tried: Software):
        rma_number = shown(tried.authorize(WINDOWLESS), 201)["rma_number"]
        assert shown(tried.reverse(rma_number))["status"] == "reversed"
        assert shown(tried.show(rma_number))["reversed_at"] is not None
        assert shown(tried.authorize(WINDOWLESS), 201)

    def test_is_for_no_more_days_than_are_allowed(self, tried: Software):
        assert reasons_in(tried.authorize(FEWER)) == ["supply_over_limit"]
        assert shown(tried.authorize(FEWER, days_supply=15), 201)["days_supply"] == 15
        assert reasons_in(tried.check(SEVERAL)) == ["contact_prescriber", "patient_action_needed", "supply_over_limit"]

    def test_is_revoked(self, tried: Software):
        rma_number = shown(tried.authorize(REVOKED), 201)["rma_number"]
        assert shown(tried.show(rma_number))["status"] == "revoked"
        assert reasons_in(tried.dispense(rma_number)) == ["authorization_closed"]
        assert reasons_in(tried.reverse(rma_number)) == ["authorization_closed"]
        assert shown(tried.authorize(REVOKED), 201)
        assert shown(tried.show(rma_number))["status"] == "revoked"
        assert reasons_in(tried.dispense(rma_number)) == ["authorization_closed"]

    def test_lapses_and_can_be_given_back(self, tried: Software):
        rma_number = shown(tried.authorize(LAPSES), 201)["rma_number"]
        assert shown(tried.show(rma_number))["status"] == "lapsed"
        assert reasons_in(tried.dispense(rma_number)) == ["authorization_closed"]
        assert shown(tried.reverse(rma_number))["status"] == "reversed"

    def test_lapses_by_itself_on_the_day_after_its_last(self, tried: Software, clock, now: datetime):
        issued = [shown(tried.authorize(person), 201) for person in (ELIGIBLE, WINDOWLESS)]
        for one, days in zip(issued, (7, 31), strict=True):
            clock(lives.days_before(now, 1 - days))
            assert shown(tried.show(one["rma_number"]))["status"] == "issued"
            clock(lives.days_before(now, -days))
            assert shown(tried.show(one["rma_number"]))["status"] == "lapsed"
        handed_over = shown(tried.authorize(ELIGIBLE), 201)["rma_number"]
        assert shown(tried.dispense(handed_over))["status"] == "dispensed"
        clock(lives.days_before(now, -50))
        told = [(event["type"], event["data"]["rma_number"]) for event in shown(tried.get("/events"))["items"]]
        assert told == [("authorization.lapsed", issued[0]["rma_number"])]

    def test_is_suspended_for_a_minute_and_resumes(self, tried: Software, clock, now: datetime):
        clock(now)
        rma_number = shown(tried.authorize(PAUSES), 201)["rma_number"]
        clock(now + timedelta(seconds=59))
        assert shown(tried.show(rma_number))["status"] == "suspended"
        assert reasons_in(tried.dispense(rma_number)) == ["contact_prescriber"]
        assert reasons_in(tried.check(PAUSES)) == ["contact_prescriber"]
        clock(now + timedelta(seconds=61))
        assert shown(tried.show(rma_number))["status"] == "issued"
        assert shown(tried.dispense(rma_number))["status"] == "dispensed"

    def test_outlives_whoever_is_no_longer_in_the_catalogue(self, tried: Software):
        rma_number = shown(tried.authorize(ELIGIBLE), 201)["rma_number"]
        SandboxAuthorization.objects.update(registrant_number="0000009999")
        assert shown(tried.show(rma_number))["status"] == "issued"
        assert tried.dispense(rma_number).status_code == tried.reverse(rma_number).status_code == 404
        assert shown(tried.get("/events"))["items"] == []


class TestWhatIsRepeated:
    def test_is_answered_as_before_for_as_long_as_a_live_answer_is(self, tried: Software):
        first = tried.authorize(ELIGIBLE, idempotency_key="k")
        again = tried.authorize(ELIGIBLE, idempotency_key="k")
        assert (again.status_code, again.content) == (201, first.content)
        assert again["Idempotent-Replayed"] == "true"
        assert problem_of(tried.authorize(ELIGIBLE, idempotency_key="k", days_supply=10)) == "idempotency-key-reused"
        nobody = {"idempotency_key": "n", "registrant_number": "0000000999"}
        assert problem_of(tried.authorize(ELIGIBLE, **nobody)) == "not-found"
        assert tried.authorize(ELIGIBLE, **nobody)["Idempotent-Replayed"] == "true"

    def test_meets_no_live_request_with_the_same_key(self, tried: Software, software: Software, program, now: datetime):
        life = lives.ready(program, now)
        live = shown(software.authorize(life, idempotency_key="k"), 201)
        made_up = tried.authorize(ELIGIBLE, idempotency_key="k")
        assert "Idempotent-Replayed" not in made_up
        assert shown(made_up, 201)["rma_number"] != live["rma_number"]


class TestLists:
    def test_show_a_pharmacys_own_page_by_page(self, tried: Software, tried_elsewhere: Software, settings):
        settings.API_PAGE_ROWS = 2
        people = (ELIGIBLE, REVOKED, LAPSES)
        numbers = [shown(tried.authorize(person, client_reference="r"), 201)["rma_number"] for person in people]
        shown(tried_elsewhere.authorize(ELIGIBLE), 201)
        first = shown(tried.listed(client_reference="r"))
        rest = shown(tried.listed(client_reference="r", cursor=first["next_cursor"]))
        listed = first["items"] + rest["items"]
        assert rest["next_cursor"] is None
        assert [one["rma_number"] for one in listed] == numbers[::-1]
        assert [one["status"] for one in listed] == ["lapsed", "revoked", "issued"]
        assert [one["status"] for one in shown(tried.listed(status="revoked"))["items"]] == ["revoked"]
        assert shown(tried.listed(client_reference="other"))["items"] == []
        assert problem_of(tried.listed(cursor="none")) == "malformed"

    def test_of_events_tell_what_befell_them(
        self, tried: Software, tried_elsewhere: Software, clock, now: datetime, settings
    ):
        clock(now)
        assert shown(tried.get("/events")) == {"items": [], "next_cursor": "0"}
        for person in (ELIGIBLE, REVOKED, LAPSES, PAUSES):
            shown(tried.authorize(person), 201)
            now += timedelta(seconds=1)
            clock(now)
        settings.API_PAGE_ROWS = 3
        first = shown(tried.get("/events"))
        clock(now + timedelta(minutes=2))
        rest = shown(tried.get(f"/events?cursor={first['next_cursor']}"))
        told = first["items"] + rest["items"]
        assert {event["type"] for event in told} == set(MessageType)
        assert len({event["id"] for event in told}) == len(told) == 5
        assert told == sorted(told, key=lambda event: event["timestamp"])
        assert told[-1]["type"] == "authorization.resumed"
        assert shown(tried.get(f"/events?cursor={rest['next_cursor']}")) == {
            "items": [],
            "next_cursor": rest["next_cursor"],
        }
        not_yet = int(rest["next_cursor"]) + 10**12
        for cursor in (17, not_yet):
            assert problem_of(tried.get(f"/events?cursor={cursor}")) == "malformed"
        assert shown(tried_elsewhere.get("/events"))["items"] == []

    def test_tell_of_no_resuming_where_it_was_given_back_before(self, tried: Software, clock, now: datetime):
        clock(now)
        tried.reverse(shown(tried.authorize(PAUSES), 201)["rma_number"])
        clock(now + timedelta(minutes=2))
        assert [event["type"] for event in shown(tried.get("/events"))["items"]] == ["authorization.suspended"]


class TestTheOldest:
    def test_are_forgotten_and_every_list_goes_on(
        self, tried: Software, tried_elsewhere: Software, clock, now: datetime, settings
    ):
        """A pharmacy's tests go on day and night; what the lists gave before is a place to go on from."""
        settings.SANDBOX_KEPT, settings.API_PAGE_ROWS = 3, 2
        clock(now)
        elsewhere = shown(tried_elsewhere.authorize(REVOKED), 201)["rma_number"]
        given = []
        for person in (REVOKED, ELIGIBLE, LAPSES):
            given.append(shown(tried.authorize(person), 201)["rma_number"])
            clock(now := now + timedelta(seconds=1))
        events, listed = shown(tried.get("/events")), shown(tried.listed())
        assert [event["type"] for event in events["items"]] == ["certification.expiring", "authorization.revoked"]
        through = shown(tried.get("/pharmacy"))["certified_through"]
        assert events["items"][0]["data"] == {"certified_through": through}
        for _ in range(3):
            issued = shown(tried.authorize(LAST_DAY), 201)["rma_number"]
            shown(tried.dispense(issued))
            given.append(issued)
            clock(now := now + timedelta(seconds=1))
        assert [one.rma_number for one in SandboxAuthorization.objects.all()] == [*reversed(given[3:]), elsewhere]
        assert shown(tried.listed(cursor=listed["next_cursor"])) == {"items": [], "next_cursor": None}
        assert problem_of(tried.dispense(given[1])) == "not-found"
        assert shown(tried.get(f"/events?cursor={events['next_cursor']}"))["items"] == []
        shown(tried.authorize(PAUSES), 201)
        clock(now + timedelta(seconds=1))
        [told] = shown(tried.get(f"/events?cursor={events['next_cursor']}"))["items"]
        assert told["type"] == "authorization.suspended"


class TestAReport:
    def test_is_acknowledged_and_kept_nowhere(self, tried: Software, now: datetime):
        told = shown(tried.report(ELIGIBLE, idempotency_key="k", note="A power cut."), 202)
        assert told["report_number"].startswith("0")
        assert told["dispensed_on"] == program_day(now).isoformat()
        assert shown(tried.report(ELIGIBLE, idempotency_key="k", note="A power cut."), 202) == told
        assert problem_of(tried.report(ELIGIBLE, registrant_number="0000000999")) == "not-found"
        tomorrow = program_day(lives.days_before(now, -2)).isoformat()
        assert problem_of(tried.report(ELIGIBLE, dispensed_on=tomorrow)) == "malformed"


class TestThePharmacy:
    def test_is_told_that_its_key_is_one_of_the_sandbox(self, tried: Software, software: Software, program):
        told, live = shown(tried.get("/pharmacy")), shown(software.get("/pharmacy"))
        assert told["number"] == live["number"] == program.pharmacy.number
        assert told["key"]["sandbox"]
        assert not live["key"]["sandbox"]
