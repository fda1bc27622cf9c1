"""The web server as the image runs it, and a client that speaks to it over the network."""

from __future__ import annotations

import http.client
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpResponse

from config.local_servers import free_port
from config.supervision import Become, supervised, wait_until
from tests.architecture.source import ROOT

HOST = "127.0.0.1"
LOST = (ConnectionError, http.client.HTTPException, TimeoutError)


@dataclass
class Client:
    """Asks over the network, and gives what a test's own client would."""

    port: int
    seconds: float = 30

    def generic(
        self, method: str, path: str, content: bytes | str, *, content_type: str, headers: dict[str, str]
    ) -> HttpResponse:
        """Make one request over a connection of its own.

        :raises OSError, HTTPException: where the answer does not come.
        """
        connection = http.client.HTTPConnection(HOST, self.port, timeout=self.seconds)
        try:
            connection.request(method, path, content, {"Content-Type": content_type, **headers})
            answer = connection.getresponse()
            kept = {name: word for name, word in answer.getheaders() if name.lower() != "transfer-encoding"}
            return HttpResponse(answer.read(), status=answer.status, headers=kept)
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether the service answers, its database too."""
        try:
            return self.generic("GET", "/readyz", b"", content_type="text/plain", headers={}).status_code == 200
        except LOST:
            return False


def in_the_image(port: int) -> list[str]:
    """Give the command of the image, for this machine and port."""
    (command,) = (line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))
    program, *words = json.loads(command.removeprefix("CMD "))
    words[words.index("--host") + 1] = HOST
    words[words.index("--port") + 1] = str(port)
    return [str(Path(sys.executable).with_name(program)), *words]


def one_each(port: int) -> list[str]:
    """Give the command of the server whose every request is a process of its own."""
    return [sys.executable, "-m", "tests.faults.one_each", str(port)]


@contextmanager
def serving(command: Callable[[int], list[str]], database_url: str, log: Path, **environment: str) -> Iterator[Client]:
    """Run a web server on a database, with the settings of production, until the block ends."""
    port = free_port()
    named = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url,
        "SECRET_KEY": "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
        "ALLOWED_HOSTS": HOST,
        "PUBLIC_ADDRESS": f"http://{HOST}",
        "HTTPS": "off",
        "STATIC_COLLECTED": "off",
        **environment,
    }
    become = Become(prefix=("env", *(f"{name}={value}" for name, value in named.items())))
    with supervised(command(port), log=log, stop_with=signal.SIGTERM, become=become) as server:
        client = Client(port)
        wait_until(client.is_ready, server, log=log, name="the web server")
        yield client
