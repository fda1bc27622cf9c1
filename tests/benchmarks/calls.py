"""The calls that are measured: about whom, and as they arrive at the service."""

import itertools
import json
from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple

import psycopg

from tests.benchmarks.lives import PHARMACY
from tests.benchmarks.world import SECRET

BASELINE, CHECK, AUTHORIZE, DISPENSE = "baseline", "eligibility check", "authorize", "dispense"
KINDS = (BASELINE, CHECK, AUTHORIZE, DISPENSE)
HOST = "127.0.0.1"
_keys = itertools.count(1)

# Who can become pregnant and has a complete, open, unused window for days to come; half hold an authorization.
_READY = f"""
SELECT r.id, r.number, r.born_on::text, x.rma_number
  FROM bench_life b
  JOIN pledge_registrant r USING (id)
  LEFT JOIN pledge_authorization x ON x.registrant_id = r.id AND x.status = 'issued' AND x.pharmacy_id = {PHARMACY}
 WHERE b.can AND b.phase < 4 ORDER BY b.id LIMIT %s
"""

# What measured calls wrote is taken back, so that the same people can be asked about again.
_TAKE_BACK = """
SET session_replication_role = replica;
DELETE FROM notifications_notice USING bench_mark WHERE id > bench_mark.notice;
DELETE FROM pledge_programevent USING bench_mark WHERE id > bench_mark.event;
UPDATE pledge_authorization x SET status = 'issued', dispensed_at = NULL
  FROM pledge_dispense d, bench_mark WHERE d.id > bench_mark.dispense AND x.id = d.authorization_id;
UPDATE pledge_prescriptionwindow w SET first_dispensed_at = NULL
  FROM pledge_dispense d, bench_mark WHERE d.id > bench_mark.dispense AND w.id = d.window_id;
UPDATE pledge_registrant r SET supply_through = b.present + 2
  FROM pledge_dispense d, bench_mark, bench_life b
 WHERE d.id > bench_mark.dispense AND r.id = d.registrant_id AND b.id = r.id;
DELETE FROM pledge_dispense USING bench_mark WHERE id > bench_mark.dispense;
DELETE FROM pledge_authorization USING bench_mark WHERE id > bench_mark.authorization_;
TRUNCATE pledge_idempotencyrecord, pledge_accessentry;
"""


class Person(NamedTuple):
    """A registrant as a pharmacy names one, with the number of their authorization where they have one."""

    id: int
    number: str
    born_on: str
    rma_number: str | None


class Call(NamedTuple):
    """One request, and the status it is to be answered with."""

    kind: str
    method: str
    path: str
    body: bytes
    status: int

    def environ(self) -> dict[str, Any]:
        """Give the request as a WSGI server hands it to the application."""
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(self.body)),
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": HOST,
            "HTTP_HOST": HOST,
            "HTTP_ACCEPT": "application/json",
            "HTTP_AUTHORIZATION": f"Bearer {SECRET}",
            "HTTP_IDEMPOTENCY_KEY": f"benchmark-{next(_keys)}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "wsgi.errors": None,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    def wire(self) -> bytes:
        """Give the request as it travels."""
        head = (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: application/json\r\n"
            f"Authorization: Bearer {SECRET}\r\nIdempotency-Key: benchmark-{next(_keys)}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def ready_people(connection: psycopg.Connection, limit: int) -> list[Person]:
    """Give people who may be dispensed to now, after taking back what earlier calls wrote."""
    take_back(connection)
    return [Person(*row) for row in connection.execute(_READY, [limit]).fetchall()]


def take_back(connection: psycopg.Connection) -> None:
    """Make the world what it was before any call."""
    connection.execute(_TAKE_BACK)


def calls_about(kind: str, people: Sequence[Person]) -> list[Call]:
    """Give one call of a kind about each of the people for whom it can be granted."""
    if kind == BASELINE:
        return [Call(kind, "GET", f"/baseline/{person.number}", b"", 200) for person in people if not person.rma_number]
    if kind == DISPENSE:
        body = _json(pharmacist="RPH-1")
        return [
            Call(kind, "POST", f"/api/v1/authorizations/{person.rma_number}/dispense", body, 200)
            for person in people
            if person.rma_number
        ]
    path, status = ("/api/v1/eligibility-checks", 200) if kind == CHECK else ("/api/v1/authorizations", 201)
    return [Call(kind, "POST", path, _asking(person), status) for person in people if not person.rma_number]


def _asking(person: Person) -> bytes:
    return _json(registrant_number=person.number, date_of_birth=person.born_on, days_supply=30, pharmacist="RPH-1")


def _json(**members: Any) -> bytes:
    return json.dumps(members).encode()
