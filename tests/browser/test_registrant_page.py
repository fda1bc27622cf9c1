"""A registrant's page in a real browser: what comes next, the drawn months, "what if", the timeline, and paper."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pledge.actions import registrants
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import TestResult
from tests import lives
from tests.browser.readable import in_any_light_and_width
from tests.browser.staff import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def page_of(life: lives.Life) -> str:
    return f"/admin/pledge/registrant/{life.number}/"


class TestARegistrantsPage:
    def test_is_read_asked_narrowed_and_printed(self, page: Page, program: lives.Program) -> None:
        at = timezone.now()
        life = lives.on_treatment(program, at, months_done=3, today=True)
        held = lives.on_treatment(program, at, months_done=2)
        lives.a_test(held, at, result=TestResult.POSITIVE)
        long = {"email": "a.name.longer.than.most.screens@patients.example"}
        registrants.change_contact(registrant=life.registrant, contact=long, by=program.clinic, at=at)
        log_in(page, "paula")

        page.goto(page_of(life))
        expect(page.get_by_text("A pharmacy asks for an authorization and hands over.")).to_be_visible()
        expect(page.get_by_role("img", name="The months from")).to_be_visible()
        page.get_by_text("The same as a table").click()
        expect(page.get_by_role("cell", name="Open, nothing dispensed yet")).to_be_visible()

        after = program_day(at) + timedelta(days=7)
        page.get_by_label("Day", exact=True).fill(after.isoformat())
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_role("status")).to_contain_text("a pharmacy would be refused:")
        page.get_by_role("link", name="Pharmacy", exact=True).click()
        expect(page.get_by_text("Authorization dispensed: 30 days").first).to_be_visible()
        expect(page.get_by_text("Month confirmed")).to_have_count(0)

        self.has_nothing_that_axe_finds(page, life, held)
        self.fits_on_one_sheet(page, life)

    def has_nothing_that_axe_finds(self, page: Page, life: lives.Life, held: lives.Life) -> None:
        last = program_day(timezone.now()) + timedelta(days=6)
        for address in (f"{page_of(life)}?on={last}&show=reads", f"{page_of(held)}?on=never"):
            page.goto(address)
            for folded in page.locator(".as-table > summary").all():
                folded.click()
            in_any_light_and_width(page)

    def fits_on_one_sheet(self, page: Page, life: lives.Life) -> None:
        page.goto(page_of(life))
        sheets = re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="Letter"))
        assert len(sheets) == 1
        page.emulate_media(media="print")
        expect(page.get_by_role("img", name="The months from")).to_be_visible()
        expect(page.get_by_role("navigation", name="Steps")).to_be_hidden()
