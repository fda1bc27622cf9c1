"""The pharmacies' documentation in a browser: on a phone and at a desk, by day and in the dark, without scripts."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.readable import NARROW, WIDE, nothing_is_the_matter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS: list[tuple[str, ViewportSize, Literal["light", "dark"]]] = [
    ("/api/docs/", NARROW, "light"),
    ("/problems/", WIDE, "light"),
    ("/problems/not-eligible", NARROW, "dark"),
]


class TestTheDocumentation:
    def test_is_for_anyone(self, page: Page) -> None:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for address, size, light in LOOKS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=light)
            page.goto(address)
            nothing_is_the_matter(page)
        host = page.url.partition("/problems")[0]
        assert [one for one in asked if not one.startswith(host)] == []

    def test_leads_from_its_contents_to_a_call(self, page: Page) -> None:
        page.set_viewport_size({"width": 375, "height": 800})
        page.goto("/api/docs/")
        page.get_by_text("On this page", exact=True).locator("visible=true").click()
        page.get_by_role("link", name="Hand the supply over").locator("visible=true").first.click()
        heading = page.get_by_role("heading", name="Hand the supply over")
        assert heading.is_visible()
        assert page.url.endswith("#hand-the-supply-over")
