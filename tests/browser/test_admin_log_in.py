"""Staff reach the admin under a policy that lets no inline script or style through."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.staff import PASSPHRASE, log_in, type_password

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class TestLoggingIn:
    def test_leads_to_the_admin_without_a_complaint(self, page: Page) -> None:
        User.objects.create_superuser("ada", password=PASSPHRASE)
        log_in(page, "ada")
        expect(page.get_by_role("heading", level=1).or_(page.locator("#content h1")).first).to_be_visible()
        expect(page.get_by_text("ada")).to_be_visible()

    def test_with_a_wrong_password_says_so(self, page: Page) -> None:
        page.goto("/admin/")
        type_password(page, "ada", "wrong")
        expect(page.get_by_text("User name and password do not match")).to_be_visible()
