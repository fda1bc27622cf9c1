"""A list taken out as a file: with a reason, for a day, for one log-in, and safe in a spreadsheet (R47, F23, P22)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from pledge.actions import participants, registrants
from pledge.actions.designations import end_designation
from pledge.admin.exchange.cells import as_text, line_of
from pledge.models import AccessEntry, EventType, RegistrantExport
from tests import lives
from tests.pledge.admin.world import World, digest, logged_in, newest_act

pytestmark = pytest.mark.django_db
EXPORT = "/admin/export/"
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =cmd|' /C calc'!A0",
    "\u3000\uff1d1",
    "\ufeff=1",
    "\uff20x",
    "\x00+1",
]


def asked(client: Client, **fields: str) -> str:
    """Ask for a list and give the address of its file."""
    answer = client.post(EXPORT, {"reason": "Recall after a lot was withdrawn", **fields})
    assert answer.status_code == 302, answer.context["form"].errors
    return f"{EXPORT}{RegistrantExport.objects.latest('pk').pk}/list.csv"


def rows_in(answer: HttpResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert content.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


@pytest.fixture
def robin(world: World) -> lives.Life:
    return lives.registered(world.program, world.at)


class TestACell:
    @pytest.mark.parametrize("written", FORMULAS)
    def test_that_could_begin_a_formula_is_text(self, written):
        assert as_text(written).startswith("'")
        assert "\n" not in as_text(written)

    @pytest.mark.parametrize("written", ["Robin Reyes", "O'Neil", "5032041122", "a=b", "", "Anne-Marie", "„Sam“ - x"])
    def test_that_could_not_is_left_as_it_is(self, written):
        assert as_text(written) == written

    def test_is_quoted_whatever_stands_in_it(self):
        cells = ['say "yes"', "a,b;c", "two\nlines", "é"]
        line = line_of(cells)
        assert line == '"say ""yes""","a,b;c","two lines","é"\r\n'
        assert next(csv.reader([line])) == ['say "yes"', "a,b;c", "two lines", "é"]


class TestAList:
    def test_holds_what_the_list_shows_and_nothing_else(self, world, robin):
        answer = world.prescriber.get(asked(world.prescriber))
        (row,) = rows_in(answer)
        assert row == {
            "Number": robin.number,
            "Name": "Robin Reyes",
            "Where they stand": "Forms to sign",
            "In words": row["In words"],
            "Category": "Can become pregnant",
            "Prescriber": world.program.prescriber.name,
        }
        assert row["In words"] in world.prescriber.get("/admin/pledge/registrant/").content.decode()
        assert answer["Content-Disposition"] == f'attachment; filename="list-{world.today.isoformat()}.csv"'
        assert "no-store" in answer["Cache-Control"]

    def test_is_narrowed_by_the_lists_own_words(self, world, robin):
        lives.registered(world.program, world.at, category=lives.CANNOT)
        lives.registered(world.elsewhere, world.at)
        assert len(rows_in(world.prescriber.get(asked(world.prescriber)))) == 2
        both = asked(world.prescriber, category="can_become_pregnant", place="to_sign")
        assert [row["Number"] for row in rows_in(world.prescriber.get(both))] == [robin.number]
        assert rows_in(world.prescriber.get(asked(world.prescriber, place="ended"))) == []

    def test_is_asked_for_with_a_reason_and_leaves_an_event(self, world, robin):
        before = digest()
        assert world.prescriber.post(EXPORT, {"reason": "  "}).context["form"].errors["reason"]
        assert world.prescriber.get(f"{EXPORT}?place=on_hold").context["form"]["place"].initial == "on_hold"
        assert digest() == before
        asked(world.prescriber, place="on_hold")
        event = newest_act()
        assert event.type == EventType.REGISTRANTS_EXPORTED
        said = next(iter(event.changes.values()))
        assert said["reason"] == [None, "Recall after a lot was withdrawn"]
        assert said["words"] == [None, {"place": "on_hold", "prescriber": world.program.prescriber.pk}]

    def test_leaves_whose_rows_were_fetched_every_time(self, world):
        numbers = {lives.registered(world.program, world.at).number for _ in range(20)}
        address = asked(world.prescriber)
        for fetched in (1, 2):
            world.prescriber.get(address)
            entries = AccessEntry.objects.filter(what="registrants_exported")
            assert entries.count() == 2 * fetched  # twenty numbers are too many for one entry
            assert {number for entry in entries for number in entry.outcome.split()} == numbers

    def test_is_dead_after_a_day(self, world, robin):
        address = asked(world.prescriber)
        export = RegistrantExport.objects.get()
        assert export.expires_at == world.at + timedelta(hours=24)
        user = User.objects.get(username="paula")
        for late, status in ((timedelta(hours=24, seconds=-1), 200), (timedelta(hours=24), 410)):
            with time_machine.travel(world.at + late, tick=False):
                assert logged_in(user).get(address).status_code == status

    def test_is_for_the_log_in_that_asked(self, world, robin):
        address = asked(world.prescriber)
        for other in (world.assistant, world.stranger, world.administrator, Client()):
            assert other.get(address).status_code in (302, 404)
        assert not AccessEntry.objects.filter(what="registrants_exported").exists()

    def test_is_of_whom_the_visitor_may_see_when_it_is_fetched(self, world, robin):
        address = asked(world.prescriber)
        registrants.transfer(
            registrant=robin.registrant, prescriber=world.elsewhere.prescriber, by=world.program.clinic, at=world.at
        )
        assert rows_in(world.prescriber.get(address)) == []

    def test_bears_both_names_and_ends_with_the_designation(self, world, robin):
        world.designated_elsewhere()
        there = lives.registered(world.elsewhere, world.at)
        assert world.assistant.post(EXPORT, {"reason": "x"}).context["form"].errors["prescriber"]
        address = asked(world.assistant, prescriber=str(world.elsewhere.prescriber.pk))
        assert newest_act().on_behalf_of == world.elsewhere.prescriber.name
        assert [row["Number"] for row in rows_in(world.assistant.get(address))] == [there.number]
        end_designation(
            designee=world.designee, prescriber=world.elsewhere.prescriber, by=world.elsewhere.clinic, at=world.at
        )
        assert rows_in(world.assistant.get(address)) == []

    def test_is_not_for_a_designee_whose_attestation_does_not_hold(self, world, robin):
        address = asked(world.assistant)
        participants.suspend(party=world.designee, by=world.program.administrator, at=world.at)
        for answer in (world.assistant.get(address), world.assistant.post(EXPORT, {"reason": "x"})):
            assert answer.status_code == 403
            assert "designee_not_attested" in answer.content.decode()
        assert RegistrantExport.objects.count() == 1
        assert not AccessEntry.objects.filter(what="registrants_exported").exists()
        assert newest_act().type == EventType.ACT_REFUSED

    def test_stays_of_the_clinic_it_was_asked_for_whomever_its_asker_acts_for_later(self, world, robin):
        address = asked(world.assistant)
        world.designated_elsewhere()
        lives.registered(world.elsewhere, world.at)
        assert [row["Number"] for row in rows_in(world.assistant.get(address))] == [robin.number]

    @pytest.mark.parametrize("written", ["=1+1", "\u3000\uff1dHYPERLINK(1)", '"; evil', "Ro\r\nbin"])
    def test_is_safe_whatever_a_name_is(self, world, robin, written):
        registrants.change_contact(
            registrant=robin.registrant, contact={"name": written}, by=world.program.clinic, at=world.at
        )
        (row,) = rows_in(world.prescriber.get(asked(world.prescriber)))
        assert row["Name"] == as_text(written)
        assert row["Number"] == robin.number
