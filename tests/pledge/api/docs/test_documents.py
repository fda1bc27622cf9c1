"""What docs/ holds of the API is what the service serves, and what it serves is sound."""

from __future__ import annotations

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from config.api_documents import ADDRESS, api_documents
from notifications.models import MessageType
from pledge.api.docs.problem_words import TOLD
from pledge.api.docs.rendering import rendered
from pledge.api.problems import KINDS
from pledge.api.sandbox import catalogue
from tests.pledge.api.contract import document
from tests.pledge.api.docs.conftest import DOCS

COMMITTED = api_documents()


class TestTheCommittedDocuments:
    @pytest.mark.parametrize("name", COMMITTED)
    def test_are_what_the_contract_says_now(self, name: str) -> None:
        assert (DOCS / name).read_text() == COMMITTED[name], "run make docs, and look at what changes for pharmacies"

    def test_are_the_served_contract_but_for_its_address(self) -> None:
        served = json.dumps(document()).replace("http://testserver", ADDRESS)
        assert json.loads(served) == json.loads(COMMITTED["openapi.json"])

    def test_hold_a_valid_openapi_document(self) -> None:
        OpenAPIV31SpecValidator(json.loads(COMMITTED["openapi.json"])).validate()

    def test_tell_of_each_call_what_it_may_answer_and_of_each_message_that_it_is_sent(self) -> None:
        told = json.loads(COMMITTED["openapi.json"])
        deciding = [
            call["post"] for call in told["paths"].values() if "409" in call.get("post", {"responses": ""})["responses"]
        ]
        judging = [
            call["operationId"] for call in deciding if "not-eligible" in call["responses"]["409"]["description"]
        ]
        assert judging == ["authorize", "dispense", "reverse"]
        assert len(deciding) == 4
        assert list(told["webhooks"]) == list(MessageType)
        assert told["servers"] == [{"url": ADDRESS}]

    def test_name_the_address_where_none_is_set(self, settings) -> None:
        settings.PUBLIC_ADDRESS = ""
        assert api_documents() == COMMITTED


class TestTheGuide:
    def test_leads_to_headings_that_are_there(self) -> None:
        guide = rendered(COMMITTED["pharmacies.md"])
        anchors = [heading.anchor for heading in guide.headings]
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([^"]+)"', guide.html)) <= set(anchors)

    def test_shows_every_call_and_every_word_that_may_be_met(self) -> None:
        guide = COMMITTED["pharmacies.md"]
        for path, calls in document()["paths"].items():
            for method in calls:
                assert f"`{method.upper()} {path}`" in guide
        for word in [*(kind.name for kind in KINDS), *MessageType, *(one.number for one in catalogue())]:
            assert f"`{word}`" in guide

    def test_has_words_for_every_problem_and_for_no_other(self) -> None:
        assert set(TOLD) == {kind.name for kind in KINDS}

    def test_obeys_no_html(self) -> None:
        assert "<script" not in rendered("a <script>alert(1)</script> `<b>`\n\n```sh\n<i>\n```").html
