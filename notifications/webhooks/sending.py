"""One webhook sent: to the very address that was judged, under the name it must prove, within a few seconds.

The name is resolved once, every address it leads to must be public, and the connection is made to one of those: it
cannot lead elsewhere a moment later. Redirects are not followed, no proxy is asked, and nothing of an answer is read
but its status.
"""

import os
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from http.client import HTTPException
from threading import Timer
from time import monotonic
from typing import NamedTuple

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from notifications.webhooks.addresses import Target, WrongAddress, is_public, target_of

AGENT = "Pledge-Webhooks/1"
NOT_KNOWN, NOT_PUBLIC = "Its name is not known to the internet", "Its name leads to an address that is not public"
NOT_PROVED = "Its certificate does not prove its name, or nobody we trust vouches for it"
NOT_REACHED, BROKEN_OFF = "Nothing took the connection", "The connection broke off before an answer"


class Route(NamedTuple):
    """How a name becomes an address, which addresses may be reached, and whom we trust to vouch for a certificate."""

    addresses_of: Callable[[str, int], list[str]]
    may_reach: Callable[[str], bool]
    trust: Callable[[], ssl.SSLContext]


def resolved(name: str, port: int) -> list[str]:
    """Give every address that a name leads to, in the order in which the system would try them.

    :raises OSError: where it leads nowhere.
    """
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


PUBLIC_INTERNET = Route(resolved, is_public, cache(ssl.create_default_context))


class Try(NamedTuple):
    """What came of one try: the answer's status where there was one, in words, and how long it took."""

    status_code: int | None
    outcome: str
    milliseconds: int

    @property
    def arrived(self) -> bool:
        """Whether the receiver said that it has it."""
        return self.status_code is not None and 200 <= self.status_code < 300


def send(address: str, body: bytes, headers: Mapping[str, str], *, seconds: float, route: Route) -> Try:
    """Post a body to an address and give what came of it; nothing is raised.

    :param seconds: how long everything may take once the name is resolved, connecting and answering together.
    """
    began = monotonic()
    status_code, outcome = _sent(address, body, headers, seconds, route)
    return Try(status_code, outcome, int((monotonic() - began) * 1000))


def _sent(
    address: str, body: bytes, headers: Mapping[str, str], seconds: float, route: Route
) -> tuple[int | None, str]:
    try:
        target = target_of(address)
        reached = route.addresses_of(target.name, target.port)
    except WrongAddress as wrong:
        return None, f"Not sent: {wrong}"[:120]
    except (OSError, UnicodeError):
        return None, NOT_KNOWN
    if not reached or not all(route.may_reach(one) for one in reached):
        return None, NOT_PUBLIC
    return _posted(_Pinned(target, reached, seconds, route.trust()), target, body, headers)


def _posted(connection: "_Pinned", target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
    told = {"Content-Type": "application/json", "User-Agent": AGENT, **headers}
    try:
        connection.request("POST", target.path, body=body, headers=told, preload_content=False)
        status_code = connection.getresponse().status
    except (OSError, HTTPError, HTTPException, ValueError) as failure:
        return None, connection.outcome_of(failure)
    finally:
        connection.give_up()
    redirects = 300 <= status_code < 400
    return status_code, f"Answered {status_code}" + (": a redirect, which is not followed" if redirects else "")


class _Pinned(HTTPSConnection):
    """A connection under a target's name, to addresses that were judged; when its time is over it is cut off.

    A time limit of the socket's own begins anew with each byte, and a slow receiver would hold it for hours.
    """

    def __init__(self, target: Target, reached: list[str], seconds: float, trust: ssl.SSLContext) -> None:
        super().__init__(target.name, target.port, timeout=seconds, ssl_context=trust)
        self._reached, self._ends, self._seconds = reached, monotonic() + seconds, seconds
        self._wire: socket.socket | None = None
        self._cut = Timer(seconds, self._cut_off)
        self._cut.daemon = True
        self._was_cut = False

    def _new_conn(self) -> socket.socket:
        failure: OSError = OSError("no address")
        for address in self._reached:
            left = self._ends - monotonic()
            if left <= 0:
                break
            try:
                wire = socket.create_connection((address, self.port or 0), timeout=left)
            except OSError as refused:
                failure = refused
                continue
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._wire = socket.socket(fileno=os.dup(wire.fileno()))  # lives on when TLS has taken over the other
            self._cut.start()
            return wire
        raise failure

    def _cut_off(self) -> None:
        self._was_cut = True
        if self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def outcome_of(self, failure: Exception) -> str:
        """Give in words why no answer came."""
        if self._was_cut or monotonic() >= self._ends or isinstance(failure, TimeoutError):
            return f"No answer within {self._seconds:g} seconds"
        if isinstance(failure, ssl.SSLCertVerificationError):
            return NOT_PROVED
        return NOT_REACHED if self._wire is None else BROKEN_OFF

    def give_up(self) -> None:
        """Close everything, whatever is still to come."""
        self._cut.cancel()
        self.close()
        if self._wire is not None:
            self._wire.close()
