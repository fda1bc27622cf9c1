"""The signers' pages for everyone: axe finds nothing, in any state, language, size or color scheme."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from consents.actions.records import seal_record
from consents.actions.signing import countersign
from consents.models import ConsentRecord
from pledge.rules.vocabulary import ConsentForm
from pledge.trail import SYSTEM
from tests import lives
from tests.browser.readable import in_any_light
from tests.browser.signer import HEAVIEST_PAGE, LOCALES, SignerAtBrowser
from tests.consents.pages.ways import Way, an_adult

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Inspector(SignerAtBrowser):
    """A signer who stops at every page to see what is the matter with it."""

    def __init__(self, page: Page, way: Way, language: str) -> None:
        super().__init__(page, way, language)
        self.inspected: set[str] = set()

    def look(self, name: str) -> None:
        if name in self.inspected:
            return
        self.inspected.add(name)
        super().look(name)
        page = self.page
        assert page.evaluate("document.documentElement.lang") == self.language, name
        for manner in ("as it is", "in large print", "with wide spacing"):
            wide = page.evaluate(WIDTH, manner)
            assert wide <= 0, f"{name}, {manner}, scrolls sideways by {wide} px"
        in_any_light(page, name, strictly=True)
        weight = page.evaluate(WEIGHT)
        assert 0 < weight < HEAVIEST_PAGE, f"{name} weighs {weight} bytes"
        kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        assert kept == [0, 0, ""], name


# Spacing as WCAG 1.4.12 wants it borne; a style sheet of the browser's own is under no policy of the page.
WIDTH = """(manner) => {
  const root = document.documentElement, sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  root.classList.toggle("large", manner === "in large print");
  document.adoptedStyleSheets = manner === "with wide spacing" ? [sheet] : [];
  const wide = root.scrollWidth - root.clientWidth;
  root.classList.remove("large");
  document.adoptedStyleSheets = [];
  return wide;
}"""
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""


def mistakes(signer: Inspector) -> None:
    """Go all the way, and take every wrong turn there is."""
    page, way = signer.page, signer.way
    page.goto(way.address("door"))
    signer.look("door")
    signer.press("send")
    signer.press("on")
    signer.look("code-empty")
    signer.fill("code", "000000")
    signer.fill("pin", way.pin)
    signer.press("on")
    signer.look("code-wrong")
    signer.fill("code", way.newest_code())
    signer.fill("pin", "111222")
    signer.press("on")
    signer.look("pin-wrong")
    signer.fill("code", way.newest_code())
    signer.fill("pin", way.pin)
    signer.press("on")
    signer.press("agree")
    signer.look("records-wrong")
    page.goto(way.address("document"))
    signer.look("document")
    page.goto(way.address("records"))
    signer.read_disclosures()
    signer.follow("read")
    whole = page.url + "all/"
    page.goto(whole)
    signer.look("whole")
    page.goto(whole.removesuffix("all/") + "sign/")
    signer.fill("name", signer.full_name)
    signer.press("sign")
    signer.look("signature-without-initials")
    page.goto(whole.removesuffix("all/") + "1/")
    signer.press("initial")
    signer.look("statement-wrong")
    page.goto(whole.removesuffix("all/"))
    signer.initial_from_introduction()
    page.go_back()
    signer.look("statement-initialed")
    page.go_forward()
    signer.press("sign")
    signer.look("signature-wrong")
    signer.sign()
    signer.follow("next")
    signer.initial_from_introduction()
    signer.fill("name", signer.full_name)
    signer.fill("pin", "111222")
    signer.press("sign")
    signer.look("signature-pin-wrong")
    signer.sign(with_pin=True)
    signer.follow("see")
    signer.look("copies")


def sealed(way: Way, program: lives.Program) -> None:
    """Have the prescriber countersign, and one of the two records sealed."""
    for form in ConsentForm:
        countersign(registrant=way.request.registrant, form=form, by=program.clinic, at=datetime.now(UTC))
    seal_record(record=ConsentRecord.objects.order_by("id")[0], by=SYSTEM, at=datetime.now(UTC))


def send(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def after(signer: Inspector) -> None:
    """See the copies, time out, withdraw, leave, and come by a link that is dead."""
    page, way = signer.page, signer.way
    page.goto(way.address("copies"))
    signer.look("copies-complete")
    send(page, ".files a")
    signer.look("copy")
    page.goto(way.address("copies"))
    with page.expect_download() as files:
        page.get_by_role("link", name="(PDF)").first.click()
    assert files.value.path().read_bytes().startswith(b"%PDF")
    page.goto(way.address("forms"))
    signer.look("forms-done")
    page.goto(way.address("withdraw"))
    signer.look("withdraw")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        page.goto(way.address("forms"))
        signer.look("again")
    page.goto("/sign/nothing/")
    signer.look("closed")
    send(page, "main button")
    signer.look("closed-wrong")
    page.locator("#address").fill("nobody@example.com")
    send(page, "main button")
    signer.look("sent")
    page.goto(way.address("forms"))
    send(page, "footer button")
    signer.look("left")


@pytest.fixture(params=["en", "es"])
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return request.param


@pytest.fixture
def inspector(language: str, program: lives.Program, chromium: Browser, live_server: LiveServer) -> Iterator[Inspector]:
    """Someone who looks closely, at a phone, by day and in the dark."""
    context = chromium.new_context(
        base_url=live_server.url,
        locale=LOCALES[language],
        viewport={"width": 320, "height": 640},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield Inspector(page, an_adult(program, datetime.now(UTC)), language)
    context.close()


class TestEveryPage:
    def test_reads_well_whatever_goes_wrong(self, inspector: Inspector, program: lives.Program) -> None:
        mistakes(inspector)
        sealed(inspector.way, program)
        after(inspector)
