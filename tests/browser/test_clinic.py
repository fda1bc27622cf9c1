"""The clinic's side in a real browser: inviting, following a link, countersigning, on a wide screen and on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.models import SignedConsent, SigningRequest
from pledge.rules.vocabulary import Signer
from tests import lives, signers
from tests.browser.readable import in_any_light_and_width
from tests.browser.staff import PASSPHRASE, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAITING = "/admin/consents/signedconsent/to-countersign/"


@pytest.fixture
def life(program: lives.Program) -> lives.Life:
    """Someone who has signed both forms electronically."""
    life = lives.registered(program, timezone.now())
    signers.signs_all(life, timezone.now())
    return life


def page_of(life: lives.Life) -> str:
    return f"/admin/pledge/registrant/{life.number}/"


class TestTheClinic:
    def test_invites_and_sees_the_link(self, page: Page, program: lives.Program) -> None:
        life = lives.registered(program, timezone.now())
        log_in(page, "paula")
        page.goto(page_of(life))
        page.get_by_role("navigation", name="Steps").get_by_role("link", name="Invite to sign").click()
        page.get_by_label("A photo ID was shown").check()
        page.get_by_label("PIN, typed by the signer").fill("402817")
        page.get_by_label("PIN once more").fill("402817")
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_text("Invited. The link leaves")).to_be_visible()
        expect(page.get_by_text("PIN is set")).to_be_visible()
        assert SigningRequest.objects.get().registrant == life.registrant

    def test_records_what_was_signed_on_paper(self, page: Page, program: lives.Program) -> None:
        life = lives.registered(program, timezone.now())
        log_in(page, "paula")
        page.goto(f"{page_of(life)}record-paper-consent/")
        scan = {"name": "scan.png", "mimeType": "image/png", "buffer": signers.a_scan()}
        page.get_by_label("Scan").set_input_files(scan)  # type: ignore[arg-type]
        page.get_by_role("button", name="Record it").click()
        expect(page.get_by_text("The paper consent is recorded")).to_be_visible()
        expect(page.get_by_role("link", name="scan", exact=True)).to_be_visible()

    def test_countersigns_what_is_ticked(self, page: Page, life: lives.Life) -> None:
        log_in(page, "paula")
        page.goto("/admin/pledge/registrant/")
        page.get_by_role("link", name="Countersign 2 forms").click()
        boxes = page.get_by_role("checkbox")
        assert [box.is_checked() for box in boxes.all()] == [False, False]
        page.get_by_text("What was signed").first.click()
        expect(page.get_by_text("R.R.").first).to_be_visible()
        boxes.first.check()
        page.get_by_label("Your password").fill(PASSPHRASE)
        page.get_by_role("button", name="Countersign what is ticked").click()
        expect(page.get_by_text("1 of 1 countersigned")).to_be_visible()
        assert SignedConsent.objects.filter(signer=Signer.PRESCRIBER).count() == 1

    def test_has_nothing_that_axe_finds_and_nothing_beside_the_screen(self, page: Page, life: lives.Life) -> None:
        new = signers.a_minor(life.program, timezone.now())
        signers.invited(new, timezone.now())
        log_in(page, "paula")
        steps = ("invite-to-sign", "send-link-again", "set-pin", "close-link", "record-paper-consent")
        for address in (page_of(life), page_of(new), *(f"{page_of(new)}{slug}/" for slug in steps), WAITING):
            page.goto(address)
            for folded in page.locator(".waiting summary").all():
                folded.click()
            in_any_light_and_width(page)
