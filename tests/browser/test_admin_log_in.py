"""Staff reach the admin under a policy that lets no inline script or style through."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSPHRASE = "a long enough passphrase"


class TestLoggingIn:
    def test_leads_to_the_admin_without_a_complaint(self, page: Page) -> None:
        User.objects.create_superuser("ada", password=PASSPHRASE)
        page.goto("/admin/")
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill(PASSPHRASE)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1).or_(page.locator("#content h1")).first).to_be_visible()
        expect(page.get_by_text("ada")).to_be_visible()

    def test_with_a_wrong_password_says_so(self, page: Page) -> None:
        page.goto("/admin/")
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
