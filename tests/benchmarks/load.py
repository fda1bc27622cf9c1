"""Requests over a few connections for a while: how many are answered, and how long each takes."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.benchmarks.application import WrongAnswer
from tests.benchmarks.calls import HOST, Call


class Pace(NamedTuple):
    """What a run showed: requests a second, and two of the times one took, in milliseconds."""

    per_second: float
    p50: float
    p99: float


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
            self.socket = socket.create_connection((HOST, self.port), timeout=10)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.asked_at = time.perf_counter()
        self.socket.sendall(self.call.wire())
        return True

    def take(self) -> float | None:
        """Read what has come; give the seconds it took once the answer is whole."""
        piece = self.socket.recv(65536)
        self.received += piece
        head, gap, body = self.received.partition(b"\r\n\r\n")
        if piece and not (gap and len(body) >= _length(head)):
            return None
        took = time.perf_counter() - self.asked_at
        if int(head[9:12]) != self.call.status:
            raise WrongAnswer(f"{self.call.kind} {self.call.path}: {self.received.decode()}")
        if b"connection: close" in head.lower():
            self.close()
        return took

    def close(self) -> None:
        """Hang up."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def pace_of(port: int, calls: Sequence[Call], connections: int, seconds: float) -> Pace:
    """Ask over so many connections for so long, or until the calls run out."""
    remaining = iter(calls)
    clients = [Connection(port, remaining) for _ in range(connections)]
    times: list[float] = []
    began = time.perf_counter()
    with selectors.DefaultSelector() as waiting:
        for client in clients:
            _ask(waiting, client)
        while waiting.get_map():
            for key, _ in waiting.select():
                took = key.data.take()
                if took is not None:
                    waiting.unregister(key.fileobj)
                    times.append(took)
                    if time.perf_counter() - began < seconds:
                        _ask(waiting, key.data)
    elapsed = time.perf_counter() - began
    for client in clients:
        client.close()
    times.sort()
    return Pace(len(times) / elapsed, *(1000 * times[int(len(times) * part)] for part in (0.5, 0.99)))


def _ask(waiting: selectors.BaseSelector, client: Connection) -> None:
    if client.ask():
        waiting.register(client.socket, selectors.EVENT_READ, client)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
