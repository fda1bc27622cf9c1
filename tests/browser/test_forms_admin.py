"""The forms' pages in a real browser: two people bring a version in force, on a wide screen and on a phone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.models import FormVersion
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import ConsentForm
from tests.browser.readable import in_any_light_and_width
from tests.browser.staff import PASSPHRASE, log_in
from tests.consents import drafts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/admin/consents/formversion/"


@pytest.fixture
def administrators(db: None) -> None:
    for name in ("ada", "bo"):
        User.objects.create_superuser(name, password=PASSPHRASE)


class TestAFormsPages:
    def test_lead_two_people_from_a_draft_to_a_published_version(self, page: Page, administrators: None) -> None:
        begins = program_day(timezone.now()) + timedelta(days=60)
        log_in(page, "ada")
        page.goto(LIST)
        page.get_by_role("link", name="Draft a new birth defects consent").click()
        page.get_by_label("Name of the version").fill("next")
        page.get_by_label("In force from").fill(begins.isoformat())
        page.get_by_label("Statement 8 (English)").fill("Some herbs weaken the pill.")
        page.get_by_label("Statement 8 (Español)").fill("Algunas hierbas debilitan la pastilla.")
        page.get_by_role("button", name="Keep the draft").click()
        expect(page.get_by_text("A draft: nobody is shown it")).to_be_visible()
        expect(page.locator("ins").first).to_contain_text("herbs weaken the pill")
        version = page.url
        log_in(page, "bo")
        for language in ("English", "Español"):
            page.goto(version)
            page.get_by_role("link", name=f"Approve this text in {language}").click()
            page.get_by_label("I have read the whole text").check()
            page.get_by_role("button", name="Approve").click()
            expect(page.get_by_text("The text is approved.")).to_be_visible()
        page.get_by_role("link", name="Publish this version").click()
        page.get_by_label("I have looked at what differs").check()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text("Published. It is signed from")).to_be_visible()
        published = FormVersion.objects.get(version="next")
        assert published.published_by == "bo"
        assert drafts.present(ConsentForm.BIRTH_DEFECTS_CONSENT, begins) == published

    def test_have_nothing_that_axe_finds_and_nothing_beside_the_screen(self, page: Page, administrators: None) -> None:
        draft = drafts.drafted(timezone.now(), ConsentForm.BIRTH_DEFECTS_CONSENT)
        spanish = drafts.text_in(draft, "es").pk
        log_in(page, "ada")
        for address in (
            f"{LIST}{draft.pk}/",
            f"{LIST}{draft.pk}/publish/",
            f"{LIST}new/draft-birth-defects-consent/",
            f"/admin/consents/formtext/{spanish}/",
            f"/admin/consents/formtext/{spanish}/review/",
        ):
            page.goto(address)
            in_any_light_and_width(page)
