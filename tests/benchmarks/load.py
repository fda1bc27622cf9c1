"""Requests over a few connections for a while: how many are answered, and how long each takes.

One thread asks over all of them, and says how much of a core it took: near a whole one, it is what was measured.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.benchmarks.application import WrongAnswer
from tests.benchmarks.calls import HOST, Call

SHED = frozenset({429, 503})
LONGEST = 30.0  # seconds that an answer may take


class Pace(NamedTuple):
    """What a run showed, of the calls that were answered as they should be.

    Requests a second, two of the times one took in milliseconds, how many were turned away (429 and 503), and which
    part of a core asking took.
    """

    per_second: float
    p50: float
    p99: float
    shed: int
    asking: float


class Connection:
    """One client that asks again as soon as it is answered; connects again where the server hangs up."""

    def __init__(self, port: int, calls: Iterator[Call]) -> None:
        """Take the server's port and the calls, which several connections share."""
        self.port = port
        self.calls = calls
        self.socket: socket.socket | None = None

    def ask(self) -> bool:
        """Send the next call, if there is one."""
        self.call = next(self.calls, None)
        if self.call is None:
            return False
        if self.socket is None:
            self.socket = socket.create_connection((HOST, self.port), timeout=LONGEST)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.asked_at = time.perf_counter()
        self.socket.sendall(self.call.wire())
        return True

    def take(self) -> tuple[int, float] | None:
        """Read what has come; once the answer is whole, give its status and the seconds it took.

        :raises WrongAnswer: where it is neither what the call is to be answered with nor a turning away.
        """
        piece = self.socket.recv(65536)
        self.received += piece
        head, gap, body = self.received.partition(b"\r\n\r\n")
        if piece and not (gap and len(body) >= _length(head)):
            return None
        took = time.perf_counter() - self.asked_at
        status = int(head[9:12] or 0)
        if status != self.call.status and status not in SHED:
            raise WrongAnswer(f"{self.call.kind} {self.call.path}: {self.received.decode()!r}")
        if b"connection: close" in head.lower():
            self.close()
        return status, took

    def close(self) -> None:
        """Hang up."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def pace_of(port: int, calls: Sequence[Call], connections: int, seconds: float) -> Pace:
    """Ask over so many connections for so long, or until the calls run out.

    :raises WrongAnswer: where one is answered otherwise than it is to be, or not at all.
    """
    remaining = iter(calls)
    clients = [Connection(port, remaining) for _ in range(connections)]
    times: list[float] = []
    shed = 0
    began, own = time.perf_counter(), time.process_time()
    with selectors.DefaultSelector() as waiting:
        for client in clients:
            _ask(waiting, client)
        while waiting.get_map():
            ready = waiting.select(LONGEST)
            if not ready:
                raise WrongAnswer(f"{len(waiting.get_map())} of {connections} connections wait for {LONGEST:.0f} s")
            for key, _ in ready:
                answered = key.data.take()
                if answered is not None:
                    waiting.unregister(key.fileobj)
                    if answered[0] in SHED:
                        shed += 1
                    else:
                        times.append(answered[1])
                    if time.perf_counter() - began < seconds:
                        _ask(waiting, key.data)
    elapsed, own = time.perf_counter() - began, time.process_time() - own
    for client in clients:
        client.close()
    times.sort()
    p50, p99 = (1000 * times[int(len(times) * part)] for part in (0.5, 0.99))
    return Pace(len(times) / elapsed, p50, p99, shed, own / elapsed)


def _ask(waiting: selectors.BaseSelector, client: Connection) -> None:
    if client.ask():
        waiting.register(client.socket, selectors.EVENT_READ, client)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
