"""One webhook sent: arrived or not, in words, within its time, and never to where it must not go."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from notifications.webhooks import sending
from notifications.webhooks.addresses import is_public
from notifications.webhooks.sending import PUBLIC_INTERNET, Route, Try, send
from tests.notifications.webhooks.receiver import (
    NAME,
    OTHER_NAME,
    Receiver,
    a_receiver,
    dripping,
    endless,
    route_to,
)

SHORT, LONG = 0.4, 5.0


@pytest.fixture
def receiver(tmp_path) -> Iterator[Receiver]:
    made = a_receiver(tmp_path)
    yield made
    made.close()


def sent(address: str, *, route: Route | None = None, seconds: float = LONG) -> Try:
    return send(address, b"{}", {"webhook-id": "msg_1"}, seconds=seconds, route=route or route_to(NAME))


class TestAWebhook:
    def test_arrives_with_what_it_carries(self, receiver: Receiver) -> None:
        tried = sent(receiver.address("/hook?for=us"))
        assert (tried.arrived, tried.status_code, tried.outcome) == (True, 204, "Answered 204")
        [heard] = receiver.heard
        assert (heard.path, heard.body) == ("/hook?for=us", b"{}")
        assert heard.headers["Host"] == f"{NAME}:{receiver.port}"
        assert heard.headers["Content-Type"] == "application/json"
        assert heard.headers["webhook-id"] == "msg_1"

    @pytest.mark.parametrize("status", [500, 404, 410, 301, 307, 199])
    def test_has_not_arrived_whatever_else_is_answered(self, receiver: Receiver, status: int) -> None:
        receiver.status = status
        tried = sent(receiver.address())
        assert (tried.arrived, tried.status_code) == (False, status)

    def test_follows_no_redirect(self, receiver: Receiver) -> None:
        def elsewhere(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(307)
            handler.send_header("Location", receiver.address("/other"))
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        receiver.answering = elsewhere
        tried = sent(receiver.address())
        assert (tried.arrived, tried.outcome) == (False, "Answered 307: a redirect, which is not followed")
        assert [heard.path for heard in receiver.heard] == ["/hook"]

    def test_is_cut_off_where_the_answer_drips(self, receiver: Receiver) -> None:
        receiver.answering = dripping
        began = time.monotonic()
        tried = sent(receiver.address(), seconds=SHORT)
        assert (tried.status_code, tried.outcome) == (None, "No answer within 0.4 seconds")
        assert time.monotonic() - began < 2

    def test_is_cut_off_where_nobody_shakes_hands(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            tried = sent(f"https://{NAME}:{silent.getsockname()[1]}/", seconds=SHORT)
        assert (tried.status_code, tried.outcome) == (None, "No answer within 0.4 seconds")

    def test_reads_no_body(self, receiver: Receiver) -> None:
        receiver.answering = endless
        began = time.monotonic()
        assert sent(receiver.address()).arrived
        assert time.monotonic() - began < 2

    def test_tells_where_nothing_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        assert sent(f"https://{NAME}:{port}/").outcome == sending.NOT_REACHED

    def test_tells_where_the_connection_breaks_off(self, receiver: Receiver) -> None:
        receiver.answering = lambda handler: handler.connection.close()
        assert sent(receiver.address()).outcome == sending.BROKEN_OFF

    def test_tells_of_an_answer_that_is_none(self, receiver: Receiver) -> None:
        receiver.answering = lambda handler: handler.wfile.write(b"HELLO THERE\r\n\r\n")
        assert sent(receiver.address()).outcome == sending.BROKEN_OFF

    def test_goes_to_who_proves_the_name_alone(self, receiver: Receiver, tmp_path) -> None:
        assert sent(receiver.address(name=OTHER_NAME), route=route_to(OTHER_NAME)).outcome == sending.NOT_PROVED
        stranger = a_receiver(tmp_path, trusted=False)
        try:
            assert sent(stranger.address()).outcome == sending.NOT_PROVED
        finally:
            stranger.close()
        assert receiver.heard == stranger.heard == []

    def test_asks_no_proxy(self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert sent(receiver.address()).arrived


class TestWhereItLeads:
    @pytest.mark.parametrize("reached", [["127.0.0.1"], ["93.184.215.14", "10.0.0.7"], []])
    def test_must_be_public_whichever_of_its_addresses(self, receiver: Receiver, reached: list[str]) -> None:
        route = PUBLIC_INTERNET._replace(addresses_of=lambda name, port: reached)
        assert sent(receiver.address(), route=route).outcome == sending.NOT_PUBLIC
        assert receiver.heard == []

    def test_is_asked_once_so_that_no_second_answer_counts(self, receiver: Receiver) -> None:
        """A name server that first gives an address that may be reached, and then another."""
        answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]])
        asked = []

        def rebinding(name: str, port: int) -> list[str]:
            asked.append(name)
            return next(answers)

        route = route_to(NAME)._replace(addresses_of=rebinding, may_reach=lambda reached: reached == "127.0.0.1")
        assert sent(receiver.address(), route=route).arrived
        assert asked == [NAME]
        assert sent(receiver.address(), route=route).outcome == sending.NOT_PUBLIC
        assert len(receiver.heard) == 1

    def test_goes_on_to_the_next_address_where_one_takes_nothing(self, receiver: Receiver) -> None:
        route = route_to(NAME)._replace(addresses_of=lambda name, port: ["127.0.0.9", "127.0.0.1"])
        assert sent(receiver.address(), route=route).arrived

    def test_is_the_public_internet_in_production(self) -> None:
        assert PUBLIC_INTERNET.may_reach is is_public
        assert PUBLIC_INTERNET.addresses_of("localhost", 443)[0] in {"127.0.0.1", "::1"}
        assert sent("https://unknown.name.invalid/", route=PUBLIC_INTERNET).outcome == sending.NOT_KNOWN
        assert sent("http://name.example/", route=PUBLIC_INTERNET).outcome == "Not sent: it must begin with https://"
