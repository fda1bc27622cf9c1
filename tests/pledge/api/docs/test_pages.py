"""The documentation's pages: open to anyone, nothing from elsewhere, and every problem's address opens."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from pledge.api.problems import KINDS
from tests.pledge.api.docs.conftest import DOCS

ELSEWHERE = re.compile(r"""(?:src|<link[^>]*href)=["'](?!/static/)""")


@pytest.fixture
def browser() -> Client:
    return Client()


class TestTheDocumentation:
    @pytest.mark.parametrize("address", ["/api/docs", "/api/docs/", "/problems", "/problems/", "/problems/not-found/"])
    def test_opens_with_and_without_the_last_slash(self, browser: Client, address: str) -> None:
        answer = browser.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")

    def test_loads_nothing_from_elsewhere_and_needs_no_script(self, browser: Client) -> None:
        for address in ("/api/docs/", "/problems/", "/problems/not-eligible"):
            page = browser.get(address).content.decode()
            assert ELSEWHERE.findall(page) == []
            assert not re.search(r"<script|<style| style=| on\w+=", page)

    def test_is_the_committed_guide_with_the_services_own_address(self, browser: Client) -> None:
        page = browser.get("/api/docs/").content.decode()
        assert "export API=http://testserver/api/v1" in page
        assert "pledge.example" not in page

    def test_gives_the_client_that_is_committed(self, browser: Client) -> None:
        answer = browser.get("/api/docs/pledge_pharmacy.py")
        assert answer["Content-Type"] == "text/x-python; charset=utf-8"
        assert answer.content == (DOCS / "client" / "pledge_pharmacy.py").read_bytes()

    def test_is_read_and_nothing_else(self, browser: Client) -> None:
        assert browser.post("/api/docs/").status_code == 405


class TestAProblemsPage:
    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
    def test_opens_at_the_address_that_answers_name(self, browser: Client, kind) -> None:
        page = browser.get(f"/problems/{kind.name}").content.decode()
        assert kind.title in page
        assert f"http://testserver/problems/{kind.name}" in page

    def test_is_led_to_by_a_real_answer(self, browser: Client) -> None:
        problem = json.loads(browser.get("/api/v1/pharmacy").content)
        assert browser.get(problem["type"].removeprefix("http://testserver")).status_code == 200

    @pytest.mark.parametrize("name", ["nothing", "Not-Found", "not-found/x", "..", "x" * 65])
    def test_is_not_there_for_another_name(self, browser: Client, name: str) -> None:
        assert browser.get(f"/problems/{name}").status_code == 404
