"""What a command may do without on a desk where nothing is set up yet.

A service reads everything from its environment. Some commands serve nobody, so they need
no secret; and two bring their own servers.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from config.demo.alone import RUNNING, alone_in
from config.local_servers import free_port, is_running, local_servers
from config.stopping import STOPPING
from config.supervision import ServerFailed

# They answer no request and sign nothing that outlives them.
NEED_NO_SECRET = {
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "makemessages",
    "makemigrations",
    "rehearse",
    "rulebook",
    "spectacular",
    "sqlmigrate",
    "verify_consent",
}
# They keep max_migration.txt beside the migrations, which only these settings know of.
WRITE_MIGRATIONS = {"create_max_migration_files", "makemigrations", "rebase_migration"}
# They write to no database but their own scratch ones.
BRING_SCRATCH_SERVERS = {"rehearse"}
# They keep what they make here between runs.
BRING_LASTING_SERVERS = {"demo"}
ROOM_FOR_SCRATCH = 4 << 30
DEMO_FOLDER = Path(os.environ.get("DEMO_FOLDER") or Path(__file__).resolve().parent.parent / ".demo").resolve()
SECONDS_FOR_FORMER_DEMO = 5  # one that was killed takes a moment to let go of its data
ASK_FOR_HELP = {"-h", "--help"}


@contextlib.contextmanager
def prepared_for(arguments: Sequence[str]) -> Iterator[None]:
    """Set what the named command may do without, for as long as it runs.

    Nothing that the environment already says is changed.

    :param arguments: the command line without the program's own name.
    """
    command = arguments[0] if arguments else "help"
    with contextlib.ExitStack() as held:
        written = command in WRITE_MIGRATIONS
        helped = not ASK_FOR_HELP.isdisjoint(arguments)
        if command in BRING_LASTING_SERVERS and not helped:
            os.environ["DJANGO_SETTINGS_MODULE"] = "config.demo.settings"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test" if written else "config.settings")
        if (command in NEED_NO_SECRET or helped) and "--deploy" not in arguments:
            os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
        if command in BRING_SCRATCH_SERVERS and not helped and not os.environ.get("DATABASE_URL"):
            scratch = held.enter_context(tempfile.TemporaryDirectory(prefix="pledge-", dir=_memory_with_room()))
            os.environ.update(held.enter_context(local_servers(Path(scratch), durable=False)))
        if command in BRING_LASTING_SERVERS and not helped:
            STOPPING.listen()
            held.enter_context(alone_in(DEMO_FOLDER))
            if "--reset" in arguments:
                _forget_demo()
            _prepare_demo()
            os.environ.update(held.enter_context(local_servers(DEMO_FOLDER, durable=True)))
        yield


def _memory_with_room() -> Path | None:
    """Give a folder in memory with room to spare: a database that lasts a second need not see a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    if not memory.is_dir() or not os.access(memory, os.W_OK):
        return None
    return memory if shutil.disk_usage(memory).free >= ROOM_FOR_SCRATCH else None


def _forget_demo() -> None:
    deadline = time.monotonic() + SECONDS_FOR_FORMER_DEMO
    while is_running(DEMO_FOLDER / "postgres"):
        if time.monotonic() > deadline:
            raise ServerFailed(
                f"A PostgreSQL runs with its data in {DEMO_FOLDER}; stop it before the demo begins anew."
            )
        time.sleep(0.1)
    for kept in DEMO_FOLDER.iterdir():
        if kept.is_dir():
            shutil.rmtree(kept, ignore_errors=True)
        elif kept.name != RUNNING:
            kept.unlink()


def _prepare_demo() -> None:
    key = DEMO_FOLDER / "secret-key.txt"
    if not key.exists() or not key.read_text():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(64))
    os.environ.setdefault("SECRET_KEY", key.read_text())
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost")
    os.environ.setdefault("HTTPS", "off")
    os.environ.setdefault("SEAL_FOLDER", str(DEMO_FOLDER / "seal"))
    os.environ.setdefault("STATIC_COLLECTED", "off")
    # Not what the environment says: the demo's mail is caught on a port of its own.
    os.environ["EMAIL_PORT"] = str(free_port())
    # A database that somebody named is theirs: the demo neither mixes into it nor drops it.
    os.environ["DEMO_DATABASE"] = "named" if os.environ.get("DATABASE_URL") else "own"
