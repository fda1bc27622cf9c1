"""Confirming in a real browser: a month in three clicks, several months on a phone without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from pledge.models import MonthlyConfirmation, Registrant
from tests import lives
from tests.browser.staff import PASSPHRASE, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 320, "height": 640}, {"width": 1280, "height": 800})


@pytest.fixture(autouse=True)
def one_act_each(settings: object) -> None:
    """Let reads repeat where several are confirmed: each is an act of their own."""
    settings.ZEAL_ALLOWLIST = [{"model": "pledge.*", "field": None}]  # type: ignore[attr-defined]


@pytest.fixture
def program(db: None) -> lives.Program:
    """A program whose prescriber can log in as paula."""
    program = lives.a_program(timezone.now())
    user = User.objects.create_user("paula", password=PASSPHRASE)
    type(program.prescriber).objects.filter(pk=program.prescriber.pk).update(user=user)
    return program


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

        def is_fine() -> None:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                for size in SIZES:
                    page.set_viewport_size(size)  # type: ignore[arg-type]
                    found = Axe().run(page).generate_report()
                    assert found.startswith("Found 0"), f"{page.url}: {found}"
                    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url

        for slug in ("confirm-month", "record-test", "report-pregnancy"):
            page.goto(step(life, slug))
            is_fine()
        page.goto(step(life, "confirm-month"))
        page.get_by_role("button", name="Confirm this month").click()
        is_fine()
        page.goto(step(treated, "end-treatment"))
        page.get_by_role("button", name="Show what this changes").click()
        page.get_by_text("would then wait for").click()
        is_fine()
        page.goto("/admin/confirm-many/")
        is_fine()
        for person in (life, other):
            page.locator(f"#row-{person.number}").get_by_label("Counseled for this month").check()
            page.locator(f"#row-{person.number}").get_by_label("The same methods").check()
        page.locator(f"#row-{other.number}").get_by_label("Days").fill("60")
        page.get_by_role("button", name="Show what would happen").click()
        is_fine()
        page.get_by_role("button", name="Confirm 1 month").click()
        is_fine()
