"""A pharmacy asks whether it may dispense."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledge import eligibility
from pledge.actions import holds, participants, registrants
from pledge.eligibility import eligibility_of
from pledge.models import AccessEntry, Authorization, ProgramEvent
from pledge.rules import vocabulary
from pledge.rules.calendar import days_after, program_day
from tests import lives
from tests.pledge.api.conftest import reasons_in

MONTH_UNDONE = {"contact_prescriber", "patient_action_needed"}


class TestACheck:
    def test_says_until_when_a_finished_month_may_be_dispensed(self, software, program, now):
        answer = software.check(lives.ready(program, now)).json()
        assert answer["eligible"] is True
        assert answer["reasons"] == []
        assert answer["do_not_dispense_after"] == days_after(program_day(now), 6).isoformat()
        assert answer["checked_at"].endswith("Z")

    def test_names_every_class_of_reason_once_with_who_acts_and_what_is_next(self, software, program, now):
        answer = software.check(lives.enrolled(program, now))
        assert set(reasons_in(answer)) == MONTH_UNDONE
        assert len(reasons_in(answer)) == len(MONTH_UNDONE)
        assert all(reason["who_acts"] and reason["next_step"] for reason in answer.json()["reasons"])

    def test_tells_no_date_where_nothing_may_be_dispensed(self, software, program, now):
        life = lives.authorized(program, now)
        answer = software.check(life).json()
        assert [answer["eligible"], answer["do_not_dispense_after"]] == [False, None]

    def test_knows_that_consents_are_missing(self, software, program, now):
        answer = software.check(lives.registered(program, now))
        assert "contact_prescriber" in reasons_in(answer)
        assert "consent_missing" in AccessEntry.objects.get().outcome

    def test_changes_nothing_but_the_access_trail(self, software, program, now):
        life = lives.ready(program, now)
        events, authorizations = ProgramEvent.objects.count(), Authorization.objects.count()
        software.check(life)
        assert (ProgramEvent.objects.count(), Authorization.objects.count()) == (events, authorizations)
        assert AccessEntry.objects.count() == 1

    def test_names_the_edition_of_the_day(self, software, program, now, clock):
        life = lives.ready(program, now)
        edition = software.check(life).json()["edition"]
        clock(lives.UNDER_2021)
        assert software.check(life).json()["edition"] == "2021"
        assert edition == "2026"

    @pytest.mark.parametrize("days_supply", [1, 30])
    def test_agrees_with_what_asking_for_an_authorization_gives(self, software, program, now, days_supply):
        lives_in_states = [
            lives.registered(program, now),
            lives.enrolled(program, now),
            lives.ready(program, now),
            lives.authorized(program, now),
            lives.on_treatment(program, now),
            lives.on_treatment(program, now, today=True, category=lives.CANNOT),
        ]
        for life in lives_in_states:
            checked = software.check(life, days_supply=days_supply)
            asked = software.authorize(life, days_supply=days_supply)
            assert checked.json()["eligible"] == (asked.status_code == 201)
            if asked.status_code == 409:
                assert checked.json()["reasons"] == asked.json()["reasons"]


class TestTheAccessTrail:
    def test_keeps_pharmacy_pharmacist_registrant_and_outcome(self, software, program, now):
        life = lives.ready(program, now)
        software.check(life, pharmacist="rph-99")
        entry = AccessEntry.objects.get()
        assert (entry.what, entry.actor_kind, entry.actor_id) == ("eligibility-check", "pharmacist", "rph-99")
        assert (entry.pharmacy, entry.registrant, entry.outcome) == (program.pharmacy, life.registrant, "eligible")

    def test_keeps_the_full_codes_that_the_pharmacy_is_not_told(self, software, program, now):
        software.check(lives.enrolled(program, now))
        assert AccessEntry.objects.get().outcome == "test_missing counseling_missing questions_missing"

    def test_keeps_that_no_one_was_found(self, software, program, now):
        life = lives.ready(program, now)
        software.check(life, date_of_birth="1970-01-01")
        entry = AccessEntry.objects.get()
        assert (entry.registrant, entry.pharmacy, entry.outcome) == (None, program.pharmacy, "not there")


class TestWhatACheckCosts:
    @pytest.mark.parametrize("state", [lives.ready, lives.enrolled, lives.authorized, lives.on_treatment])
    def test_is_two_statements_key_count_of_calls_and_access_trail_included(self, software, program, now, state):
        life = state(program, now)
        with CaptureQueriesContext(connection) as asked:
            software.check(life)
        assert len(asked) == 2, [query["sql"] for query in asked]

    def test_is_the_same_whatever_is_wrong_where_no_one_is_found(self, software, program, now):
        life, costs = lives.ready(program, now), []
        for changes in ({"registrant_number": "1"}, {"date_of_birth": "1970-01-01"}):
            with CaptureQueriesContext(connection) as asked:
                assert software.check(life, **changes).status_code == 404
            costs.append(len(asked))
        assert len(set(costs)) == 1, costs


class TestNoReplyRevealsAPregnancy:
    """The answers for a hold are compared with those for a harmless cause, byte for byte but for the clock."""

    def answers(self, software, life):
        checked, asked = software.check(life).json(), software.authorize(life).json()
        checked.pop("checked_at")
        return checked, asked

    def test_where_everything_else_is_done_it_reads_like_a_suspended_prescriber(self, software, program, now):
        other = lives.a_program(now)
        held = lives.on_treatment(program, now, today=True, category=lives.CANNOT)
        harmless = lives.on_treatment(other, now, today=True, category=lives.CANNOT)
        holds.report_pregnancy(registrant=held.registrant, by=program.clinic, at=now)
        participants.suspend(party=other.prescriber, by=other.administrator, at=now)
        assert self.answers(software, held) == self.answers(software, harmless)

    def test_a_dispense_reads_like_an_authorization_revoked_at_a_discontinuation(self, software, program, now):
        held, harmless = (lives.authorized(program, now) for _ in range(2))
        holds.report_pregnancy(registrant=held.registrant, by=program.clinic, at=now)
        registrants.discontinue(
            registrant=harmless.registrant, reason="moved", last_dose_on=program_day(now), by=program.clinic, at=now
        )
        refused = [software.dispense(life.rma_number) for life in (held, harmless)]
        assert refused[0].json()["reasons"] == refused[1].json()["reasons"]
        assert software.show(held.rma_number).json()["status"] == software.show(harmless.rma_number).json()["status"]

    def test_no_answer_names_a_test_a_method_or_a_person(self, software, program, now):
        life = lives.on_treatment(program, now, today=True)
        lives.a_test(life, now, result=vocabulary.TestResult.POSITIVE)
        said = (software.check(life).content + software.authorize(life).content).decode().lower()
        for word in ("pregnan", "positive", " test", "hold", "pill", "condom", "robin", "@"):
            assert word not in said


class TestWhatIsAskedBesideTheApi:
    def test_is_told_the_full_reasons(self, program, now):
        decision = eligibility_of(lives.enrolled(program, now).registrant, program.pharmacy, 30, now)
        assert [refusal.code for refusal in decision.refusals] == [
            "test_missing",
            "counseling_missing",
            "questions_missing",
        ]

    def test_shows_a_row_as_it_was_read_where_it_has_moved_on_since(self, software, program, now):
        life = lives.authorized(program, now)
        read = Authorization.objects.get()
        software.reverse(life.rma_number)
        assert eligibility._status_now(read, now) == "issued"
