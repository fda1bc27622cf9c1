"""The demo's environment as a file, so that commands in another shell work on its data while it runs."""

import contextlib
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from config.demo.private import write_privately

ENVIRONMENT = "environment.sh"
NAMES = (
    "DJANGO_SETTINGS_MODULE",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "HTTPS",
    "PUBLIC_ADDRESS",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_PORT",
    "SEAL_FOLDER",
    "STATIC_COLLECTED",
)


@contextlib.contextmanager
def environment_written(folder: Path) -> Iterator[None]:
    """Keep what this process's environment says in the folder for as long as the block runs.

    Servers of our own have another port and password at every start, so nothing of it is of use afterwards.
    """
    said = {name: os.environ[name] for name in NAMES if name in os.environ}
    write_privately(
        folder / ENVIRONMENT, "".join(f"export {name}={shlex.quote(word)}\n" for name, word in said.items())
    )
    try:
        yield
    finally:
        (folder / ENVIRONMENT).unlink(missing_ok=True)
