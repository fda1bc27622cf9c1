"""A clinic's morning in a real browser: what waits, one button each, found again by a saved filter."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from pledge.actions.registrants import change_contact
from pledge.rules.calendar import program_day
from tests import lives, signers
from tests.browser.readable import in_any_light_and_width
from tests.browser.staff import let_in, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def morning(db: None, at: datetime) -> lives.Program:
    """A program of one in each queue, whose prescriber can log in as paula and is certified for ten days more."""
    program = lives.a_program(at, through=program_day(at) + timedelta(days=10))
    let_in(program.prescriber, "paula")
    due = lives.enrolled(program, at)
    lives.a_test(due, at)
    change_contact(registrant=due.registrant, contact={"name": "Dora Due"}, by=program.clinic, at=at)
    lives.ready(program, lives.days_before(at, 4))
    signers.signs_all(lives.registered(program, at), at)
    lives.registered(program, at)
    lives.enrolled(program, at, days_ago=60)
    lives.enrolled(program, at, days_ago=5)
    return program


@pytest.mark.usefixtures("morning")
class TestTheWorklist:
    def test_leads_from_a_row_to_the_step_that_helps(self, page: Page) -> None:
        log_in(page, "paula")
        queues = page.get_by_role("navigation", name="Queues")
        expect(queues.get_by_role("link")).to_have_count(8)
        for count, queue in ((1, "To do now"), (1, "Window closing"), (1, "To countersign"), (1, "Blocked")):
            expect(queues.get_by_role("link", name=f"{count} {queue}")).to_be_visible()
        due = page.get_by_role("region", name=re.compile("To do now"))
        expect(due).to_contain_text("The test is in order: confirm the month by")
        due.get_by_role("link", name=re.compile("Confirm the month.*Dora Due")).press("Enter")
        expect(page).to_have_url(re.compile("/confirm-month/$"))

    def test_is_narrowed_by_a_name_and_by_a_filter_that_is_kept(self, page: Page) -> None:
        log_in(page, "paula")
        page.get_by_label("Number or name").fill("Dora")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("ul.work > li")).to_have_count(1)
        assert "Dora" not in page.url
        page.get_by_role("button", name="Show everyone").click()
        page.get_by_role("link", name="1 Blocked").click()
        expect(page.get_by_role("heading", level=2, name=re.compile("Blocked"))).to_be_visible()
        page.get_by_text("Save this filter").click()
        page.get_by_label("Title").fill("Who waits")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("The filter is saved.")).to_be_visible()
        page.get_by_role("link", name="Worklist", exact=True).click()
        page.get_by_role("link", name="Who waits").click()
        expect(page).to_have_url(re.compile(r"\?queue=blocked$"))
        expect(page.locator("ul.work > li")).to_have_count(1)

    def test_has_nothing_that_axe_finds_and_nothing_beside_the_screen(self, page: Page) -> None:
        log_in(page, "paula")
        for address in ("/admin/", "/admin/?queue=address", "/admin/pledge/registrant/"):
            page.goto(address)
            in_any_light_and_width(page)
