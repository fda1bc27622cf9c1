"""Web, worker and beat as children of the demo."""

import contextlib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM
from typing import NamedTuple

from config.supervision import supervised, wait_until

HOST = "127.0.0.1"
THREADS = 4  # as many requests at once as a desk asks for


class Child(NamedTuple):
    """One running child and where its words go."""

    name: str
    running: subprocess.Popen[bytes]
    log: Path


@contextlib.contextmanager
def served(folder: Path, *, port: int) -> Iterator[list[Child]]:
    """Run web, worker and beat for as long as the block runs; the web answers when it begins.

    :param folder: where their logs go.
    :raises ServerFailed: with the web server's last words, when it does not come up.
    """
    python = [sys.executable, "-m"]
    web = ["granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws"]
    web += ["--blocking-threads", str(THREADS), "--backpressure", "32", "config.wsgi:application"]
    celery = ["celery", "-A", "config", "--quiet"]
    commands = {
        "web": web,
        "worker": [
            *celery,
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "info",
            "--without-gossip",
            "--without-mingle",
        ],
        "beat": [*celery, "beat", "--loglevel", "info", "--pidfile="],
    }
    with contextlib.ExitStack() as running:
        children = []
        for name, command in commands.items():
            log = folder / f"{name}.log"
            child = running.enter_context(supervised([*python, *command], log=log, stop_with=SIGTERM))
            children.append(Child(name, child, log))
        first = children[0]
        wait_until(lambda: _is_ready(port), first.running, log=first.log, name="The web server")
        yield children


def ended(children: list[Child]) -> Child | None:
    """Give the first child that has ended, if one has."""
    return next((child for child in children if child.running.poll() is not None), None)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
