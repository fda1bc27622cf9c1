"""Registrants and guardians read and sign in a real browser, however it is held and whatever it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from consents.models import SignedConsent
from tests import lives
from tests.browser.signer import LOCALES, SignerAtBrowser
from tests.consents.pages.ways import a_minor, an_adult

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}


@contextmanager
def window(chromium: Browser, live_server: LiveServer, **traits: Any) -> Iterator[Page]:
    """A window of its own, with traits such as a language, a size or no scripts; its complaints fail the test."""
    complaints: list[str] = []
    context = chromium.new_context(base_url=live_server.url, **traits)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else complaints.append(asked.url))
    yield page
    context.close()
    assert complaints == [], "the browser complained, or went elsewhere"


def is_complaint(message: ConsoleMessage) -> bool:
    """Tell whether the browser complains; that a form was answered with a 400 is no complaint about the page."""
    about_the_page = message.location["url"].endswith("/")
    return message.type == "error" and not (about_the_page and message.text.startswith("Failed to load resource"))


class TestAnAdult:
    @pytest.mark.parametrize(
        ("language", "traits"),
        [
            pytest.param("en", {}, id="at a desk"),
            pytest.param("es", PHONE, id="in Spanish on a small phone"),
            pytest.param("en", PHONE | {"java_script_enabled": False}, id="on a small phone without scripts"),
            pytest.param("es", {"java_script_enabled": False}, id="in Spanish without scripts"),
        ],
    )
    def test_goes_all_the_way(
        self, program: lives.Program, chromium: Browser, live_server: LiveServer, language: str, traits: dict[str, Any]
    ) -> None:
        with window(chromium, live_server, locale=LOCALES[language], **traits) as page:
            SignerAtBrowser(page, an_adult(program, datetime.now(UTC)), language).go_all_the_way()
        assert SignedConsent.objects.filter(text__language=language).count() == 2

    def test_needs_no_more_than_a_keyboard(
        self, program: lives.Program, chromium: Browser, live_server: LiveServer
    ) -> None:
        with window(chromium, live_server) as page:
            AtTheKeyboard(page, an_adult(program, datetime.now(UTC))).go_all_the_way()
        assert SignedConsent.objects.count() == 2

    def test_may_draw_the_name(self, program: lives.Program, chromium: Browser, live_server: LiveServer) -> None:
        with window(chromium, live_server) as page:
            signer = SignerAtBrowser(page, an_adult(program, datetime.now(UTC)))
            signer.come_in()
            signer.read_disclosures()
            signer.initial_all()
            place = page.locator("canvas")
            place.scroll_into_view_if_needed()
            box = place.bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + 30, box["y"] + 30)
            page.mouse.down()
            page.mouse.move(box["x"] + 130, box["y"] + 80, steps=8)
            page.mouse.up()
            signer.sign()
            expect(page.locator("svg.drawn polyline")).to_have_count(1)
        (stroke,) = SignedConsent.objects.get().drawn
        assert len(stroke) > 4

    def test_hears_of_a_mistake_at_once(
        self, program: lives.Program, chromium: Browser, live_server: LiveServer
    ) -> None:
        with window(chromium, live_server) as page:
            signer = SignerAtBrowser(page, an_adult(program, datetime.now(UTC)))
            page.goto(signer.way.address("door"))
            signer.press("send")
            signer.press("on")
            alert = page.get_by_role("alert")
            expect(alert).to_be_focused()
            alert.get_by_role("link").first.click()
            expect(page.get_by_label(signer.word("code"))).to_be_focused()
            expect(page.get_by_label(signer.word("code"))).to_have_attribute("aria-invalid", "true")


class TestAMinorAndTheirGuardian:
    def test_each_sign_by_a_link_of_their_own(
        self, program: lives.Program, chromium: Browser, live_server: LiveServer
    ) -> None:
        minor, guardian = a_minor(program, datetime.now(UTC))
        with window(chromium, live_server) as page:
            SignerAtBrowser(page, minor).go_all_the_way()
            expect(page.get_by_text("Still to sign: parent or guardian, prescriber").first).to_be_visible()
        with window(chromium, live_server, locale="es-US") as page:
            SignerAtBrowser(page, guardian, "es", initials="GR", full_name="Gale Reyes").go_all_the_way()
            expect(page.get_by_text("Falta la firma de: profesional que receta").first).to_be_visible()
        assert SignedConsent.objects.count() == 4


class AtTheKeyboard(SignerAtBrowser):
    """A signer without a mouse, who sees where they are on every page."""

    def press(self, name: str) -> None:
        self.tab_to("button", self.word(name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        self.tab_to("a", self.word(name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def open_document(self) -> None:
        self.tab_to("a", self.word("open"))
        self.page.keyboard.press("Enter")

    def fill(self, name: str, typed: str) -> None:
        field = self.page.get_by_label(self.word(name), exact=True)
        for _ in range(60):
            if field.evaluate("field => field === document.activeElement"):
                self.page.keyboard.type(typed)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {name}")

    def tab_to(self, tag: str, words: str) -> None:
        for _ in range(60):
            self.page.keyboard.press("Tab")
            where = self.page.evaluate(FOCUSED)
            assert where["ring"] != "none" or where["tag"] == "canvas", f"nobody sees the focus on {where}"
            if where["tag"] == tag and where["words"].startswith(words):
                return
        raise AssertionError(f"no Tab leads to {words}")


FOCUSED = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  return {tag: focused.localName, words: focused.textContent.trim(), ring: style.outlineStyle};
}"""
