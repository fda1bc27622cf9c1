"""A pharmacy's software at the door: what it sends and what it is answered."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests import lives

ROOT = "/api/v1"
_keys = count(1)


@dataclass
class Software:
    """Calls the API as one pharmacy's software would."""

    key: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def post(self, path: str, body: Any, *, idempotency_key: str | None = None, **headers: str) -> HttpResponse:
        """Post a body; a decision gets a new idempotency key unless one is given, and none for ``""``."""
        key = f"key-{next(_keys)}" if idempotency_key is None else idempotency_key
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        headers = {"authorization": f"Bearer {self.key}", **({"idempotency-key": key} if key else {}), **headers}
        return self.client.post(
            f"{ROOT}{path}",
            content,
            content_type=headers.pop("content_type", "application/json"),
            headers={name: value for name, value in headers.items() if value},
        )

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.client.get(f"{ROOT}{path}", headers={"authorization": f"Bearer {self.key}", **headers})

    def check(self, life: lives.Life, **changes: Any) -> HttpResponse:
        return self.post("/eligibility-checks", asking(life, **changes))

    def authorize(self, life: lives.Life, *, idempotency_key: str | None = None, **changes: Any) -> HttpResponse:
        return self.post("/authorizations", asking(life, **changes), idempotency_key=idempotency_key)

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
