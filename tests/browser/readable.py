"""What any page must be for anyone: axe finds nothing, and nothing is beside the screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def nothing_is_the_matter(page: Page, where: str = "") -> None:
    """Look at a page as it is shown now."""
    # Django's links fade from one color to the other, and axe would look at them halfway.
    page.emulate_media(reduced_motion="reduce")
    found = Axe().run(page).response["violations"]
    seen = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]
    assert seen == [], (where or page.url, seen)
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1], (where or page.url, width)
