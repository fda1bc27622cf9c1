"""The representative adds an address of their software, and sees that a message did not arrive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from notifications.kinds import Kind, Reader
from notifications.messages import number_messages
from notifications.outbox import queue
from notifications.posting import post_messages
from notifications.webhooks.sending import PUBLIC_INTERNET
from pledge.actions import holds, pharmacists
from tests import lives
from tests.browser.readable import NARROW, WIDE, nothing_is_the_matter
from tests.browser.staff import PASSPHRASE, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOWHERE = PUBLIC_INTERNET._replace(addresses_of=lambda name, port: ["10.0.0.7"])


def looked_at(page: Page, where: str) -> None:
    """Look at a page on a narrow phone in the dark, and at a desk by day."""
    for size, light in ((NARROW, "dark"), (WIDE, "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=light)  # type: ignore[arg-type]
        nothing_is_the_matter(page, where)


def test_an_address_is_added_and_looked_after(page: Page, program: lives.Program, at: datetime) -> None:
    """Its secret is shown once; a message that did not arrive says why; what waits cannot be sent twice."""
    given: Any = {"own_id": "RPH-1", "name": "Rosa Reyes", "username": "rosa", "is_representative": True}
    enrolled = pharmacists.enroll_pharmacist(pharmacy=program.pharmacy, by=program.administrator, at=at, **given)
    User.objects.filter(pk=enrolled.user.pk).update(password=make_password(PASSPHRASE))
    log_in(page, "rosa")
    page.get_by_role("link", name="Our software").click()
    looked_at(page, "no address")
    page.get_by_role("link", name="Add an address").click()
    page.get_by_label("Address").fill("https://192.168.0.7/")
    page.get_by_role("button", name="Add the address").click()
    expect(page.get_by_text("It must have a name, not an IP address")).to_be_visible()
    looked_at(page, "address refused")
    page.get_by_label("Address").fill("https://hooks.a-pharmacy-with-quite-a-long-name.example/pledge/messages")
    page.get_by_role("button", name="Add the address").click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    looked_at(page, "secret")

    life = lives.authorized(program, at)
    holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=at)
    queue(Reader.PHARMACY, program.pharmacy.pk, Kind.CERTIFICATION_EXPIRING, "certification:soon", at=at,
          days={"certified_through": "2027-04-01"})  # fmt: skip
    number_messages(at=at)
    post_messages(at=at, route=NOWHERE, threads=1)
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_text("Not reached")).to_be_visible()
    looked_at(page, "not reached")
    page.get_by_role("link", name="What was sent").click()
    page.get_by_text("1 try, the last: Its name leads to an address that is not public").click()
    expect(page.get_by_role("heading", name="authorization.revoked Waiting")).to_be_visible()
    looked_at(page, "what was sent")
