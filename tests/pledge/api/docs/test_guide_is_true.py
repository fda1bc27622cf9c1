"""Whoever copies from docs/pharmacies.md gets what stands beside it: every snippet and example, in one session."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import urllib.request
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from django.utils import timezone

from config.api_documents import ADDRESS
from notifications.webhooks.signing import new_secret, signed_headers
from pledge.api.docs.document import calls_of
from pledge.api.docs.naming import result_name
from tests.pledge.api.contract import document, validator
from tests.pledge.api.docs.conftest import DOCS

PIECE = re.compile(r"^### (?P<heading>[^\n]+)$|^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
ASKING = {"registrant_number": "0000000101", "date_of_birth": "1996-05-04", "days_supply": 30, "pharmacist": "rph-17"}
# What an answer has of its own each time; whether it is there at all is compared.
OF_ITS_OWN = {
    "rma_number", "report_number", "do_not_dispense_after", "edition", "checked_at", "issued_at", "dispensed_at",
    "reversed_at", "dispensed_on", "recorded_at", "number", "name", "certified_on", "certified_through", "prefix",
    "expires_at", "next_cursor", "id", "timestamp", "sandbox",
}  # fmt: skip


class Snippet(NamedTuple):
    """A piece to copy, and the heading of the call it is below, or nothing."""

    call: str
    language: str
    text: str


def snippets() -> list[Snippet]:
    found, heading = [], ""
    for piece in PIECE.finditer((DOCS / "pharmacies.md").read_text()):
        heading = piece["heading"] or heading
        if piece["language"]:
            found.append(Snippet(heading, piece["language"], piece["text"]))
    return found


def steady(value: Any) -> Any:
    """Give an answer less what it has of its own."""
    if isinstance(value, dict):
        return {name: (of is None) if name in OF_ITS_OWN else steady(of) for name, of in value.items()}
    return [steady(each) for each in value] if isinstance(value, list) else value


def by_curl(command: str, environment: dict[str, str]) -> str:
    shell = ["bash", "-euc", command]
    return subprocess.run(shell, env=os.environ | environment, capture_output=True, text=True, check=True).stdout


def by_python(command: str, environment: dict[str, str]) -> str:
    """Send what a curl command would send, where there is no curl."""
    for name, value in environment.items():
        command = command.replace(f"${name}", value)
    _, _, address, *options = shlex.split(command.replace("\\\n", " "))
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(header.split(": ", 1) for option, header in given if option == "-H")
    content = next((body.encode() for option, body in given if option == "-d"), None)
    with urllib.request.urlopen(urllib.request.Request(address, content, headers)) as answer:
        return answer.read().decode()


@pytest.mark.slow
class TestTheGuide:
    def test_is_true_from_its_first_line_to_its_last(
        self, address: str, sandbox_key: str, client_module: ModuleType, monkeypatch, capsys
    ) -> None:
        environment = {"API": f"{address}/api/v1", "KEY": sandbox_key}
        secret = new_secret()
        monkeypatch.setenv("KEY", sandbox_key)
        monkeypatch.setenv("WEBHOOK_SECRET", secret)
        pledge = client_module.Pledge(address, sandbox_key, tries=1)
        described = {call.summary: call for call in calls_of(document())}
        session: dict[str, Any] = {}
        ran = []
        for number in ("0000000301", "0000000302"):  # so that there are messages, and something that lapsed
            pledge.authorize(**client_asking(number))
        for snippet in snippets():
            call = described.get(snippet.call)
            if call is not None and call.captured:
                session["rma_number"] = environment["RMA"] = (
                    session["rma_number"] if (snippet.call, "sh") in ran else waiting(pledge, call.answered)
                )
            if snippet.language == "sh" and snippet.text.startswith("curl"):
                for send in (by_curl, by_python) if shutil.which("curl") else (by_python,):
                    answer = json.loads(send(snippet.text, environment))
                    call = call or described["May this be dispensed?"]
                    validator({"$ref": call.gives}).validate(answer)
                    if call.pages is None and "items" not in answer:
                        assert steady(answer) == steady(call.answered), snippet.call
            elif snippet.language == "python":
                exec(snippet.text.replace(ADDRESS, address), session)
                if call is not None:
                    assert type(session[result_name(call)]).__name__ == call.gives.rpartition("/")[2]
            ran.append((snippet.call, snippet.language))
        assert {(summary, language) for summary in described for language in ("sh", "python")} <= set(ran)
        said = capsys.readouterr().out
        assert "hand it over" in said
        assert "authorization.revoked" in said
        event = json.dumps({"id": "msg_1", "type": "certification.expiring", "timestamp": "2026-11-22T15:04:05Z",
                            "data": {"certified_through": "2026-12-31"}})  # fmt: skip
        headers = signed_headers("msg_1", event, [new_secret(), secret], timezone.now())
        assert session["answer_to"](headers, event.encode()) == 204
        assert session["answer_to"](headers, event.replace("2026-12", "2027-12").encode()) == 401


def client_asking(number: str) -> dict[str, Any]:
    from datetime import date

    return {**ASKING, "registrant_number": number, "date_of_birth": date(1996, 5, 4)}


def waiting(pledge: Any, like: dict[str, Any]) -> str:
    """Give the number of an authorization that waits to be dispensed or given back, for whom an example shows."""
    number, reference = like["registrant_number"], like["client_reference"]
    issued = [one for one in pledge.all_authorizations(status="issued") if one.registrant_number == number]
    if issued:
        return issued[0].rma_number
    return pledge.authorize(**client_asking(number), client_reference=reference).rma_number


class TestTheTestVector:
    def test_is_signed_as_the_service_signs(self, client_module: ModuleType) -> None:
        (printed,) = (snippet.text for snippet in snippets() if snippet.language == "http" and "POST" in snippet.text)
        head, body = printed.rstrip("\n").split("\n\n")
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
        guide = (DOCS / "pharmacies.md").read_text()
        (secret,) = re.findall(r"`(whsec_[^`…]+)`", guide)
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert f"fromtimestamp({headers['webhook-timestamp']}, UTC)" in guide
        del headers["content-type"]
        assert signed_headers(headers["webhook-id"], body, [secret], at) == headers
        event = client_module.read_webhook(secret, headers, body.encode(), at=at)
        assert (event.id, event.data.status) == (headers["webhook-id"], "revoked")
