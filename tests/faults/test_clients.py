"""A pharmacy's software that hangs up, or is slow: it costs others nothing, and decides nothing twice."""

import json
import socket
import threading
import time

import pytest
from django.utils import timezone

from pledge.models import Authorization
from tests.faults.calls import REPLAYED
from tests.faults.conftest import ROLE, wait_for
from tests.faults.serving import HOST
from tests.pledge.api.conftest import ROOT, asking
from tests.pledge.api.contract import problem_of

BUSY = "SELECT 1 FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'"
SLOWLY = 0.5  # seconds between two pieces of a body


@pytest.fixture
def software(world, image):
    return world.software(image)


@pytest.fixture
def line(world, image):
    """A connection over which a request for an authorization has been sent, all but the end of its body."""
    body = json.dumps(asking(world.ready)).encode()
    head = (
        f"POST {ROOT}/authorizations HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {world.key}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: k\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((HOST, image.port)) as sent:
        sent.sendall(head.encode() + body[:-1])
        yield sent


class TestWhoHangsUp:
    def test_is_told_the_decision_when_they_ask_again(self, world, software, line, wire, cluster):
        """The call runs on behind their back; until it is done, they are told so."""
        may_go_on = threading.Event()
        trap = wire.set_trap(lambda _: may_go_on.wait(10), "COMMIT")
        line.sendall(b"}")
        assert trap.sprung.wait(10)
        line.close()
        meanwhile = software.authorize(world.ready, idempotency_key="k")
        assert (problem_of(meanwhile), meanwhile["Retry-After"]) == ("request-in-progress", "1")
        may_go_on.set()
        wait_for(lambda: Authorization.objects.filter(registrant=world.ready.registrant).exists())
        again = software.authorize(world.ready, idempotency_key="k")
        issued = Authorization.objects.get(registrant=world.ready.registrant)
        assert (again.status_code, again[REPLAYED]) == (201, "true")
        assert json.loads(again.content)["rma_number"] == issued.rma_number

    def test_before_the_end_of_their_request_has_asked_nothing(self, world, software, line):
        line.close()
        answer = software.authorize(world.ready, idempotency_key="k")
        assert (answer.status_code, REPLAYED in answer) == (201, False)


class TestWhoIsSlow:
    def test_holds_nothing_while_they_are(self, world, software, line, cluster):
        assert software.authorize(world.ready, idempotency_key="another").status_code == 201
        assert cluster.says(BUSY, ROLE) == []
        line.sendall(b"}")
        assert b" 409 " in line.recv(100)

    def test_is_judged_at_the_instant_when_all_is_there(self, world, line):
        time.sleep(SLOWLY)
        whole = timezone.now()
        line.sendall(b"}")
        assert b" 201 " in line.recv(100)
        assert Authorization.objects.get(registrant=world.ready.registrant).issued_at >= whole
