"""Child servers that are waited for when they start and never outlive us."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

SECONDS_TO_START = 60
SECONDS_TO_STOP = 15


class ServerFailed(Exception):
    """A local server could not be found, started or reached; the text says which and why."""


class Become:
    """Who a server is when it runs.

    :param prefix: a command put before the server's own.
    :param user: the id of the user and group it runs as, where not our own.
    """

    def __init__(self, prefix: tuple[str, ...] = (), user: int | None = None) -> None:
        self.prefix = prefix
        self.user = user

    @property
    def options(self) -> Mapping[str, Any]:
        """What ``subprocess`` is told about it."""
        return {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}


@contextlib.contextmanager
def supervised(
    command: list[str], *, log: Path, stop_with: signal.Signals, become: Become | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for as long as the block runs, its words going to the log.

    :param stop_with: the signal by which it stops well; the kernel sends the same one
        when the thread that started it dies (on Linux; elsewhere only a normal exit stops it).
    :return: the running process, perhaps not ready yet.
    """
    become = become or Become()
    with log.open("wb") as words:
        server = subprocess.Popen(
            [*become.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we stop servers in order
            preexec_fn=_die_with_parent(stop_with),  # noqa: PLW1509 (two system calls, no lock is taken)
            **become.options,
        )
    atexit.register(_stop, server, stop_with)
    try:
        yield server
    finally:
        _stop(server, stop_with)


def wait_until(ready: Callable[[], bool], server: subprocess.Popen[bytes], *, log: Path, name: str) -> None:
    """Return when the server is ready.

    :raises ServerFailed: with its last words, when it ends or takes too long.
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            last_words = log.read_text(errors="replace").strip()[-1500:]
            raise ServerFailed(f"{name} did not start (its log is {log}):\n{last_words}")
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs, ours or not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _die_with_parent(stop_with: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    parent, prctl, set_death_signal = os.getpid(), ctypes.CDLL(None).prctl, 1

    def ask_kernel() -> None:
        prctl(set_death_signal, int(stop_with))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_kernel


def _stop(server: subprocess.Popen[bytes], stop_with: signal.Signals) -> None:
    for how in (stop_with, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(SECONDS_TO_STOP)
