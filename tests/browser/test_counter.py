"""A pharmacy's counter in a real browser: a queue of people, one with a yes, one with a no, and what goes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pledge.actions import holds, pharmacists
from pledge.models import Authorization
from tests import lives
from tests.browser.readable import NARROW, WIDE, nothing_is_the_matter
from tests.browser.staff import PASSPHRASE, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: Any = {"width": 375, "height": 740}


@pytest.fixture
def counter(program: lives.Program, at: datetime) -> lives.Program:
    """The program, whose first pharmacy has a representative who logs in as rosa."""
    enrolled = pharmacists.enroll_pharmacist(
        pharmacy=program.pharmacy, own_id="RPH-1", name="Rosa Reyes", username="rosa", is_representative=True,
        by=program.administrator, at=at,
    )  # fmt: skip
    User.objects.filter(pk=enrolled.user.pk).update(password=make_password(PASSPHRASE))
    return program


def looked_at(page: Page, where: str) -> None:
    """Look at a page on a narrow phone in the dark, and at a desk by day."""
    for size, light in ((NARROW, "dark"), (WIDE, "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=light)  # type: ignore[arg-type]
        nothing_is_the_matter(page, where)


def ask(page: Page, life: lives.Life, *, born: str = "") -> None:
    page.get_by_label("Registrant number").fill(life.number)
    page.get_by_role("textbox", name="Date of birth").fill(born or f"{life.born_on:%m/%d/%Y}")
    page.keyboard.press("Enter")


def test_a_queue_at_the_counter(page: Page, counter: lives.Program, at: datetime) -> None:
    """Yes, a number, its label, handed over; then a no with its reasons; all of it readable on a phone as well."""
    ready, waits = lives.ready(counter, at), lives.enrolled(counter, at)
    log_in(page, "rosa")
    expect(page.get_by_label("Registrant number")).to_be_focused()
    looked_at(page, "counter")

    ask(page, ready, born="1 2 1990")
    expect(page.get_by_role("heading", name="Nobody has this number and date of birth")).to_be_visible()
    expect(page.get_by_label("Registrant number")).to_have_value(ready.number)
    ask(page, ready)
    expect(page.get_by_role("heading", name="Yes May be dispensed until")).to_be_visible()
    assert ready.number not in page.url
    looked_at(page, "yes")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_text("Ready to hand over")).to_be_visible()
    looked_at(page, "label")
    row = Authorization.objects.get(registrant=ready.registrant)
    page.emulate_media(media="print")
    expect(page.get_by_text("Do not dispense after")).to_be_visible()
    for hidden in (
        page.get_by_role("button", name="Dispense"),
        page.locator("#header"),
        page.get_by_text(ready.number),
    ):
        expect(hidden).to_be_hidden()
    page.emulate_media(media="screen")

    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Dispense").click()
    expect(page.get_by_text("Handed over on")).to_be_visible()
    page.go_back()  # a second press, from a page that was kept
    page.get_by_role("link", name="Counter: the next in the queue").click()
    ask(page, waits)
    expect(page.get_by_role("heading", name="No Hand nothing over")).to_be_visible()
    expect(page.get_by_text("The patient has a step to finish first.").or_(
        page.get_by_text("The prescriber's office must act first.")).first).to_be_visible()  # fmt: skip
    looked_at(page, "no")
    row.refresh_from_db()
    assert (row.status, row.pharmacist) == ("dispensed", "RPH-1")


def test_what_goes_back_to_stock_and_who_acts(page: Page, counter: lives.Program, at: datetime) -> None:
    """A revoked number is put back; the representative enrolls a pharmacist and sees a key once."""
    revoked = lives.authorized(counter, at)
    holds.report_pregnancy(registrant=revoked.registrant, by=counter.clinic, at=at + timedelta(seconds=1))
    log_in(page, "rosa")
    page.get_by_role("link", name="1 must go back to stock").click()
    looked_at(page, "stock")
    page.get_by_role("button", name="It is back in stock").click()
    expect(page.get_by_text("Nothing lapsed or revoked is left to put back.")).to_be_visible()

    page.get_by_role("link", name="Our pharmacy").click()
    page.get_by_role("link", name="Issue a test key").click()
    page.get_by_role("button", name="Issue a test key").click()
    expect(page.get_by_text("pledge_test_").first).to_be_visible()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name="Enroll a pharmacist").click()
    page.get_by_label("Name", exact=True).fill("Sam Seong")
    page.get_by_label("Your id for them").fill("RPH-2")
    page.get_by_label("User name").fill("sam")
    page.get_by_role("button", name="Enroll and show the code").click()
    expect(page.get_by_role("heading", name="Tell them this code")).to_be_visible()
    page.get_by_role("link", name="I have told them").click()
    expect(page.get_by_text("Sam Seong").first).to_be_visible()
    looked_at(page, "our pharmacy")
    page.get_by_role("link", name="Report", exact=True).click()
    looked_at(page, "report")
