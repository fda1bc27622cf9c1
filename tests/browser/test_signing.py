"""Registrants and guardians read and sign in a real browser, however it is held and whatever it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from consents.models import SignedConsent
from tests import lives
from tests.browser.signer import SignerAtBrowser
from tests.consents.pages.ways import an_adult

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def program() -> lives.Program:
    """A clinic of today."""
    return lives.a_program(datetime.now(UTC))


def adult(program: lives.Program) -> Any:
    return an_adult(program, datetime.now(UTC))


@contextmanager
def window(chromium: Browser, live_server: LiveServer, **traits: Any) -> Iterator[Page]:
    """A window of its own, with traits such as a language, a size or no scripts."""
    context = chromium.new_context(base_url=live_server.url, **traits)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


PHONE = {"viewport": {"width": 320, "height": 640}}


class TestAnAdult:
    @pytest.mark.parametrize("language", ["en", "es"])
    @pytest.mark.parametrize("traits", [{}, PHONE, {"java_script_enabled": False}], ids=["desk", "phone", "no-script"])
    def test_goes_all_the_way(
        self, program: lives.Program, chromium: Browser, live_server: LiveServer, language: str, traits: dict[str, Any]
    ) -> None:
        with window(chromium, live_server, locale={"en": "en-US", "es": "es-US"}[language], **traits) as page:
            SignerAtBrowser(page, adult(program), language).go_all_the_way()
            assert SignedConsent.objects.filter(text__language=language).count() == 2
