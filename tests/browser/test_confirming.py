"""Confirming in a real browser: a month in three clicks, several months on a phone without scripts."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from pledge.models import MonthlyConfirmation, Registrant
from tests import lives
from tests.browser.readable import in_any_light_and_width
from tests.browser.staff import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_act_each")]


def due(program: lives.Program, name: str) -> lives.Life:
    """Someone on treatment whose test of today waits to be confirmed."""
    life = lives.on_treatment(program, timezone.now())
    lives.a_test(life, timezone.now())
    Registrant.objects.filter(pk=life.registrant.pk).update(name=name)
    return life


def step(life: lives.Life, slug: str) -> str:
    return f"/admin/pledge/registrant/{life.number}/{slug}/"


class Clicks:
    """A hand that counts what it presses; it has no keys to type with."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, what: Locator) -> None:
        """Press something."""
        what.click()
        self.count += 1


class TestAMonth:
    def test_is_confirmed_from_the_worklist_in_three_clicks_with_nothing_typed(
        self, page: Page, program: lives.Program
    ) -> None:
        life = due(program, "Robin Reyes")
        log_in(page, "paula")
        hand = Clicks()
        hand.on(page.get_by_role("link", name="Confirm the month"))
        same = page.get_by_label("Counseled for this month; the same methods, confirmed today")
        expect(same).not_to_be_checked()
        expect(page.get_by_label("Vaginal ring")).to_be_hidden()
        hand.on(same)
        hand.on(page.get_by_role("button", name="Confirm this month"))
        expect(page.get_by_text("The month is confirmed. Next the registrant answers")).to_be_visible()
        assert hand.count == 3
        assert life.registrant.confirmations.count() == 2
        page.get_by_role("link", name="Next in your list").click()
        expect(page).to_have_url(re.compile("/admin/$"))

    def test_asks_for_other_methods_where_they_are_chosen(self, page: Page, program: lives.Program) -> None:
        life = due(program, "Robin Reyes")
        log_in(page, "paula")
        page.goto(step(life, "confirm-month"))
        page.get_by_label("other methods, which I name").check()
        page.get_by_label("Vaginal ring").check()
        page.get_by_label("the same methods, confirmed today").check()
        page.get_by_role("button", name="Confirm this month").click()
        expect(page.get_by_text("You chose the same methods and ticked others.")).to_be_visible()
        page.get_by_label("other methods, which I name").check()
        page.get_by_role("checkbox", name="Male condom").check()
        page.get_by_role("button", name="Confirm this month").click()
        expect(page.get_by_text("The month is confirmed.")).to_be_visible()
        assert life.registrant.confirmations.first().methods == ["male_condom", "vaginal_ring"]


class TestSeveralMonths:
    def test_are_confirmed_on_a_phone_without_scripts_with_one_refused(
        self, chromium: Browser, live_server: LiveServer, program: lives.Program
    ) -> None:
        people = [due(program, name) for name in ("Ana Alvarez", "Bea Brook", "Cleo Clark")]
        phone = chromium.new_context(
            base_url=live_server.url, java_script_enabled=False, viewport={"width": 375, "height": 720}
        )
        page = phone.new_page()
        log_in(page, "paula")
        page.get_by_role("link", name="Confirm several").click()
        for name in ("Ana Alvarez", "Cleo Clark"):
            line = page.get_by_role("group", name=name)
            line.get_by_label("Counseled for this month").check()
            line.get_by_label("The same methods, confirmed with them: hormonal pill and male condom").check()
        page.get_by_role("group", name="Cleo Clark").get_by_label("Days").fill("60")
        page.get_by_role("button", name="Show what would happen").click()
        expect(page.get_by_role("heading", name="This would confirm 1 month")).to_be_visible()
        expect(page.get_by_text("supply_over_limit")).to_be_visible()
        page.get_by_role("button", name="Confirm 1 month").click()
        expect(page.get_by_role("heading", name="1 confirmed, 1 not")).to_be_visible()
        expect(page.get_by_text("supply_over_limit")).to_be_visible()
        confirmed = MonthlyConfirmation.objects.latest("pk")
        assert confirmed.registrant == people[0].registrant
        phone.close()


class TestThePages:
    def test_have_nothing_that_axe_finds_and_nothing_beside_the_screen(
        self, page: Page, program: lives.Program
    ) -> None:
        life, other = due(program, "Ana Alvarez"), due(program, "Bea Brook")
        treated = lives.on_treatment(program, timezone.now(), today=True)
        log_in(page, "paula")
        for slug in ("record-test", "report-pregnancy", "confirm-month"):
            page.goto(step(life, slug))
            in_any_light_and_width(page)
        page.get_by_role("button", name="Confirm this month").click()
        in_any_light_and_width(page)
        page.goto(step(treated, "end-treatment"))
        page.get_by_role("button", name="Show what this changes").click()
        page.get_by_text("would then wait for").click()
        in_any_light_and_width(page)
        page.goto("/admin/confirm-many/")
        in_any_light_and_width(page)
        for person in (life, other):
            page.locator(f"#row-{person.number}").get_by_label("Counseled for this month").check()
            page.locator(f"#row-{person.number}").get_by_label("The same methods").check()
        page.locator(f"#row-{other.number}").get_by_label("Days").fill("60")
        page.get_by_role("button", name="Show what would happen").click()
        in_any_light_and_width(page)
        page.get_by_role("button", name="Confirm 1 month").click()
        in_any_light_and_width(page)
