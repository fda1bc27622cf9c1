"""One demo at a time in a folder: a second one is told at once, and where the first is."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from config.supervision import ServerFailed

RUNNING = "running.txt"


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the folder's only demo for as long as the block runs; the kernel ends it with the process at the latest.

    :raises ServerFailed: saying where the other one is, when there is one.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / RUNNING).open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = (folder / RUNNING).read_text().strip()
            raise ServerFailed(
                f"A demo is running already with its data in {folder} ({where or 'it is just starting'}); "
                "stop it first, or name another folder in DEMO_FOLDER."
            ) from None
        say_where(folder, f"process {os.getpid()}")
        yield


def say_where(folder: Path, where: str) -> None:
    """Say where this folder's demo is, for whoever starts a second one."""
    (folder / RUNNING).write_text(f"{where}\n")
