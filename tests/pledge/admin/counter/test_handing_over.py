"""One number at the counter: its label, handing over, giving back, and the list of what goes back to stock."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pledge.actions import authorizations, holds, participants
from pledge.models import (
    AccessEntry,
    Authorization,
    CallRate,
    Deviation,
    Dispense,
    EventType,
    Pharmacy,
    ProgramEvent,
    WrongGuess,
)
from tests.lives import authorized, days_before, ready
from tests.pledge.admin.counter.conftest import AUTHORIZE, HOME, REPORT, STOCK, Counter, page_of, said, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(counter: Counter) -> Authorization:
    authorization = authorized(counter.program, counter.world.at).authorization
    assert authorization is not None
    return authorization


class TestTheLabel:
    def test_shows_number_day_supply_and_pharmacy_and_leaves_a_reading(self, counter: Counter, row) -> None:
        page = said(counter.representative.get(page_of(row)))
        for word in ("Do not dispense after", "Wednesday, March 17, 2027", "30 days", "Corner Pharmacy"):
            assert word in page
        entry = AccessEntry.objects.latest("pk")
        assert (entry.what, entry.actor_id, entry.outcome) == ("authorization shown", "RPH-2", "issued")

    def test_is_not_there_for_another_pharmacy_or_what_is_no_number(self, counter: Counter, row) -> None:
        assert counter.elsewhere.get(page_of(row)).status_code == 404
        assert counter.pharmacist.get("/admin/counter/authorizations/%00'/").status_code == 404
        for act in ("dispense/", "reverse/", "returned/"):
            assert counter.elsewhere.post(page_of(row, act), {"reason": "entry_error"}).status_code == 404
        row.refresh_from_db()
        assert row.status == "issued"

    def test_is_read_by_any_link_and_so_is_no_guess_whatever_its_number(self, counter: Counter, row, settings) -> None:
        settings.GUESSES_SLOWED = settings.GUESSES_ALERTED = 0
        settings.GUESSES_SUSPENDED = 1
        for ask in (counter.elsewhere.get, counter.elsewhere.head):
            for page in (page_of(row), "/admin/counter/authorizations/1/"):
                assert ask(page, headers={"sec-fetch-site": "cross-site"}).status_code == 404
        assert not WrongGuess.objects.exists()
        assert not CallRate.objects.filter(pharmacy=counter.program.other_pharmacy).exists()
        assert counter.elsewhere.post(page_of(row, "dispense/")).status_code == 404
        assert Pharmacy.objects.get(pk=counter.program.other_pharmacy.pk).suspended_at is not None

    def test_is_led_to_by_the_addresses_of_its_forms(self, counter: Counter, row) -> None:
        """Whoever logs in again in the middle comes back to them, and nothing is done."""
        for act in ("dispense/", "reverse/", "returned/"):
            assert counter.pharmacist.get(page_of(row, act))["Location"] == page_of(row)
        assert counter.pharmacist.get(AUTHORIZE)["Location"] == HOME
        row.refresh_from_db()
        assert row.status == "issued"


class TestHandingOver:
    def test_is_recorded_once_by_the_one_who_did_it(self, counter: Counter, row) -> None:
        answers = [said(counter.pharmacist.post(page_of(row, "dispense/"), follow=True)) for _ in range(2)]
        assert "Recorded: handed over." in answers[0]
        assert "This was done already, and is recorded once." in answers[1]
        assert Dispense.objects.get().pharmacist == "RPH-1"
        event = ProgramEvent.objects.get(type=EventType.AUTHORIZATION_DISPENSED)
        assert (event.actor_kind, event.actor_name) == ("pharmacy", "Corner Pharmacy / RPH-1")
        assert not ProgramEvent.objects.filter(type=EventType.ACT_REFUSED).exists()

    def test_is_judged_again_and_told_by_classes(self, counter: Counter, row) -> None:
        holds.report_pregnancy(registrant=row.registrant, by=counter.program.clinic, at=counter.world.at)
        page = said(counter.pharmacist.post(page_of(row, "dispense/")))
        assert "No</span> Hand nothing over" in page
        assert "This authorization can no longer be used." in page
        assert "pregnan" not in page.lower()
        assert not Dispense.objects.exists()

    def test_waits_while_the_prescriber_is_not_certified(self, counter: Counter, row) -> None:
        by, at = counter.program.administrator, counter.world.at
        participants.suspend(party=counter.program.prescriber, by=by, at=at)
        assert "Suspended: hand nothing over now" in said(counter.pharmacist.get(page_of(row)))
        assert "The prescriber&#x27;s office must act first." in said(
            counter.pharmacist.post(page_of(row, "dispense/"))
        )
        participants.reinstate(party=counter.program.prescriber, by=by, at=at)
        assert "Ready to hand over" in said(counter.pharmacist.get(page_of(row)))


class TestGivingBack:
    def test_asks_why_and_is_recorded_once(self, counter: Counter, row) -> None:
        assert "Choose why it is given back." in said(counter.pharmacist.post(page_of(row, "reverse/")))
        sent = {"reason": "registrant_request"}
        answers = [said(counter.pharmacist.post(page_of(row, "reverse/"), sent, follow=True)) for _ in range(2)]
        assert "Reversed on Thursday, March 11, 2027" in answers[0]
        assert "This was done already" in answers[1]
        row.refresh_from_db()
        assert row.reversal_reason == "registrant_request"

    def test_comes_too_late_after_handing_over(self, counter: Counter, row) -> None:
        counter.pharmacist.post(page_of(row, "dispense/"))
        page = said(counter.pharmacist.post(page_of(row, "reverse/"), {"reason": "entry_error"}))
        assert "This authorization can no longer be used." in page


class TestWhatGoesBackToStock:
    def test_is_what_lapsed_or_was_revoked_until_it_is_said_to_be_back(self, counter: Counter) -> None:
        program, at = counter.program, counter.world.at
        then = days_before(at, 9)
        with time_machine.travel(then, tick=False):
            lapsed = authorized(program, then).authorization  # nobody has recorded yet that it did
        revoked, waits = (authorized(program, at).authorization for _ in range(2))
        holds.report_pregnancy(registrant=revoked.registrant, by=program.clinic, at=at)
        page = said(counter.pharmacist.get(STOCK))
        assert [one.authorization for one in counter.pharmacist.get(STOCK).context["held"].back] == [lapsed, revoked]
        assert waits.rma_number in page
        assert "<strong>2</strong> must go back to stock" in said(counter.pharmacist.get(HOME))
        assert waits.rma_number in said(counter.pharmacist.get(HOME))
        assert "Lapsed: its last day has passed" in said(counter.pharmacist.get(page_of(lapsed)))

        back = {"reason": "not_collected", "stock": "1"}
        assert counter.pharmacist.post(page_of(lapsed, "reverse/"), back)["Location"] == STOCK
        for _ in range(2):
            assert counter.pharmacist.post(page_of(revoked, "returned/"))["Location"] == STOCK
        assert "Revoked, and back in stock" in said(counter.pharmacist.get(page_of(revoked)))
        assert ProgramEvent.objects.filter(type=EventType.STOCK_RETURNED).count() == 1
        held = counter.pharmacist.get(STOCK).context["held"]
        assert (held.back, [one.authorization for one in held.waiting]) == ([], [waits])

    def test_is_never_what_may_be_handed_over(self, counter: Counter, row) -> None:
        answer = counter.pharmacist.post(page_of(row, "returned/"), follow=True)
        assert "It was not revoked" in said(answer)

    def test_can_be_put_back_by_a_suspended_pharmacy(self, counter: Counter, row) -> None:
        participants.suspend(party=counter.program.pharmacy, by=counter.program.administrator, at=counter.world.at)
        assert "This pharmacy is suspended since" in said(counter.pharmacist.get(HOME))
        assert "is back in stock" in said(counter.pharmacist.post(page_of(row, "returned/"), follow=True))

    def test_is_found_by_its_number_as_it_is_written(self, counter: Counter, row) -> None:
        number = row.rma_number
        written = f"{number[:4]} {number[4:8]}-{number[8:]}"
        assert counter.pharmacist.post(STOCK, {"rma_number": written})["Location"] == page_of(row)
        assert "has no such number" in said(counter.elsewhere.post(STOCK, {"rma_number": number}))
        assert "digits only" in said(counter.pharmacist.post(STOCK, {"rma_number": "RMA"}))


class TestAReport:
    def test_is_kept_once_and_raised_with_the_program(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        assert counter.pharmacist.get(REPORT).status_code == 200
        day = f"{counter.world.today - timedelta(days=2):%Y-%m-%d}"
        sent = typed(life, seen=0, dispensed_on=day, note="The line was down.")
        answers = [said(counter.pharmacist.post(REPORT, sent, follow=True)) for _ in range(2)]
        reported = Dispense.objects.get()
        assert (f"{reported.dispensed_on:%Y-%m-%d}", reported.pharmacist, reported.note) == (
            day, "RPH-1", "The line was down.",
        )  # fmt: skip
        assert f"Recorded, as report {reported.report_number}" in answers[0]
        assert f"The same was recorded already, as report {reported.report_number}" in answers[1]
        assert Deviation.objects.get().dispense == reported

    def test_of_something_else_from_the_same_form_is_never_taken_for_the_first(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        counter.pharmacist.post(REPORT, typed(life, seen=0, note="The line was down."))
        first = Dispense.objects.get()
        for other in ({"days_supply": 15}, {"note": "kept"}, {"dispensed_on": "2027-03-09"}):
            sent = typed(life, **{"seen": 0, "note": "The line was down.", **other})
            answer = counter.pharmacist.post(REPORT, sent)
            assert answer.status_code == 200
            assert f"Since you opened this form, report {first.report_number}" in said(answer)
            assert Dispense.objects.get() == first
        again = answer.context["form"].data
        assert (again["dispensed_on"], again["seen"]) == ("2027-03-09", str(first.pk))
        recorded = counter.pharmacist.post(REPORT, again, follow=True)
        second = Dispense.objects.latest("pk")
        assert (second.pk != first.pk, f"{second.dispensed_on}") == (True, "2027-03-09")
        assert f"Recorded, as report {second.report_number}" in said(recorded)
        counter.pharmacist.post(REPORT, again)
        assert Dispense.objects.count() == 2

    def test_says_what_cannot_be_and_keeps_what_was_typed(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        tomorrow = f"{counter.world.today + timedelta(days=1):%Y-%m-%d}"
        page = said(counter.pharmacist.post(REPORT, typed(life, dispensed_on=tomorrow, note="kept")))
        assert "errorlist" in page
        assert "kept" in page
        assert "Nobody has this number" in said(counter.pharmacist.post(REPORT, typed(life, number="1")))
        participants.suspend(party=counter.program.pharmacy, by=counter.program.administrator, at=counter.world.at)
        assert "is suspended" in said(counter.pharmacist.post(REPORT, typed(life)))
        assert not Dispense.objects.exists()


def test_the_same_act_by_software_meanwhile_is_told_as_done(counter: Counter, row) -> None:
    authorizations.reverse(
        registrant=row.registrant, pharmacy=counter.program.pharmacy, rma_number=row.rma_number,
        by=counter.program.counter, at=counter.world.at,
    )  # fmt: skip
    answer = counter.pharmacist.post(page_of(row, "reverse/"), {"reason": "entry_error"}, follow=True)
    assert "This was reversed already: not collected. The reason that was chosen now is not recorded." in said(answer)
