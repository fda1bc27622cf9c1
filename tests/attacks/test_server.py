"""A real server under hostile requests: bodies without a length, without an end, and far too large."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from config.local_servers import free_port

ANSWERS_WITHIN = 1.0
HEAD = "POST /api/v1/eligibility-checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The service as the image runs it, less one worker; no call of these comes as far as the database."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port",
               str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "error",
               "config.wsgi:application"]  # fmt: skip
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def answers(port: int) -> bool:
    try:
        return sent(port, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").startswith(
            b"HTTP/1.1 200"
        )
    except OSError:
        return False


def sent(port: int, *parts: bytes, patience: float = 10.0) -> bytes:
    """Send the parts of a request one by one, and give the beginning of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as line:
        try:
            for part in parts:
                line.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused before it was all sent
        return line.recv(65536)


@contextmanager
def never_ending(port: int, head: str) -> Iterator[None]:
    """Hold many more requests open than there are threads, each with a body that does not end."""
    with ExitStack() as lines:
        for _ in range(32):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
        yield


@pytest.mark.slow
class TestTheServer:
    def test_refuses_a_body_that_claims_to_be_huge_without_reading_it(self, port: int) -> None:
        begun = time.monotonic()
        answer = sent(port, f"{HEAD}Content-Length: 10000000000\r\n\r\n".encode(), b"{" * 1024)
        assert b" 413 " in answer.split(b"\r\n")[0] or b" 401 " in answer.split(b"\r\n")[0], answer[:200]
        assert time.monotonic() - begun < 10 * ANSWERS_WITHIN

    def test_refuses_a_body_in_chunks_that_tells_no_length(self, port: int) -> None:
        chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
        answer = sent(port, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode(), chunk, b"0\r\n\r\n")
        assert answer.split(b" ")[1] in {b"400", b"401", b"411"}, answer[:200]

    def test_waits_for_no_body_of_who_brings_no_key(self, port: int) -> None:
        with never_ending(port, HEAD):
            assert answers(port)

    def test_answers_again_once_senders_with_a_key_have_gone(self, port: int) -> None:
        """While they stay they hold every thread; a proxy that takes requests in whole keeps them out (operations)."""
        with never_ending(port, f"{HEAD}Authorization: Bearer x\r\n"):
            pass
        assert answers(port)

    @pytest.mark.parametrize(
        "request_line",
        [b"GET /api/v1/authorizations/\x00 HTTP/1.1", b"TRACE / HTTP/1.1", b"GET /api/v1/%00%0d%0aX:1 HTTP/1.1",
         b"GET http://evil.example/ HTTP/1.1", b"GET /../../etc/passwd HTTP/1.1", b"\x16\x03\x01\x02\x00"],
    )  # fmt: skip
    def test_refuses_a_strange_request_line(self, port: int, request_line: bytes) -> None:
        answer = sent(port, request_line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert not answer or answer.split(b" ")[1][:1] == b"4", answer[:200]
        assert answers(port)
