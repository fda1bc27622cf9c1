"""What any page must be for anyone: axe finds nothing, and nothing is beside the screen."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 800}
LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
VIOLATIONS = {"resultTypes": ["violations"]}
STRICT_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def nothing_is_the_matter(page: Page, where: str = "", *, strictly: bool = False) -> None:
    """Look at a page as it is shown now; strictly, also at the size of all that one presses."""
    # Links fade from one color to the other, and axe would look at them halfway: what moves is at its end.
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(STILL)
    seen_at = (where or page.url, page.viewport_size, page.evaluate(LIGHT))
    beside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beside <= 0, (seen_at, f"{beside} px are beside the screen")
    if strictly:
        assert page.evaluate(SMALL_TARGETS) == [], seen_at
    found = Axe().run(page, options=VIOLATIONS | (STRICT_RULES if strictly else {})).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == [], seen_at


def in_any_light(page: Page, where: str = "", *, strictly: bool = False) -> None:
    """Look at a page by day and in the dark, and leave it in the light that it was in."""
    before = page.evaluate(LIGHT)
    for light in LIGHTS:
        page.emulate_media(color_scheme=light)
        nothing_is_the_matter(page, where, strictly=strictly)
    page.emulate_media(color_scheme=before)


def in_any_light_and_width(page: Page, where: str = "", *, strictly: bool = False) -> None:
    """Look at a page by day and in the dark, on a phone and at a desk, and leave the window as it was."""
    before = page.viewport_size
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        in_any_light(page, where, strictly=strictly)
    if before is not None:
        page.set_viewport_size(before)


LIGHT = "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"
# To wait for their end is to wait for ever now and then: one that is replaced keeps its promise to nobody.
STILL = """() => {
  for (let round = 0; round < 9; round++) document.getAnimations().forEach((one) => one.finish());
}"""
# A link inside a sentence is let off (WCAG 2.5.8, inline).
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
  .filter((target) => target.checkVisibility() && !target.matches(".skip, .problems a"))
  .map((target) => [target.textContent.trim(), target.getBoundingClientRect()])
  .filter(([, box]) => box.height < 24 || box.width < 24)
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
