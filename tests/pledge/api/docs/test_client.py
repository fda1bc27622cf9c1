"""The Python client against the running service: what it returns, what it raises, and what it repeats."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from notifications.webhooks.signing import new_secret, signed_headers
from pledge.models import SandboxAuthorization

BORN_ON = date(1996, 5, 4)
ASKING: dict[str, Any] = {"date_of_birth": BORN_ON, "days_supply": 30, "pharmacist": "rph-17"}
ELIGIBLE, WAITING, REVOKED = "0000000101", "0000000202", "0000000301"
NOBODY = "9999999999"


class Line:
    """A line to the service that loses the first answers: what was sent arrived, and nothing comes back."""

    def __init__(self, address: str, *, losing: int) -> None:
        self.to, self.losing = urlsplit(address), losing
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._carry, daemon=True).start()

    def _carry(self) -> None:
        while True:
            try:
                caller, _ = self.listening.accept()
            except OSError:
                return
            with caller, socket.create_connection((self.to.hostname, self.to.port)) as service:
                caller.settimeout(0.2)
                try:
                    while sent := caller.recv(65536):
                        service.sendall(sent)
                except TimeoutError:
                    pass
                answer = service.recv(65536)
                if self.losing:
                    self.losing -= 1
                else:
                    caller.sendall(answer)


@pytest.fixture
def losing_line(address: str) -> Iterator[Line]:
    line = Line(address, losing=1)
    with closing(line.listening):
        yield line


class Later(HTTPServer):
    """A service of another day: it gives what it was told to give, and keeps what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Telling)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.gives: tuple[int, Any] = (200, {})
        self.came: list[str] = []


class _Telling(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Later)
        self.server.came.append(self.path)
        status, content = self.server.gives
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def later() -> Iterator[Later]:
    with Later() as service:
        threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield service
        service.shutdown()


@pytest.mark.slow
class TestTheClient:
    def test_carries_a_sale_through(self, address: str, sandbox_key: str, client_module: ModuleType) -> None:
        pledge = client_module.Pledge(address, sandbox_key)

        eligibility = pledge.check_eligibility(registrant_number=ELIGIBLE, **ASKING)
        assert eligibility.eligible
        assert isinstance(eligibility.do_not_dispense_after, date)
        assert isinstance(eligibility.checked_at, datetime)
        checks = [client_module.EligibilityCheck(registrant_number=one, **ASKING) for one in (WAITING, NOBODY)]
        waiting, nobody = pledge.check_eligibility_batch(checks=checks).results
        assert [(reason.code, reason.who_acts) for reason in waiting.reasons] == [
            ("patient_action_needed", "registrant")
        ]
        assert isinstance(nobody, client_module.NotFound)

        authorization = pledge.authorize(registrant_number=ELIGIBLE, **ASKING, idempotency_key="order-1")
        repeated = pledge.authorize(registrant_number=ELIGIBLE, **ASKING, idempotency_key="order-1")
        assert (repeated, repeated.replayed, authorization.replayed) == (authorization, True, False)
        assert pledge.show_authorization(authorization.rma_number) == authorization
        dispensed = pledge.dispense(authorization.rma_number, pharmacist="rph-17")
        assert (dispensed.status, dispensed.dispensed_at is None) == ("dispensed", False)
        with pytest.raises(client_module.IdempotencyKeyReused):
            pledge.authorize(registrant_number=WAITING, **ASKING, idempotency_key="order-1")

        second = pledge.authorize(registrant_number=ELIGIBLE, **ASKING, client_reference="order 2")
        assert pledge.reverse(second.rma_number, pharmacist="rph-17", reason="entry_error").status == "reversed"
        asked = [pledge.authorize(registrant_number=REVOKED, **ASKING).rma_number for _ in range(51)]
        assert len(pledge.list_authorizations(status="revoked").items) < len(asked)
        assert [one.rma_number for one in pledge.all_authorizations(status="revoked")] == asked[::-1]
        assert [one.rma_number for one in pledge.all_authorizations(client_reference="order 2")] == [second.rma_number]

        told, page = [], pledge.list_events()
        assert len(page.items) < len(asked)
        while page.items:
            told += [event.data for event in page.items if event.type == "authorization.revoked"]
            page = pledge.list_events(cursor=page.next_cursor)
        assert told == [client_module.AuthorizationChange(rma_number=one, status="revoked") for one in asked]

        assert pledge.report_dispense(registrant_number=ELIGIBLE, **ASKING).days_supply == 30
        assert sandbox_key.startswith(pledge.show_pharmacy().key.prefix)

    def test_raises_each_refusal_by_its_name(self, address: str, sandbox_key: str, client_module: ModuleType) -> None:
        waited: list[float] = []
        pledge = client_module.Pledge(address, sandbox_key, tries=2, longest_wait=120, wait=waited.append)

        def refused(number: str) -> Any:
            with pytest.raises(client_module.Problem) as raised:
                pledge.authorize(registrant_number=number, **ASKING, idempotency_key=f"for-{number}")
            assert raised.value.idempotency_key == f"for-{number}"
            return raised.value

        assert not refused(WAITING).replayed
        not_eligible = refused(WAITING)
        assert not_eligible.replayed
        assert isinstance(not_eligible, client_module.NotEligible)
        assert [reason.next_step for reason in not_eligible.reasons] == [
            "Ask the patient to open the program's latest e-mail."
        ]
        assert type(refused(NOBODY)) is client_module.NotFound
        assert type(refused("0000000401")) is client_module.PharmacySuspended
        assert refused("0000000404").reference
        assert waited == []  # none of these is repeated
        for number, kind in {
            "0000000402": client_module.TooManyRequests,
            "0000000403": client_module.RequestInProgress,
            "0000000405": client_module.Unavailable,
        }.items():
            problem = refused(number)
            assert type(problem) is kind
            assert waited.pop() >= problem.retry_after > 0
            assert waited == []

        with pytest.raises(client_module.Malformed) as malformed:
            pledge.check_eligibility(registrant_number="", **ASKING)
        assert [error.pointer for error in malformed.value.errors] == ["/registrant_number"]
        assert "/registrant_number must be" in str(malformed.value)
        with urllib.request.urlopen(malformed.value.type) as page:
            assert "The request cannot be understood" in page.read().decode()
        with pytest.raises(client_module.Unauthenticated):
            client_module.Pledge(address, "pledge_test_wrong").show_pharmacy()

    def test_asks_again_with_the_same_key_where_an_answer_was_lost(
        self, losing_line: Line, sandbox_key: str, client_module: ModuleType
    ) -> None:
        pledge = client_module.Pledge(losing_line.address, sandbox_key, wait=lambda _: None)
        authorization = pledge.authorize(registrant_number=ELIGIBLE, **ASKING)
        assert losing_line.losing == 0
        assert [row.rma_number for row in SandboxAuthorization.objects.all()] == [authorization.rma_number]


class TestTheClientAlone:
    def test_says_that_nobody_knows_where_nobody_answers(self, client_module: ModuleType) -> None:
        waited: list[float] = []
        pledge = client_module.Pledge("http://127.0.0.1:9", "pledge_test_x", tries=3, wait=waited.append)
        with pytest.raises(client_module.NoAnswer) as raised:
            pledge.dispense("1", pharmacist="rph-17", idempotency_key="order-1")
        assert raised.value.idempotency_key == "order-1"
        assert len(waited) == 2
        assert waited[0] < waited[1]

    @pytest.mark.parametrize(
        "address", ["http://pledge.example", "ftp://127.0.0.1", "pledge.example", "http://127.0.0.1.evil.example"]
    )
    def test_sends_no_key_in_the_clear(self, client_module: ModuleType, address: str) -> None:
        with pytest.raises(ValueError, match="https"):
            client_module.Pledge(address, "pledge_test_x")

    @pytest.mark.parametrize("behind", ["/v1", "/api/v1/authorizations", "?x=1", "#x", "/api/v1?x=1", "@evil.example"])
    def test_takes_an_address_with_nothing_behind_it(self, client_module: ModuleType, behind: str) -> None:
        with pytest.raises(ValueError, match="nothing behind it"):
            client_module.Pledge(f"https://pledge.example{behind}", "pledge_test_x")

    @pytest.mark.parametrize("wrong", ["{}\n", " {}", "{}\r\n", "{} ", "{}\0", "{}é", "\ufeff{}", "{} x", "{}\x7f"])
    def test_refuses_a_key_that_cannot_be_sent_without_showing_it(self, client_module: ModuleType, wrong: str) -> None:
        with pytest.raises(ValueError, match="the key must be") as raised:
            client_module.Pledge("https://pledge.example", wrong.format("pledge_live_5ecret"))
        assert "5ecret" not in f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"
        with pytest.raises(ValueError, match="the key must be"):
            client_module.Pledge("https://pledge.example", "")

    @pytest.mark.parametrize("wrong", ["", "order\n7", "ordér", "x" * 256, "order\0"])
    def test_sends_nothing_under_an_idempotency_key_that_cannot_be_sent(
        self, later: Later, client_module: ModuleType, wrong: str
    ) -> None:
        pledge = client_module.Pledge(later.address, "pledge_test_x", wait=lambda _: None)
        with pytest.raises(ValueError, match="idempotency_key must be 1 to 255"):
            pledge.dispense("1", pharmacist="rph-17", idempotency_key=wrong)
        assert later.came == []

    def test_goes_on_where_a_later_service_adds_events_words_and_members(
        self, later: Later, client_module: ModuleType
    ) -> None:
        pledge = client_module.Pledge(f"{later.address}/api/v1/", "pledge_test_x")
        at, added = "2026-11-22T15:04:05Z", {"added": [1]}
        told = [
            {"id": "1", "type": "pharmacist.added", "timestamp": at, "data": {"x": 1}, **added},
            {"id": "2", "type": "pharmacy.moved", "timestamp": at, "data": {}},
            {"id": "3", "type": "authorization.revoked", "timestamp": at,
             "data": {"rma_number": "1", "status": "recalled", **added}},
            {"id": "4", "type": "certification.expiring", "timestamp": at, "data": {"certified_through": ""}},
        ]  # fmt: skip
        later.gives = (200, {"items": told, "next_cursor": "4", **added})
        page = pledge.list_events()
        assert later.came == ["/api/v1/events"]
        assert [event.data for event in page.items] == [
            {"x": 1},
            {},
            client_module.AuthorizationChange(rma_number="1", status="recalled"),
            {"certified_through": ""},
        ]
        assert page.items[0].type == "pharmacist.added"
        later.gives = (
            409,
            {"type": "https://pledge.example/problems/not-today", "title": "Not today", "status": 409, **added,
             "reasons": [{"code": "holiday", "message": "Closed.", "who_acts": "nobody", "next_step": "Wait."}]},
        )  # fmt: skip
        with pytest.raises(client_module.Problem, match="Closed") as raised:
            pledge.dispense("1", pharmacist="rph-17")
        assert type(raised.value) is client_module.Problem
        assert (raised.value.reasons[0].code, raised.value.reasons[0].who_acts) == ("holiday", "nobody")

    @pytest.mark.parametrize(
        "gives",
        [
            (200, {"rma_number": "1", "status": "dispensed"}),
            (200, []),
            (200, None),
            (409, {"type": "x/not-eligible", "status": 409, "reasons": [{"code": "window_closed"}]}),
            (409, {"type": "x/not-eligible", "status": "no number"}),
        ],
    )
    def test_says_that_nobody_knows_where_an_answer_lacks_what_was_promised(
        self, later: Later, client_module: ModuleType, gives: tuple[int, Any]
    ) -> None:
        later.gives = gives
        pledge = client_module.Pledge(later.address, "pledge_test_x")
        with pytest.raises(client_module.NoAnswer, match="not what the contract promises") as raised:
            pledge.dispense("1", pharmacist="rph-17", idempotency_key="order-1")
        assert (type(raised.value), raised.value.idempotency_key) == (client_module.Unreadable, "order-1")
        assert len(later.came) == 1

    def test_asks_again_where_a_refusal_is_not_the_services(self, later: Later, client_module: ModuleType) -> None:
        later.gives = (502, {"error": "bad gateway"})
        pledge = client_module.Pledge(later.address, "pledge_test_x", tries=2, wait=lambda _: None)
        with pytest.raises(client_module.NoAnswer, match="status 502 without a problem"):
            pledge.show_pharmacy()
        assert len(later.came) == 2

    def test_reads_webhooks_that_the_service_signed_and_no_others(self, client_module: ModuleType) -> None:
        at, secret = timezone.now(), new_secret()
        body = (
            '{"id":"msg_1","type":"authorization.lapsed","timestamp":"2026-11-22T15:04:05Z",'
            '"data":{"rma_number":"1","status":"lapsed"}}'
        )
        headers = signed_headers("msg_1", body, [new_secret(), secret], at)
        for signed, read in {
            '{"id":"msg_2","type":"added.later","timestamp":"2026-11-22T15:04:05Z","data":{"x":1}}': {"x": 1},
            '{"id":"msg_2"}': None,
        }.items():
            sent = signed_headers("msg_2", signed, [secret], at)
            if read is None:
                with pytest.raises(client_module.Unreadable):
                    client_module.read_webhook(secret, sent, signed.encode())
            else:
                assert client_module.read_webhook(secret, sent, signed.encode()).data == read
        event = client_module.read_webhook(secret, {name.title(): of for name, of in headers.items()}, body.encode())
        assert (event.id, event.data.status) == ("msg_1", "lapsed")
        late = at.replace(year=at.year + 1)
        for wrong in (
            lambda: client_module.read_webhook(secret, headers, body.encode(), at=late),
            lambda: client_module.read_webhook(secret, headers, body.encode() + b" "),
            lambda: client_module.read_webhook(new_secret(), headers, body.encode()),
            lambda: client_module.read_webhook(secret, {**headers, "webhook-id": "msg_2"}, body.encode()),
            lambda: client_module.read_webhook(secret, {**headers, "webhook-signature": "v1,é"}, body.encode()),
            lambda: client_module.read_webhook(secret, {}, body.encode()),
        ):
            with pytest.raises(client_module.WrongSignature):
                wrong()
