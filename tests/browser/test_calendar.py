"""The calendar in a real browser: a month at a desk, on a phone, in the dark and on paper."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from pledge.actions import holds, registrants
from pledge.rules.calendar import program_day
from tests import lives
from tests.browser.readable import LIGHTS, nothing_is_the_matter
from tests.pledge.admin.world import logged_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 900},
    "phone": {"width": 375, "height": 800},
    "small": {"width": 320, "height": 640},
}
PICTURES = os.environ.get("CALENDAR_PICTURES", "")


@pytest.fixture
def clinic(program: lives.Program, at: datetime) -> lives.Program:
    """A clinic with someone in each state, and six whose window closes on one day."""
    named = iter(
        ("Ana Flores", "Bea Long", "Cleo Marsh", "Dina Okafor", "Eve Park", "Fay Quist", "Gia Ruiz", "Hana Sato")
    )
    for _ in range(6):
        _rename(program, lives.ready(program, at), next(named))
    treated = lives.on_treatment(program, lives.days_before(at, 2))
    _rename(program, treated, next(named))
    _rename(program, lives.enrolled(program, at, days_ago=25), next(named))
    ended = lives.on_treatment(program, at)
    registrants.end_treatment(registrant=ended.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
    held = lives.on_treatment(program, at)
    holds.report_pregnancy(registrant=held.registrant, by=program.clinic, at=at)
    return program


def _rename(program: lives.Program, life: lives.Life, name: str) -> None:
    contact = {"name": name, "email": "someone@patients.example"}
    registrants.change_contact(registrant=life.registrant, contact=contact, by=program.clinic, at=timezone.now())


def enter(page: Page, client: Client) -> None:
    """Come in with a log-in that is made already; how one logs in is tried elsewhere."""
    kept = client.cookies["session"]
    page.goto("/livez")
    page.context.add_cookies([{"name": "session", "value": kept.value, "url": page.url}])


def keep(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.usefixtures("clinic")
class TestTheCalendar:
    def test_of_a_month_reads_well_everywhere_and_leads_on(self, page: Page) -> None:
        enter(page, logged_in(User.objects.get(username="paula")))
        page.goto("/admin/")
        page.get_by_role("link", name="Calendar", exact=True).click()
        for size, box in SIZES.items():
            page.set_viewport_size(box)
            for light in LIGHTS:
                page.emulate_media(color_scheme=light)
                keep(page, f"month-{size}-{light}")
                nothing_is_the_matter(page)
        page.set_viewport_size(SIZES["desk"])
        page.emulate_media(color_scheme="light", media="print")
        expect(page.get_by_label("Sections")).to_be_hidden()
        keep(page, "month-print")
        page.emulate_media(media="screen")
        today = page.locator("td[aria-current=date]")
        expect(today).to_contain_text("Today")
        page.get_by_role("link", name=_next_month()).click()
        page.get_by_role("link", name="This month").click()
        page.get_by_label("Which").select_option("Done and passed too")
        page.get_by_role("button", name="Show").click()
        keep(page, "month-everything")
        page.locator(".more a").last.click()
        keep(page, "day")
        nothing_is_the_matter(page)
        page.get_by_role("link", name="Ana Flores").first.click()
        expect(page.get_by_role("heading", name="Ana Flores")).to_be_visible()

    def test_makes_an_address_that_calendar_programs_read(self, page: Page) -> None:
        enter(page, logged_in(User.objects.get(username="paula")))
        page.goto("/admin/calendar/")
        page.get_by_role("link", name="Make an address").click()
        keep(page, "address-form")
        page.get_by_role("button", name="Make the address").click()
        address = page.locator(".secret").inner_text()
        keep(page, "address")
        nothing_is_the_matter(page)
        path = address.removeprefix("http://testserver")
        assert page.request.get(path).text().startswith("BEGIN:VCALENDAR")
        page.get_by_role("link", name="I have copied it").click()
        page.get_by_role("link", name="Revoke it").click()
        page.get_by_role("button", name="Revoke it").click()
        expect(page.get_by_text("The address is revoked.")).to_be_visible()
        assert page.request.get(path).status == 404


def _next_month() -> str:
    first = program_day(timezone.now()).replace(day=1)
    return f"{first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1):%B}"
