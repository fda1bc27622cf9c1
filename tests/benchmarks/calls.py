"""The calls that are measured: about whom, and as they arrive at the service."""

import itertools
import json
from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple

import psycopg

from tests.benchmarks.lives import PHARMACY
from tests.benchmarks.world import secret_of

BASELINE, CHECK, AUTHORIZE, DISPENSE = "baseline", "eligibility check", "authorize", "dispense"
BATCH, LIST = "batch of 100 checks", "list of authorizations"
KINDS = (BASELINE, CHECK, AUTHORIZE, DISPENSE, BATCH, LIST)
IN_A_BATCH = 100
HOST = "127.0.0.1"
_keys = itertools.count(1)

# Who can become pregnant and has a complete, open, unused window for days to come; half hold an authorization. With the
# pharmacy that asks: the authorization's own, or whichever comes to whom.
_READY = """
SELECT r.id, r.number, r.born_on::text, COALESCE(x.pharmacy_id, 1 + r.id %% (SELECT count(*) FROM pledge_pharmacy)),
       x.rma_number
  FROM bench_life b
  JOIN pledge_registrant r USING (id)
  LEFT JOIN pledge_authorization x ON x.registrant_id = r.id AND x.status = 'issued'
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
TRUNCATE pledge_idempotencyrecord, pledge_accessentry, pledge_callrate;
"""


class Person(NamedTuple):
    """A registrant as a pharmacy names one, and that pharmacy; with the number of their authorization, if any."""

    id: int
    number: str
    born_on: str
    pharmacy: int
    rma_number: str | None


class Call(NamedTuple):
    """One request of a pharmacy, and the status it is to be answered with."""

    kind: str
    method: str
    path: str
    body: bytes
    status: int
    pharmacy: int = PHARMACY

    def environ(self) -> dict[str, Any]:
        """Give the request as a WSGI server hands it to the application."""
        path, _, query = self.path.partition("?")
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(self.body)),
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": HOST,
            "HTTP_HOST": HOST,
            "HTTP_ACCEPT": "application/json",
            "HTTP_AUTHORIZATION": f"Bearer {secret_of(self.pharmacy)}",
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
            f"Authorization: Bearer {secret_of(self.pharmacy)}\r\nIdempotency-Key: benchmark-{next(_keys)}\r\n"
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


def calls_about(kind: str, people: Sequence[Person], *, one_key: bool = False) -> list[Call]:
    """Give one call of a kind about each of the people for whom it can be granted.

    :param one_key: one pharmacy makes all of them; else each is made by the one that the person comes to.
    """
    if one_key:
        people = [p._replace(pharmacy=PHARMACY) for p in people if p.rma_number is None or p.pharmacy == PHARMACY]
    if kind == DISPENSE:
        body = _json(pharmacist="RPH-1")
        return [
            Call(kind, "POST", f"/api/v1/authorizations/{p.rma_number}/dispense", body, 200, p.pharmacy)
            for p in people
            if p.rma_number
        ]
    if kind == BATCH:
        people = people[: 2 * IN_A_BATCH]
    return [_call(kind, person, people) for person in people if not person.rma_number]


def _call(kind: str, person: Person, people: Sequence[Person]) -> Call:
    if kind == BASELINE:
        return Call(kind, "GET", f"/baseline/{person.number}", b"", 200, person.pharmacy)
    if kind == LIST:
        return Call(kind, "GET", "/api/v1/authorizations?status=issued", b"", 200, person.pharmacy)
    if kind == BATCH:
        return Call(kind, "POST", "/api/v1/eligibility-checks/batch", _batch(person, people), 200, person.pharmacy)
    path, status = ("/api/v1/eligibility-checks", 200) if kind == CHECK else ("/api/v1/authorizations", 201)
    return Call(kind, "POST", path, _json(**_asking(person)), status, person.pharmacy)


def _batch(first: Person, people: Sequence[Person]) -> bytes:
    others = itertools.islice(itertools.cycle(people), first.id % len(people), None)
    return _json(checks=[_asking(person) for person in itertools.islice(others, IN_A_BATCH)])


def _asking(person: Person) -> dict[str, Any]:
    return {
        "registrant_number": person.number,
        "date_of_birth": person.born_on,
        "days_supply": 30,
        "pharmacist": "RPH-1",
    }


def _json(**members: Any) -> bytes:
    return json.dumps(members).encode()
