"""Designees, an import with its undo, and an export, as a prescriber does them, on a wide screen and on a phone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pledge.access import registrants_for
from pledge.actions import participants
from pledge.rules.calendar import program_day
from tests import lives
from tests.browser.readable import in_any_light_and_width
from tests.browser.staff import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_act_each")]
LIST = (
    "name;born_on;category;basis\r\n"
    "Ana Alvarez;4/2/1998;;\r\n"
    "Ben Brown;1999-11-30;cannot_become_pregnant;cisgender_male\r\n"
    "Cyd Cole;2000-13-01;;\r\n"
    "Eve Egan;2000-01-01;cannot_become_pregnant;\r\n"
)


@pytest.fixture
def dana(program: lives.Program, at: datetime) -> None:
    """A designee of the program, who acts for nobody yet."""
    participants.enroll_designee(
        name="Dana Diaz", email="dana@clinic.example", prescribers=[], attested_through=program_day(at),
        by=program.administrator, at=at,
    )  # fmt: skip


class TestAPrescriber:
    @pytest.mark.usefixtures("dana")
    def test_lets_a_designee_act_for_them_and_takes_it_back(self, page: Page) -> None:
        log_in(page, "paula")
        page.get_by_role("link", name="Designees").click()
        page.get_by_role("link", name="Let a designee act for me").click()
        page.get_by_label("Their name or e-mail").fill("dana@clinic.example")
        page.get_by_label("Tests, monthly confirmations").check()
        in_any_light_and_width(page)
        page.get_by_role("button", name="Let them act for me").click()
        expect(page.get_by_role("heading", name="Dana Diaz")).to_be_visible()
        in_any_light_and_width(page)
        page.get_by_role("link", name="Take it back").click()
        page.get_by_role("button", name="Take it back now").click()
        expect(page.get_by_text("Nobody acts for you")).to_be_visible()

    def test_imports_a_list_takes_it_back_and_takes_one_out(self, page: Page, program: lives.Program) -> None:
        log_in(page, "paula")
        page.get_by_role("link", name="Import").click()
        in_any_light_and_width(page)
        file = {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
        page.get_by_label("CSV file").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", name="2 will be enrolled.")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="Cyd Cole")).to_contain_text("born_on")
        expect(page.get_by_role("row").filter(has_text="Eve Egan")).to_contain_text("no basis that the program accepts")
        assert not registrants_for(program.clinic).exists()
        in_any_light_and_width(page)
        page.get_by_role("button", name="Import 2 registrants").click()
        expect(page.get_by_role("heading", name="2 are enrolled.")).to_be_visible()
        in_any_light_and_width(page)
        page.get_by_role("link", name="Export", exact=True).click()
        page.get_by_label("What it is for").fill("Yearly review")
        page.get_by_role("button", name="Make the file").click()
        in_any_light_and_width(page)
        with page.expect_download() as fetched:
            page.get_by_role("link", name="Download").click()
        content = Path(fetched.value.path()).read_text(encoding="utf-8-sig")
        assert [line.split(",")[1] for line in content.splitlines()] == ['"Name"', '"Ana Alvarez"', '"Ben Brown"']
        page.get_by_role("link", name="Import").click()
        page.get_by_role("link", name=str(timezone.now().year)).first.click()
        page.get_by_label("I have looked at the list below").check()
        in_any_light_and_width(page)
        page.get_by_role("button", name="Take back 2 enrollments").click()
        expect(page.get_by_role("heading", name="2 enrollments taken back.")).to_be_visible()
        assert not registrants_for(program.clinic).exists()
