"""Authorizations: asked for, shown, dispensed, reversed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledge.actions import holds, participants, registrants
from pledge.models import AccessEntry, Authorization, Dispense, EventType, ProgramEvent
from pledge.rules.calendar import days_after, program_day
from tests import lives
from tests.pledge.api.conftest import Software, asking, reasons_in
from tests.pledge.api.contract import problem_of


class TestAskingForOne:
    def test_gives_a_number_and_the_last_day(self, software, program, now):
        life = lives.ready(program, now)
        answer = software.authorize(life, client_reference="order 7")
        assert answer.status_code == 201
        assert answer.json() == {
            "rma_number": Authorization.objects.get().rma_number,
            "status": "issued",
            "registrant_number": life.number,
            "days_supply": 30,
            "do_not_dispense_after": days_after(program_day(now), 6).isoformat(),
            "issued_at": answer.json()["issued_at"],
            "dispensed_at": None,
            "reversed_at": None,
            "edition": "2026",
            "client_reference": "order 7",
        }
        assert "Idempotent-Replayed" not in answer

    def test_without_a_window_has_no_last_day(self, software, program, now):
        answer = software.authorize(lives.ready(program, now, category=lives.CANNOT))
        assert answer.json()["do_not_dispense_after"] is None

    def test_keeps_the_pharmacist_in_the_trail(self, software, program, now):
        software.authorize(lives.ready(program, now), pharmacist="rph-99")
        event = ProgramEvent.objects.get(type=EventType.AUTHORIZATION_ISSUED)
        assert event.actor_name == "Corner Pharmacy / rph-99"
        assert Authorization.objects.get().pharmacist == "rph-99"

    def test_keeps_the_pharmacist_whole_beside_a_very_long_pharmacy_name(self, software, program, now):
        program.pharmacy.name = "P" * 200
        program.pharmacy.save()
        software.authorize(lives.ready(program, now), pharmacist="r" * 64)
        assert ProgramEvent.objects.get(type=EventType.AUTHORIZATION_ISSUED).actor_name.endswith("/ " + "r" * 64)

    def test_is_refused_with_every_reason_and_leaves_an_event(self, software, program, now):
        answer = software.authorize(lives.enrolled(program, now), days_supply=31)
        assert (answer.status_code, problem_of(answer)) == (409, "not-eligible")
        assert reasons_in(answer) == ["contact_prescriber", "patient_action_needed", "supply_over_limit"]
        refused = ProgramEvent.objects.get(type=EventType.ACT_REFUSED)
        assert [refusal["code"] for refusal in refused.refusals][-1] == "supply_over_limit"
        assert Authorization.objects.count() == 0

    def test_is_refused_to_a_second_pharmacy_until_the_first_gives_back(self, software, other_software, program, now):
        life = lives.ready(program, now)
        first = software.authorize(life).json()
        assert reasons_in(other_software.authorize(life)) == ["authorization_active"]
        software.reverse(first["rma_number"])
        second = other_software.authorize(life).json()
        assert second["rma_number"] != first["rma_number"]
        assert second["do_not_dispense_after"] == first["do_not_dispense_after"]

    def test_is_refused_to_a_pharmacy_whose_activation_ran_out(self, now, db):
        yesterday = days_after(program_day(now), -1)
        lapsed, active = lives.a_program(now, through=yesterday), lives.a_program(now)
        life = lives.ready(active, now)
        answer = Software(lives.a_key(lapsed.pharmacy, now)).authorize(life)
        assert reasons_in(answer) == ["pharmacy_not_certified"]


class TestShowingOne:
    def test_shows_it_as_it_was_given(self, software, program, now):
        given = software.authorize(lives.ready(program, now)).json()
        assert software.show(given["rma_number"]).json() == given

    def test_leaves_a_line_in_the_access_trail(self, software, program, now):
        life = lives.authorized(program, now)
        software.show(life.rma_number)
        entry = AccessEntry.objects.get()
        assert (entry.what, entry.pharmacy, entry.registrant) == (
            "authorization shown",
            program.pharmacy,
            life.registrant,
        )
        assert entry.actor_id.startswith("pledge_live_")
        assert entry.outcome == "issued"

    @pytest.mark.parametrize(("days", "status"), [(6, "issued"), (7, "lapsed")])
    def test_shows_that_its_last_day_has_passed_before_the_night_records_it(
        self, software, program, now, clock, days, status
    ):
        life = lives.authorized(program, now)
        clock(lives.days_before(now, -days))
        assert software.show(life.rma_number).json()["status"] == status

    def test_shows_a_suspension_of_the_prescriber(self, software, program, now):
        life = lives.authorized(program, now)
        participants.suspend(party=program.prescriber, by=program.administrator, at=now)
        assert software.show(life.rma_number).json()["status"] == "suspended"

    def test_shows_that_the_prescribers_certification_ran_out(self, db, now, clock):
        program = lives.a_program(now)
        short = lives.a_program(now, through=program_day(now))
        life = lives.ready(short, now)
        software = Software(lives.a_key(program.pharmacy, now))
        rma_number = software.authorize(life).json()["rma_number"]
        clock(lives.days_before(now, -1))
        assert software.show(rma_number).json()["status"] == "suspended"

    @pytest.mark.parametrize(("days_left", "status"), [(0, "revoked"), (6, "lapsed")])
    def test_shows_what_ran_out_first_the_pharmacys_activation_or_its_last_day(self, db, now, clock, days_left, status):
        program = lives.a_program(now)
        short = lives.a_program(now, through=days_after(program_day(now), days_left))
        software = Software(lives.a_key(short.pharmacy, now))
        rma_number = software.authorize(lives.ready(program, now)).json()["rma_number"]
        clock(lives.days_before(now, -7))
        assert software.show(rma_number).json()["status"] == status

    def test_shows_a_revoked_one(self, software, program, now):
        life = lives.authorized(program, now)
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=now)
        assert software.show(life.rma_number).json()["status"] == "revoked"


class TestDispensing:
    def test_records_the_hand_over(self, software, program, now):
        life = lives.authorized(program, now)
        answer = software.dispense(life.rma_number)
        assert (answer.status_code, answer.json()["status"]) == (200, "dispensed")
        assert answer.json()["dispensed_at"] is not None
        assert Dispense.objects.get().pharmacist == "rph-17"

    def test_judges_everything_again(self, software, program, now):
        life = lives.authorized(program, now)
        registrants.discontinue(
            registrant=life.registrant, reason="moved", last_dose_on=program_day(now), by=program.clinic, at=now
        )
        answer = software.dispense(life.rma_number)
        assert (answer.status_code, reasons_in(answer)) == (409, ["contact_prescriber", "authorization_closed"])
        assert Dispense.objects.count() == 0

    def test_is_too_late_after_the_last_day(self, software, program, now, clock):
        life = lives.authorized(program, now)
        clock(lives.days_before(now, -7))
        answer = software.dispense(life.rma_number)
        assert "authorization_closed" in reasons_in(answer)

    def test_twice_is_refused(self, software, program, now):
        life = lives.authorized(program, now)
        software.dispense(life.rma_number)
        assert "authorization_closed" in reasons_in(software.dispense(life.rma_number))
        assert Dispense.objects.count() == 1


class TestReversing:
    @pytest.mark.parametrize("reason", ["not_collected", "entry_error", "registrant_request"])
    def test_gives_it_back_with_a_reason(self, software, program, now, reason):
        life = lives.authorized(program, now)
        answer = software.reverse(life.rma_number, reason=reason)
        assert (answer.status_code, answer.json()["status"]) == (200, "reversed")
        assert Authorization.objects.get().reversal_reason == reason

    def test_after_the_hand_over_is_refused(self, software, program, now):
        life = lives.authorized(program, now)
        software.dispense(life.rma_number)
        assert reasons_in(software.reverse(life.rma_number)) == ["authorization_closed"]

    def test_of_a_lapsed_one_is_taken(self, software, program, now, clock):
        life = lives.authorized(program, now)
        clock(lives.days_before(now, -9))
        assert software.reverse(life.rma_number).json()["status"] == "reversed"

    def test_for_a_reason_that_is_none_is_malformed(self, software, program, now):
        life = lives.authorized(program, now)
        answer = software.reverse(life.rma_number, reason="changed_my_mind")
        assert answer.json()["errors"] == [
            {"pointer": "/reason", "detail": "must be one of not_collected, entry_error, registrant_request"}
        ]


class TestNotFound:
    """A number that is not there, a wrong birth date and another pharmacy's authorization: nobody can tell."""

    def test_reads_the_same_for_a_wrong_number_and_a_wrong_birth_date(self, software, program, now):
        life = lives.ready(program, now)
        for ask in (software.check, software.authorize):
            wrong_number = ask(life, registrant_number="1234567890")
            wrong_date = ask(life, date_of_birth="1970-01-01")
            assert wrong_number.status_code == wrong_date.status_code == 404
            assert wrong_number.content == wrong_date.content

    @pytest.mark.parametrize("call", ["show", "dispense", "reverse"])
    def test_reads_the_same_for_another_pharmacys_authorization(self, other_software, program, now, call):
        theirs = lives.authorized(program, now).rma_number
        for number in (theirs, "999999999999", "x", "0" * 21, "1%00", "%ED%A0%BD"):
            answer = getattr(other_software, call)(number)
            assert (answer.status_code, problem_of(answer)) == (404, "not-found")
        assert Authorization.objects.get().status == "issued"

    @pytest.mark.parametrize("call", ["dispense", "reverse"])
    def test_costs_the_same_for_another_pharmacys_authorization(self, other_software, program, now, call):
        theirs, costs = lives.authorized(program, now).rma_number, []
        act = getattr(other_software, call)
        act("999999999999")
        for number in (theirs, "999999999998", "no-number"):
            with CaptureQueriesContext(connection) as asked:
                act(number)
            costs.append(len(asked))
        assert len(set(costs)) == 1, costs

    def test_leaves_a_line_in_the_access_trail(self, software, program, now):
        software.authorize(lives.ready(program, now), date_of_birth="1970-01-01")
        entry = AccessEntry.objects.get()
        assert (entry.what, entry.actor_id, entry.outcome) == ("authorization", "rph-17", "not there")

    def test_is_what_a_merged_record_is(self, software, program, now):
        from pledge.actions.records import merge

        life, duplicate = lives.ready(program, now), lives.ready(program, now)
        merge(registrant=life.registrant, duplicate=duplicate.registrant, by=program.administrator, at=now)
        assert software.check(duplicate).status_code == 404
        assert software.post("/authorizations", asking(duplicate)).status_code == 404
