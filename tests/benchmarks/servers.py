"""The web servers that were tried, each as it would run on two cores, and how they pace."""

import itertools
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks.calls import AUTHORIZE, DISPENSE, HOST, Call, Person, calls_about, take_back
from tests.benchmarks.load import Pace, pace_of

APPLICATION = "tests.benchmarks.wsgi:application"
SECONDS, ROUNDS = 2.0, 3
_TOGETHER = "--interface wsgi --host {host} --port {port} --log-level error --no-ws --workers 2"
DOCKERFILE = Path(__file__).resolve().parents[2] / "Dockerfile"


def image_command() -> str:
    """Give the command that the image runs, with room for where it listens and what it serves."""
    (line,) = (line for line in DOCKERFILE.read_text().splitlines() if line.startswith("CMD "))
    words = json.loads(line.removeprefix("CMD "))
    words[words.index("--host") + 1], words[words.index("--port") + 1] = "{host}", "{port}"
    return " ".join([*words[:-1], "--log-level", "error", "{application}"])


CHOSEN = "granian, 2 workers of 4 threads"
COMMANDS = {
    CHOSEN: image_command(),
    "granian, 2 workers": f"granian {_TOGETHER} --blocking-threads 1 {{application}}",
    "gunicorn, 2 workers": "gunicorn --bind {host}:{port} --log-level error --workers 2 {application}",
    "gunicorn, 2 workers of 4 threads": (
        "gunicorn --bind {host}:{port} --log-level error --workers 2 --threads 4 {application}"
    ),
}


@contextmanager
def serving(command: str, application: str = APPLICATION) -> Iterator[int]:
    """Run a server of an application and give its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    program, *arguments = command.format(host=HOST, port=port, application=application).split()
    server = subprocess.Popen([str(Path(sys.executable).with_name(program)), *arguments], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def paces(
    port: int,
    connection: psycopg.Connection,
    people: Sequence[Person],
    kinds: Sequence[str],
    clients: int,
    *,
    one_key: bool = False,
) -> dict[str, Pace]:
    """Measure kinds of calls in turns of two seconds, and give the middle of what each showed."""
    shown: dict[str, list[Pace]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind in kinds:
            take_back(connection)
            shown[kind].append(pace_of(port, _enough(kind, people, one_key=one_key), clients, SECONDS))
    take_back(connection)
    return {
        kind: Pace(*(statistics.median(pace[place] for pace in turns) for place in range(len(Pace._fields))))
        for kind, turns in shown.items()
    }


def _enough(kind: str, people: Sequence[Person], *, one_key: bool) -> Sequence[Call]:
    calls = calls_about(kind, people, one_key=one_key)
    if kind not in {AUTHORIZE, DISPENSE}:
        return list(itertools.islice(itertools.cycle(calls), 20_000))
    return calls  # each person is authorized or dispensed to once, so a short run ends with the people


def _wait_for(port: int, server: subprocess.Popen) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("the web server did not start")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server does not answer")
