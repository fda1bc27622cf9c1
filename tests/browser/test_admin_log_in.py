"""Staff come in with a password and a code, the first time and after losing their way, on any screen."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from pledge.actions.log_in_secrets import code_at, step_at
from tests.browser.readable import in_any_light_and_width, nothing_is_the_matter
from tests.browser.staff import PASSPHRASE, log_in, type_password
from tests.pledge.admin.world import secret_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def type_first_code(page: Page) -> None:
    """Take the key from the page, as someone whose camera is broken would, and type the first code."""
    page.get_by_text("I cannot use the camera").click()
    secret = page.locator(".secret code").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows now").fill(code_at(secret, step_at(timezone.now())))
    page.get_by_role("button", name="Set it up").click()


class TestLoggingIn:
    def test_the_first_time_sets_up_an_authenticator_and_hands_out_codes(self, page: Page) -> None:
        User.objects.create_superuser("ada", password=PASSPHRASE)
        page.goto("/admin/auth/user/")
        in_any_light_and_width(page, "password")
        type_password(page, "ada", "wrong")
        expect(page.get_by_text("User name and password do not go together")).to_be_visible()
        in_any_light_and_width(page, "wrong password")
        type_password(page, "ada", PASSPHRASE)
        expect(page.get_by_role("heading", name="Set up your authenticator")).to_be_visible()
        expect(page.locator("svg.qr")).to_be_visible()
        in_any_light_and_width(page, "set up")
        type_first_code(page)
        expect(page.locator(".codes li")).to_have_count(10)
        in_any_light_and_width(page, "recovery codes")
        page.emulate_media(media="print")
        expect(page.locator(".codes")).to_be_visible()
        expect(page.get_by_role("link", name="I have kept them")).to_be_hidden()
        page.emulate_media(media="screen")
        recovery = page.locator(".codes code").first.inner_text()
        page.get_by_role("link", name="I have kept them").click()
        expect(page).to_have_url(re.compile(r"/admin/auth/user/$"))
        for name in ("account/", "account/recovery-codes/", "account/authenticator/", "account/password/"):
            page.goto(f"/admin/{name}")
            in_any_light_and_width(page, name)
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", name="You are logged out")).to_be_visible()
        in_any_light_and_width(page, "logged out")
        page.get_by_role("link", name="Log in again").click()
        type_password(page, "ada", PASSPHRASE)
        in_any_light_and_width(page, "code")
        page.get_by_label("Code from your authenticator app").fill(recovery)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("button", name="Log out")).to_be_visible()

    def test_too_often_in_vain_ends_with_a_code_told_by_hand(
        self, page: Page, chromium: Browser, live_server: LiveServer
    ) -> None:
        for name in ("ada", "bo"):
            secret_of(User.objects.create_superuser(name, password=PASSPHRASE))
        lost = chromium.new_context(base_url=live_server.url, locale="en-US", java_script_enabled=False).new_page()
        lost.goto("/admin/")
        type_password(lost, "bo", PASSPHRASE)
        for _ in range(5):
            lost.get_by_label("Code from your authenticator app").fill("000000")
            lost.get_by_role("button", name="Log in").click()
        expect(lost.get_by_role("heading", name="Too many tries: this opens again in 1")).to_be_visible()
        log_in(page, "ada")
        page.goto("/admin/auth/user/")
        in_any_light_and_width(page, "log-ins")
        page.get_by_role("link", name="bo", exact=True).click()
        in_any_light_and_width(page, "a log-in")
        expect(page.get_by_role("link", name="Unlock")).to_be_visible()
        page.get_by_role("link", name="Let back in").click()
        in_any_light_and_width(page, "let back in")
        page.get_by_role("button", name="Show the code").click()
        in_any_light_and_width(page, "code to tell")
        told = page.locator(".secret.big").inner_text()
        lost.get_by_role("link", name="get back in", exact=True).first.click()
        lost.get_by_label("User name").fill("bo")
        lost.get_by_label("The code that you were told").fill(told)
        lost.get_by_label("New password").fill("another one that is long")
        lost.get_by_label("The same again").fill("another one that is long")
        lost.get_by_role("button", name="Go on").click()
        type_first_code(lost)
        lost.get_by_role("link", name="I have kept them").click()
        expect(lost.get_by_role("button", name="Log out")).to_be_visible()
        page.goto("/admin/login/way-back/")
        in_any_light_and_width(page, "way back")
        lost.context.close()


class TestStayingLoggedIn:
    def test_is_asked_two_minutes_before_the_end_and_goes_on(self, page: Page) -> None:
        User.objects.create_superuser("ada", password=PASSPHRASE)
        page.clock.install()
        log_in(page, "ada")
        page.clock.fast_forward("12:55")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.clock.fast_forward("00:10")
        expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
        nothing_is_the_matter(page, "still there?")
        page.get_by_role("button", name="Stay logged in").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.clock.fast_forward("12:00")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.clock.fast_forward("03:00")
        expect(page.get_by_role("dialog", name="You are logged out")).to_be_visible()
