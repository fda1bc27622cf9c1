"""The pages on which anyone checks a sealed consent, in a browser: at 320 px, in both languages, without scripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from consents.actions.records import seal_record
from consents.document import checking_address
from consents.models import ConsentRecord
from consents.verification.page_wording import WORDS
from pledge.trail import SYSTEM
from tests import lives, signers
from tests.browser.readable import LIGHTS, nothing_is_the_matter
from tests.browser.signer import LOCALES

AT = lives.UNDER_2026
PICTURES = os.environ.get("VERIFICATION_PICTURES", "")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def record(tmp_path: Path, settings: Any) -> ConsentRecord:
    settings.SEAL_FOLDER = tmp_path / "seal"
    life = lives.registered(lives.a_program(AT), AT, category=lives.CANNOT)
    signers.signed_electronically(life, AT)
    return seal_record(record=ConsentRecord.objects.get(), by=SYSTEM, at=AT)


def looked_at(page: Page, name: str) -> None:
    """Look at a page strictly, by day and in the dark; take pictures of it where pictures are wanted."""
    for light in LIGHTS:
        page.emulate_media(color_scheme=light)
        nothing_is_the_matter(page, name, strictly=True)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{light}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "es"])
def test_anyone_checks_a_file(
    chromium: Browser, live_server: LiveServer, record: ConsentRecord, tmp_path: Path, language: str
) -> None:
    words = WORDS[language]
    (tmp_path / "consent.pdf").write_bytes(bytes(record.document or b""))
    (tmp_path / "touched.pdf").write_bytes(bytes(record.document or b"") + b"\n")
    window = chromium.new_context(
        base_url=live_server.url,
        locale=LOCALES[language],
        viewport={"width": 320, "height": 640},
    )
    page = window.new_page()
    page.goto("/verify/")
    looked_at(page, f"verify-{language}")
    for name, said in (("consent", "holds"), ("touched", "does_not_hold")):
        page.set_input_files("#file", tmp_path / f"{name}.pdf")
        page.get_by_role("button", name=words["button"]).click()
        page.get_by_role("heading", name=words[said]).wait_for()
        looked_at(page, f"verify-{name}-{language}")
    page.get_by_role("button", name=words["button"]).click()
    page.get_by_text(words["no_file"]).first.wait_for()
    looked_at(page, f"verify-nothing-{language}")
    page.goto(checking_address(record.digest, ""))
    page.get_by_text(words["known"]).wait_for()
    looked_at(page, f"verify-known-{language}")
    page.goto(checking_address("0" * 64, ""))
    page.get_by_text(words["unknown"]).wait_for()
    looked_at(page, f"verify-unknown-{language}")
    window.close()


def test_anyone_checks_a_file_without_scripts(
    chromium: Browser, live_server: LiveServer, record: ConsentRecord, tmp_path: Path
) -> None:
    (tmp_path / "consent.pdf").write_bytes(bytes(record.document or b""))
    window = chromium.new_context(base_url=live_server.url, locale="en-US", java_script_enabled=False)
    page = window.new_page()
    page.goto("/verify/")
    page.set_input_files("#file", tmp_path / "consent.pdf")
    page.get_by_role("button", name=WORDS["en"]["button"]).click()
    page.get_by_role("heading", name=WORDS["en"]["holds"]).wait_for()
    window.close()
