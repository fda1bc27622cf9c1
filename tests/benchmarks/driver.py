"""Runs inside the measured process: makes as many calls of a kind as the benchmark asks for, and answers when done.

Reads lines such as ``eligibility check 25`` and writes ``done``.
"""

import os
import sys

import psycopg

from tests.benchmarks.application import Application
from tests.benchmarks.calls import calls_about, ready_people, take_back

ENOUGH = 500


def main() -> None:
    """Serve the benchmark until it closes the pipe."""
    application = Application()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        people = ready_people(connection, ENOUGH)
        for line in sys.stdin:
            kind, _, wanted = line.strip().rpartition(" ")
            if kind:
                for call in calls_about(kind, people)[: int(wanted)]:
                    application(call)
            else:
                take_back(connection)
            print("done", flush=True)


if __name__ == "__main__":
    main()
