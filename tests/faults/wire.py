"""Between the service and PostgreSQL: reads the wire and springs a trap at one of its points.

A point is a statement, from its first byte to the server's *ready for query*. A trap is sprung before the statement is
passed on, or after PostgreSQL has carried it out and before its reply is. Nothing of the service knows of it.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

NAME = ".s.PGSQL.5432"
_REFUSED_FIRST = {80877103, 80877104}  # whether TLS or GSS is spoken
_PEER = struct.Struct("3i")


class Cut(Exception):
    """The conversation ends here."""


@dataclass
class Talk:
    """One connection of the service: whose process it is, and which process of PostgreSQL's answers it."""

    client: socket.socket
    server: socket.socket
    client_pid: int
    server_pid: int = 0
    said: str = ""  # the statement at this point
    words: dict[bytes, str] = field(default_factory=dict)  # of statements that were prepared


@dataclass
class Trap:
    """What happens at a point, once: ``act`` is given the talk; where it raises :class:`Cut`, nothing is passed on.

    :param point: the how-manieth statement from now on; or the beginning of one.
    :param after: whether PostgreSQL has carried the statement out.
    """

    act: Callable[[Talk], None]
    point: int | str
    after: bool = False
    sprung: threading.Event = field(default_factory=threading.Event)
    talk: Talk | None = None
    passed: int = 0

    def meets(self, talk: Talk, *, after: bool) -> bool:
        """Count a point, and tell whether it is the one."""
        if after is not self.after or self.sprung.is_set():
            return False
        self.passed += 1
        return talk.said.startswith(self.point) if isinstance(self.point, str) else self.passed == self.point


class Wire:
    """Listens where the service looks for PostgreSQL, and passes on what is said."""

    def __init__(self, folder: Path, server: Path) -> None:
        """Take the folder to listen in, and the one in which PostgreSQL does."""
        self.server = server / NAME
        self.trap: Trap | None = None
        self.without: re.Pattern[bytes] | None = None  # what is taken out of every statement that is prepared or said
        self._counting = threading.Lock()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / NAME))
        self._door.listen(128)
        threading.Thread(target=self._welcome, daemon=True).start()

    def close(self) -> None:
        """Listen no longer."""
        self._door.close()

    def set_trap(self, act: Callable[[Talk], None], point: int | str, *, after: bool = False) -> Trap:
        """Lay a trap, in place of the one that was there."""
        self.trap = Trap(act, point, after)
        return self.trap

    def _welcome(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=[client], daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError, Cut):
            server.connect(str(self.server))
            peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
            talk = Talk(client, server, _PEER.unpack(peer)[0])
            server.sendall(_first(client))
            client.sendall(_reply(talk))
            while True:
                asked = _question(talk, self.without)
                self._at_point(talk, after=False)
                server.sendall(asked)
                answered = _reply(talk)
                self._at_point(talk, after=True)
                client.sendall(answered)

    def _at_point(self, talk: Talk, *, after: bool) -> None:
        with self._counting:
            trap = self.trap
            if trap is None or not trap.meets(talk, after=after):
                return
            trap.talk = talk
            trap.sprung.set()
        trap.act(talk)


def _first(client: socket.socket) -> bytes:
    while True:
        length = _exactly(client, 4)
        rest = _exactly(client, int.from_bytes(length) - 4)
        if int.from_bytes(rest[:4]) not in _REFUSED_FIRST:
            return length + rest
        client.sendall(b"N")


def _question(talk: Talk, without: re.Pattern[bytes] | None) -> bytes:
    """Give all that is asked until an answer is waited for, less what is to be left out."""
    asked = b""
    while True:
        kind, message = _message(talk.client)
        if without is not None and kind in b"QP":
            left = without.sub(b"", message[4:])
            message = (len(left) + 4).to_bytes(4) + left
        asked += kind + message
        body = message[4:]
        if kind == b"Q":
            talk.said = body.rstrip(b"\0").decode().strip()
        elif kind == b"P":
            name, words, _ = body.split(b"\0", 2)
            talk.said = talk.words[name] = words.decode().strip()
        elif kind == b"B":
            talk.said = talk.words.get(body.split(b"\0", 2)[1], "")
        if kind == b"X":
            talk.server.sendall(asked)
            raise Cut
        if kind in b"QS":
            return asked


def _reply(talk: Talk) -> bytes:
    """Give all that is answered until PostgreSQL is ready again, or has closed."""
    answered = b""
    while True:
        try:
            kind, message = _message(talk.server)
        except (Cut, OSError):
            talk.client.sendall(answered)
            raise
        answered += kind + message
        if kind == b"K":
            talk.server_pid = int.from_bytes(message[4:8])
        if kind == b"Z":
            return answered


def _message(sender: socket.socket) -> tuple[bytes, bytes]:
    kind = _exactly(sender, 1)
    length = _exactly(sender, 4)
    return kind, length + _exactly(sender, int.from_bytes(length) - 4)


def _exactly(sender: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        part = sender.recv(length - len(got))
        if not part:
            raise Cut
        got += part
    return got
