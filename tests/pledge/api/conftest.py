"""A pharmacy's software at the door: what it sends and what it is answered."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests import lives
from tests.pledge.api.contract import assert_as_described

ROOT = "/api/v1"
_keys = count(1)


def patient_client() -> Client:
    """Give a client that lets the service answer for its own failures."""
    return Client(raise_request_exception=False)


@dataclass
class Software:
    """Calls the API as one pharmacy's software would; every answer is held against the contract."""

    key: str
    client: Client = field(default_factory=patient_client)

    def send(self, method: str, path: str, content: bytes | str = b"", **headers: str) -> HttpResponse:
        """Send anything at all; a header given as ``""`` is left out."""
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json", **headers}
        answer = self.client.generic(
            method,
            f"{ROOT}{path}",
            content,
            content_type=headers.pop("content-type"),
            headers={name: value for name, value in headers.items() if value},
        )
        if method != "HEAD":
            assert_as_described(method, f"{ROOT}{path}".partition("?")[0], answer)
        return answer

    def post(self, path: str, body: Any, *, idempotency_key: str | None = None, **headers: str) -> HttpResponse:
        """Post a body; it goes with a new idempotency key unless one is given."""
        key = f"key-{next(_keys)}" if idempotency_key is None else idempotency_key
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.send("POST", path, content, **{"idempotency-key": key, **headers})

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def check(self, life: lives.Life, **changes: Any) -> HttpResponse:
        return self.post("/eligibility-checks", asking(life, **changes))

    def check_all(self, checks: list[Any], **headers: str) -> HttpResponse:
        return self.post("/eligibility-checks/batch", {"checks": checks}, **headers)

    def authorize(self, life: lives.Life, *, idempotency_key: str | None = None, **changes: Any) -> HttpResponse:
        return self.post("/authorizations", asking(life, **changes), idempotency_key=idempotency_key)

    def listed(self, **asked: str) -> HttpResponse:
        return self.get(f"/authorizations?{urlencode(asked)}")

    def report(self, life: lives.Life, *, idempotency_key: str | None = None, **changes: Any) -> HttpResponse:
        body = asking(life, **changes)
        return self.post("/dispenses-without-authorization", body, idempotency_key=idempotency_key)

    def show(self, rma_number: str) -> HttpResponse:
        return self.get(f"/authorizations/{rma_number}")

    def dispense(self, rma_number: str, *, idempotency_key: str | None = None) -> HttpResponse:
        body = {"pharmacist": "rph-17"}
        return self.post(f"/authorizations/{rma_number}/dispense", body, idempotency_key=idempotency_key)

    def reverse(
        self, rma_number: str, *, reason: str = "not_collected", idempotency_key: str | None = None
    ) -> HttpResponse:
        body = {"pharmacist": "rph-17", "reason": reason}
        return self.post(f"/authorizations/{rma_number}/reverse", body, idempotency_key=idempotency_key)


def asking(life: lives.Life, **changes: Any) -> dict[str, Any]:
    """Give the body that asks about a registrant."""
    return {
        "registrant_number": life.number,
        "date_of_birth": life.born_on.isoformat(),
        "days_supply": 30,
        "pharmacist": "rph-17",
        **changes,
    }


def reasons_in(answer: HttpResponse) -> list[str]:
    """Give the codes of the reasons in an answer, in order."""
    return [reason["code"] for reason in json.loads(answer.content)["reasons"]]


@pytest.fixture
def now() -> datetime:
    """The instant the world is lived up to; the API reads its own clock a moment later."""
    return timezone.now()


@pytest.fixture
def program(db: None, now: datetime) -> lives.Program:
    return lives.a_program(now)


@pytest.fixture
def software(program: lives.Program, now: datetime) -> Software:
    return Software(lives.a_key(program.pharmacy, now))


@pytest.fixture
def other_software(program: lives.Program, now: datetime) -> Software:
    return Software(lives.a_key(program.other_pharmacy, now))


@pytest.fixture
def clock() -> Iterator[Any]:
    """Set the edge's clock: ``clock(at)``."""
    import time_machine

    travellers = []

    def travel(at: datetime) -> None:
        traveller = time_machine.travel(at, tick=False)
        traveller.start()
        travellers.append(traveller)

    yield travel
    for traveller in reversed(travellers):
        traveller.stop()
