"""The feed as calendar programs read it: neutral, stable, rising, private."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from pledge.actions import participants, pregnancy_tests, registrants
from pledge.actions.designations import end_designation
from pledge.actions.feeds import make_feed, revoke_feed
from pledge.models import AccessEntry, Designee, Prescriber
from tests import lives
from tests.pledge.admin.world import World

CANARIES = {
    "name": "Quenya Canary", "email": "quenya@canary.example", "guardian_name": "Gil Canary",
    "guardian_email": "gil@canary.example",
}  # fmt: skip
# Nothing by default in what leaves the house (no drug, condition, test, specialty, name or id).
DENIED = re.compile(
    r"pregnan|isotretinoin|contracep|\btest\b|specimen|window|dispens|dermat|clinic|prescri|lockout|hold|confirm the"
    r"|certif|attest|designat|supply|patient|registrant|canary|prescott|dana|\d{6,}-|[0-9]{4}-[0-9]{2}-[0-9]{2}",
    re.IGNORECASE,
)


def address_of(world: World, who: str = "prescriber") -> str:
    row = Prescriber.objects.get(pk=world.program.prescriber.pk)
    if who == "designee":
        row = Designee.objects.get(pk=world.designee.pk)
    made = make_feed(user=row.user, by=world.program.clinic, at=world.at)
    return reverse("calendar-feed", args=[made.secret])


def read(address: str) -> HttpResponse:
    return Client().get(address)


def events(address: str) -> dict[str, dict]:
    calendar = Calendar.from_ical(read(address).content)
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def changes(before: dict[str, dict], after: dict[str, dict]) -> list[tuple[str, str]]:
    """Which entries have another status than before: the old and the new one."""
    pairs = [(str(before[uid]["STATUS"]), str(after[uid]["STATUS"])) for uid in before.keys() & after.keys()]
    return [pair for pair in pairs if pair[0] != pair[1]]


class TestTheFeed:
    def test_is_a_calendar_that_programs_read(self, world: World) -> None:
        lives.ready(world.program, world.at)
        lives.on_treatment(world.program, world.at)
        answer = read(address_of(world))
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        lines = answer.content.split(b"\r\n")
        assert lines[0] == b"BEGIN:VCALENDAR"
        assert lines[-2:] == [b"END:VCALENDAR", b""]
        assert not [line for line in lines if b"\n" in line or b"\r" in line or len(line) > 75]
        calendar = Calendar.from_ical(answer.content)
        found = calendar.walk("VEVENT")
        assert len(found) >= 4
        assert calendar.errors == []
        uids = [str(event["UID"]) for event in found]
        assert len(set(uids)) == len(uids)
        for event in found:
            assert event["DTSTART"].params["VALUE"] == "DATE"
            assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=1)
            assert event["DTSTAMP"].dt.utcoffset() == timedelta(0)
            assert str(event["URL"]) == "http://testserver/admin/"
            assert event["CLASS"] == "PRIVATE"

    def test_says_nothing_of_whom_and_what(self, world: World) -> None:
        life = lives.ready(world.program, world.at)
        registrants.change_contact(registrant=life.registrant, contact=CANARIES, by=world.program.clinic, at=world.at)
        ended = lives.on_treatment(world.program, world.at)
        registrants.end_treatment(
            registrant=ended.registrant, last_dose_on=world.today, by=world.program.clinic, at=world.at
        )
        answer = read(address_of(world))
        calendar = Calendar.from_ical(answer.content)
        texts = {str(event[name]) for event in calendar.walk("VEVENT") for name in ("SUMMARY", "DESCRIPTION")}
        assert texts == {
            "Pledge: a task is to be finished by today",
            "Pledge: a task can be begun today",
            "Open Pledge to see it.",
        }
        unfolded = answer.content.decode().replace("\r\n ", "")
        kept = "\n".join(line for line in unfolded.splitlines() if not line.startswith("UID:"))
        assert DENIED.findall(kept) == []
        for canary in (*CANARIES.values(), life.number, str(life.born_on), life.born_on.strftime("%Y%m%d")):
            assert canary not in unfolded

    def test_names_a_task_alike_for_good_and_counts_up_when_it_changes(self, world: World) -> None:
        life, address = lives.enrolled(world.program, world.at, days_ago=40), address_of(world)
        lives.a_test(life, world.at)
        before = events(address)
        assert events(address) == before
        pregnancy_tests.correct_test(
            registrant=life.registrant, specimen_on=world.today, to=world.today - timedelta(days=1),
            by=world.program.clinic, at=world.at,
        )  # fmt: skip
        moved = events(address)
        assert moved.keys() == before.keys()
        (uid,) = [uid for uid in moved if moved[uid]["DTSTART"] != before[uid]["DTSTART"]]
        assert moved[uid]["DTSTART"].dt - before[uid]["DTSTART"].dt == timedelta(days=-1)
        assert moved[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]

    def test_tells_a_finished_task_as_cancelled_for_thirty_days_after_its_day(self, world: World) -> None:
        life, address = lives.ready(world.program, world.at), address_of(world)
        before = events(address)
        lives.dispensed(life, world.at)
        after = events(address)
        assert changes(before, after) == [("CONFIRMED", "CANCELLED")]
        (uid,) = [uid for uid in before if before[uid]["STATUS"] != after[uid]["STATUS"]]
        assert after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]
        day = lives.days_before(world.at, -6)
        with time_machine.travel(lives.days_before(day, -30), tick=False):
            assert events(address)[uid]["STATUS"] == "CANCELLED"
        with time_machine.travel(lives.days_before(day, -31), tick=False):
            assert uid not in events(address)

    def test_moves_a_certification_that_is_renewed(self, world: World) -> None:
        address = address_of(world)
        before = events(address)
        participants.certify(
            party=world.program.prescriber, certified_through=world.today + timedelta(days=300),
            by=world.program.administrator, at=world.at,
        )  # fmt: skip
        after = events(address)
        (uid,) = [uid for uid in after if after[uid]["DTSTART"] != before[uid]["DTSTART"]]
        assert after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]

    def test_gives_each_reader_names_of_their_own(self, world: World) -> None:
        lives.ready(world.program, world.at)
        assert not events(address_of(world)).keys() & events(address_of(world, "designee")).keys()


class TestWhoseItIs:
    def test_is_no_one_elses(self, world: World) -> None:
        address = address_of(world)
        before = events(address)
        lives.ready(world.elsewhere, world.at)
        assert events(address) == before

    def test_a_designees_holds_what_they_are_designated_for_now(self, world: World) -> None:
        lives.ready(world.program, world.at)
        life, address = lives.ready(world.elsewhere, world.at), address_of(world, "designee")
        own = events(address)
        world.designated_elsewhere()
        assert len(events(address)) > len(own)
        end_designation(
            designee=world.designee, prescriber=world.elsewhere.prescriber, by=life.program.clinic, at=world.at
        )
        assert events(address).keys() == own.keys()

    def test_a_dead_address_answers_as_one_that_never_was(self, world: World) -> None:
        address, theirs = address_of(world), address_of(world, "designee")
        user = Prescriber.objects.get(pk=world.program.prescriber.pk).user
        assert [read(each).status_code for each in (address, theirs)] == [200, 200]
        unknown = read(reverse("calendar-feed", args=["x" * 43]))
        end_designation(
            designee=world.designee, prescriber=world.program.prescriber, by=world.program.clinic, at=world.at
        )
        type(user).objects.filter(pk=user.pk).update(is_active=False)
        inactive = read(address)
        type(user).objects.filter(pk=user.pk).update(is_active=True)
        revoke_feed(user=user, by=world.program.clinic, at=world.at)
        dead = [inactive, read(address), read(theirs), read(reverse("calendar-feed", args=["y" * 500]))]
        assert {answer.status_code for answer in (unknown, *dead)} == {404}
        assert {(answer.content, answer["Cache-Control"]) for answer in (unknown, *dead)} == {
            (unknown.content, "private, no-cache")
        }

    def test_reading_leaves_an_access_entry(self, world: World) -> None:
        address = address_of(world, "designee")
        read(address)
        entry = AccessEntry.objects.get(what="calendar_feed_read")
        assert (entry.actor_kind, entry.actor_id) == ("designee", str(world.designee.pk))


class TestReadingAgain:
    def test_costs_nothing_where_nothing_changed(self, world: World) -> None:
        life, address = lives.ready(world.program, world.at), address_of(world)
        first = read(address)
        assert first["Cache-Control"] == "private, no-cache"
        for known in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}'):
            again = Client().get(address, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        lives.dispensed(life, world.at)
        assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200

    def test_is_by_get_and_head_alone(self, world: World) -> None:
        address = address_of(world)
        answers = {method: Client().generic(method, address).status_code for method in ("GET", "HEAD", "POST", "PUT")}
        assert answers == {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405}

    @pytest.mark.parametrize("known", ["", "x", '"x"', "W/"])
    def test_takes_any_words_for_an_unknown_version(self, world: World, known: str) -> None:
        assert Client().get(address_of(world), headers={"If-None-Match": known}).status_code == 200
