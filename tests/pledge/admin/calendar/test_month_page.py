"""The page of a month: whose days, which of them, and what reading them leaves."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pledge.actions.feeds import make_feed
from pledge.admin.calendar.month import NotAMonth, beside, day_named, month_named, month_of, weeks_of
from pledge.models import AccessEntry, CalendarFeed
from pledge.rules.calendar import Span
from tests import lives
from tests.pledge.admin.world import World, page_of, take

ADDRESS = "/admin/calendar/"


def page(client: Client, **query: str) -> HttpResponse:
    return client.get(ADDRESS, query)


def text(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def statements(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert page(client).status_code == 200
    return len(asked)


class TestAMonth:
    def test_has_weeks_from_sunday_to_saturday(self) -> None:
        weeks = list(weeks_of(month_of(date(2026, 12, 24))))
        assert {len(week) for week in weeks} == {7}
        assert weeks[0][:3] == [None, None, date(2026, 12, 1)]  # a Tuesday
        assert weeks[-1][4:] == [date(2026, 12, 31), None, None]

    def test_that_begins_on_a_sunday_begins_its_table(self) -> None:
        assert next(weeks_of(month_of(date(2026, 11, 1))))[0] == date(2026, 11, 1)

    @pytest.mark.parametrize("written", ["", "2026", "2026-13", "2026-00", "2005-12", "2032-01", "2026-1", "٢٠٢٦-١٢"])
    def test_is_not_any_text(self, written: str) -> None:
        with pytest.raises(NotAMonth, match="2006-03 to 2031-12, such as 2026-11"):
            month_named(written, date(2026, 11, 22))

    def test_has_neighbors_up_to_both_ends(self) -> None:
        on = date(2028, 2, 29)
        first, last = month_named("2006-03", on), month_named("2033-12", on)
        assert beside(first, on) == (None, month_of(date(2006, 4, 1)))
        assert beside(last, on) == (month_of(date(2033, 11, 1)), None)

    def test_knows_its_own_days_alone(self) -> None:
        month = Span(date(2026, 12, 1), date(2026, 12, 31))
        named = [day_named(text, month) for text in ("2026-12-05", "2026-11-05", "5")]
        assert named == [date(2026, 12, 5), None, None]


class TestThePage:
    def test_shows_what_is_still_to_do_and_leads_to_whom(self, world: World) -> None:
        life, done = lives.ready(world.program, world.at), lives.ready(world.program, world.at)
        lives.dispensed(done, world.at)
        answer = page(world.prescriber)
        assert "March 2027" in text(answer)
        assert "Last day to dispense" in text(answer)
        assert f'href="{page_of(life)}"' in answer.content.decode()
        assert page_of(done) not in answer.content.decode()
        assert "Window closes; dispensed Done" in text(page(world.prescriber, show="everything"))

    def test_marks_today(self, world: World) -> None:
        (marked,) = re.findall(r'aria-current="date">\s*<p class="day"><time datetime="([^"]+)', page(
            world.prescriber).content.decode())  # fmt: skip
        assert marked == world.today.isoformat()
        assert 'aria-current="date"' not in page(world.prescriber, month="2027-05").content.decode()

    def test_is_narrowed_by_kind(self, world: World) -> None:
        lives.ready(world.program, world.at)
        lives.on_treatment(world.program, world.at)
        assert "Supply ends" in text(page(world.prescriber, kind="supply"))
        assert "Last day to dispense" not in text(page(world.prescriber, kind="supply"))
        assert "Last day to dispense" in text(page(world.prescriber, kind="no such kind"))

    def test_of_a_designee_of_two_is_narrowed_by_prescriber(self, world: World) -> None:
        own, other = lives.ready(world.program, world.at), lives.ready(world.elsewhere, world.at)
        world.designated_elsewhere()
        both = page(world.assistant).content.decode()
        assert page_of(own) in both
        assert page_of(other) in both
        narrowed = page(world.assistant, prescriber=str(world.elsewhere.prescriber.pk)).content.decode()
        assert page_of(own) not in narrowed
        assert page_of(other) in narrowed

    def test_shows_no_one_elses_registrants(self, world: World) -> None:
        lives.ready(world.program, world.at)
        assert "Last day to dispense" not in text(page(world.stranger))

    def test_names_when_certification_attestation_and_designation_end(self, world: World) -> None:
        assert "Attestation ends Dana Doe" in text(page(world.prescriber))
        assert "Attestation ends Dana Doe" in text(page(world.assistant))
        assert "Certification ends Dr. Paula Prescott" in text(page(world.prescriber, month="2028-03"))

    def test_says_which_months_there_are(self, world: World) -> None:
        answer = page(world.prescriber, month="<b>soon</b>")
        assert answer.status_code == 400
        assert "Write a month as year and month, from 2006-03 to 2032-12, such as 2027-03." in text(answer)
        assert "soon" not in answer.content.decode()

    def test_counts_what_a_cell_has_no_room_for_and_lists_it_on_the_days_own(self, world: World) -> None:
        several = [lives.ready(world.program, world.at) for _ in range(7)]
        day = (world.today + timedelta(days=6)).isoformat()
        assert "2 more on March 17" in text(page(world.prescriber))
        listed = page(world.prescriber, month="2027-03", day=day).content.decode()
        assert all(page_of(life) in listed for life in several)

    def test_says_that_nothing_is_left(self, world: World) -> None:
        assert "Nothing is left to do in June" in text(page(world.prescriber, month="2027-06"))

    def test_leaves_the_numbers_it_showed_and_no_others(self, world: World) -> None:
        shown, hidden = lives.ready(world.program, world.at), lives.registered(world.program, world.at)
        page(world.prescriber)
        entry = AccessEntry.objects.get(what="calendar_read")
        assert (entry.outcome, entry.actor_id) == (shown.number, str(world.program.prescriber.pk))
        assert hidden.number not in entry.outcome

    def test_leaves_every_number_however_many(self, world: World) -> None:
        several = [lives.ready(world.program, lives.days_before(world.at, back)) for back in (0, 1, 2, 3, 4) * 5]
        page(world.prescriber, show="everything", kind="closes")
        outcomes = AccessEntry.objects.filter(what="calendar_read").values_list("outcome", flat=True)
        assert len(outcomes) > 1
        assert {number for outcome in outcomes for number in outcome.split()} == {life.number for life in several}

    def test_asks_no_more_of_the_database_for_more_registrants(self, world: World) -> None:
        lives.ready(world.program, world.at)
        few = statements(world.prescriber)
        for back in range(4):
            lives.on_treatment(world.program, lives.days_before(world.at, back), today=True)
        assert statements(world.prescriber) == few

    @pytest.mark.parametrize("who", ["administrator", "nobody"])
    def test_is_for_clinics(self, world: World, who: str) -> None:
        answer = page(world.administrator if who == "administrator" else Client())
        assert answer.status_code == (404 if who == "administrator" else 302)


class TestTheAddress:
    def test_is_shown_once_and_leads_to_the_feed(self, world: World) -> None:
        lives.ready(world.program, world.at)
        shown = take(world.prescriber, reverse("admin:calendar-address", args=["make"]))
        (address,) = re.findall(r"<code>http://testserver(/calendar/[^<]+\.ics)</code>", shown.content.decode())
        assert Client().get(address).status_code == 200
        assert address.split("/")[-1] not in page(world.prescriber).content.decode()

    def test_is_made_anew_and_revoked_on_the_page(self, world: World) -> None:
        user = world.program.prescriber.__class__.objects.get(pk=world.program.prescriber.pk).user
        make_feed(user=user, by=world.program.clinic, at=world.at)
        assert "You have an address" in text(page(world.prescriber))
        take(world.prescriber, reverse("admin:calendar-address", args=["revoke"]))
        assert not CalendarFeed.objects.filter(revoked_at=None).exists()
        assert "Make an address" in text(page(world.prescriber))

    def test_that_is_not_there_cannot_be_revoked(self, world: World) -> None:
        answer = take(world.prescriber, reverse("admin:calendar-address", args=["revoke"]))
        assert "There is no address to revoke" in text(answer)

    def test_has_no_other_steps(self, world: World) -> None:
        assert world.prescriber.get("/admin/calendar/address/other/").status_code == 404
