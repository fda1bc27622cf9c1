"""Staff at a browser: they type what a person would, down to the code that their authenticator app shows."""

from __future__ import annotations

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pledge.models import Designee, Prescriber
from tests.pledge.admin.world import next_code

PASSPHRASE = "a long enough passphrase"


def let_in(party: Prescriber | Designee, username: str) -> None:
    """Give someone a log-in, with that name and the usual passphrase."""
    user = User.objects.create_user(username, password=PASSPHRASE)
    type(party).objects.filter(pk=party.pk).update(user=user)


def log_in(page: Page, username: str, passphrase: str = PASSPHRASE) -> None:
    """Log in by hand, from wherever the window is; another who was logged in there is not any more."""
    code = next_code(User.objects.get(username=username))
    page.context.clear_cookies()
    page.goto("/admin/")
    type_password(page, username, passphrase)
    page.get_by_label("Code from your authenticator app").fill(code)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def type_password(page: Page, username: str, passphrase: str) -> None:
    """Take the first step alone."""
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(passphrase)
    page.get_by_role("button", name="Go on").click()
