"""The web servers that were tried, each as it would run on two cores, and how they pace."""

import itertools
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks.calls import BASELINE, CHECK, HOST, Call, Person, calls_about, take_back
from tests.benchmarks.load import Pace, pace_of

APPLICATION = "tests.benchmarks.wsgi:application"
SECONDS, ROUNDS = 2.0, 3
_TOGETHER = "--host {host} --port {port} --log-level error --no-ws --workers 2"
COMMANDS = {
    "granian, 2 workers": f"granian --interface wsgi {_TOGETHER} --blocking-threads 1 {{application}}",
    "granian, 2 workers of 4 threads": f"granian --interface wsgi {_TOGETHER} --blocking-threads 4 {{application}}",
    "gunicorn, 2 workers": "gunicorn --bind {host}:{port} --log-level error --workers 2 {application}",
    "gunicorn, 2 workers of 4 threads": (
        "gunicorn --bind {host}:{port} --log-level error --workers 2 --threads 4 {application}"
    ),
}


@contextmanager
def serving(command: str) -> Iterator[int]:
    """Run a server and give its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    program, *arguments = command.format(host=HOST, port=port, application=APPLICATION).split()
    server = subprocess.Popen([str(Path(sys.executable).with_name(program)), *arguments], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def paces(
    port: int, connection: psycopg.Connection, people: Sequence[Person], kinds: Sequence[str], clients: int
) -> dict[str, Pace]:
    """Measure kinds of calls in turns of two seconds, and give the middle of what each showed."""
    shown: dict[str, list[Pace]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind in kinds:
            take_back(connection)
            shown[kind].append(pace_of(port, _enough(kind, people), clients, SECONDS))
    take_back(connection)
    return {
        kind: Pace(*(statistics.median(pace[place] for pace in turns) for place in range(3)))
        for kind, turns in shown.items()
    }


def _enough(kind: str, people: Sequence[Person]) -> Sequence[Call]:
    calls = calls_about(kind, people)
    if kind in {BASELINE, CHECK}:
        return list(itertools.islice(itertools.cycle(calls), 10_000))
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
