"""The launch day: ``python -m tests.benchmarks.launch_day [SIZE] [MINUTES]``, or ``make launch-day SIZE=1000000``.

Every certified prescriber and pharmacy comes at once, a day's work in an hour, while the nightly work runs. It loads a
made-up program, starts the web server as the image does, plays one machine's share (``arrivals``) for so many minutes,
and tells how every kind of request was answered. It fails where one was answered with an error other than 429.
"""

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from datetime import time as time_of_day
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.benchmarks.__main__ import tell
from tests.benchmarks.arrivals import CLINIC, COUNTER, MACHINES, MORNING, arrivals, share, shown
from tests.benchmarks.errands import Clinic, at_the_clinic, at_the_counter, clinics_with_work, in_the_morning
from tests.benchmarks.visitor import Answers, NotAnswered, Visitor

USUAL_SIZE, USUAL_MINUTES = 10_000, 3.0
THREADS = 200
TOLD_EVERY = 15  # seconds
KIND, COLUMNS = "the launch day", ["request", "answered", "p50 / p99 ms", "turned away (429)", "errors"]


def main() -> None:
    """Load, play, print and keep."""
    from config.local_servers import local_servers
    from tests.benchmarks.measuring import _database
    from tests.benchmarks.world import load

    size = int(sys.argv[1]) if len(sys.argv) > 1 else USUAL_SIZE
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else USUAL_MINUTES
    folder = Path(tempfile.mkdtemp(prefix="pledge-bench-"))
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    try:
        with local_servers(folder, durable=True) as servers:
            os.environ.update(servers, **surroundings())
            os.environ["DATABASE_URL"] = _database(servers["DATABASE_URL"], "launch_day")
            load(os.environ["DATABASE_URL"], size, datetime.now(UTC), tell)
            answers = launched(size, minutes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(1 if answers.wrong else 0)


def surroundings() -> dict[str, str]:
    """Give the environment of a server at a desk, with everything else as the image has it."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
        "STATIC_COLLECTED": "off",
        "LOG_LEVEL": "error",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def launched(registrants: int, minutes: float) -> Answers:
    """Play the launch on a loaded program, which the environment names; print and keep what it showed."""
    import django

    django.setup()
    from tests.benchmarks.report import keep, table
    from tests.benchmarks.servers import CHOSEN, COMMANDS, serving

    answers = Answers()
    errands = _errands(answers)
    with serving(COMMANDS[CHOSEN], "config.wsgi:application") as port, _night() as report_of_night:
        began = time.monotonic()
        late = _play(lambda kind: errands[kind](port), minutes * 60, answers)
        seconds = time.monotonic() - began
        tell("waiting for the nightly work")
        (swept,) = report_of_night()
    text = "\n\n".join(
        [
            f"### The launch day, measured on {datetime.now(UTC):%Y-%m-%d}, 2 cores",
            _told(registrants, seconds, late, answers),
            _told_of_the_night(swept),
            table(COLUMNS, shown(answers.all)),
        ]
    )
    print(f"\n{text}", *answers.wrong[:20], sep="\n")
    keep(KIND, text)
    return answers


def _told(registrants: int, seconds: float, late: float, answers: Answers) -> str:
    rates = ", ".join(f"{kind} {rate:.2f}" for kind, rate in share().a_second.items())
    at_once = ", ".join(f"{kind} {many}" for kind, many in share().at_once.items())
    return (
        f"{registrants:,} registrants; one {MACHINES}th of the country's launch for {seconds / 60:.1f} minutes. "
        f"Errands that begin at once: {at_once}; then in each second: {rates}. {len(answers.all):,} requests, "
        f"{len(answers.all) / seconds:.0f} a second; answered with an error other than 429: {len(answers.wrong)}. "
        f"The one that asks began its errands at most {late:.1f} s late."
    )


def _told_of_the_night(swept: Any) -> str:
    rows = sum(count for count, _ in swept["parts"].values())
    return (
        f"The nightly work was begun with them and ran beside them: {swept['seconds']} s, {rows:,} rows, "
        f"failures: {swept['failures']}."
    )


def _play(begin: Callable[[str], None], seconds: float, answers: Answers) -> float:
    """Begin every errand when it is due, each in a thread of its own.

    :returns: how late the latest began, in seconds.
    """
    began, latest = time.monotonic(), [0.0]
    told = began

    def errand(due: float, kind: str) -> None:
        latest[0] = max(latest[0], time.monotonic() - began - due)
        with suppress(NotAnswered):  # it is kept among the answers
            begin(kind)

    with ThreadPoolExecutor(THREADS) as threads:
        outcomes = []
        for due, kind in arrivals(share(), seconds, random.Random(7)):
            time.sleep(max(0.0, began + due - time.monotonic()))
            outcomes.append(threads.submit(errand, due, kind))
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                running = sum(not outcome.done() for outcome in outcomes)
                tell(f"{len(answers.all):,} answered, {len(answers.wrong)} wrong, {running} errands under way")
        for outcome in outcomes:
            outcome.result()
    return latest[0]


def _errands(answers: Answers) -> dict[str, Callable[[int], None]]:
    """Give what does an errand of each kind, told the server's port. Nobody is served or seen twice."""
    import psycopg

    from tests.benchmarks.calls import ready_people
    from tests.benchmarks.world import secret_of

    chance = random.Random(11)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        people = ready_people(connection, 100_000)
        work = list(clinics_with_work(connection, 5_000))
    chance.shuffle(people)
    clinics = _log_ins(work)
    today = datetime.now(UTC).date()
    lock, served, visited = threading.Lock(), iter(people), iter(clinics)
    batches = cycle([people[first : first + 20] for first in range(0, min(len(people), 2_000) - 20, 20)])

    def one_of(source: Iterator[Any]) -> Any:
        with lock:
            return next(source)

    def counter(port: int) -> None:
        person = one_of(served)
        at_the_counter(Visitor(port, answers, secret_of(person.pharmacy)), person, chance.random())

    def morning(port: int) -> None:
        asked = one_of(batches)
        in_the_morning(Visitor(port, answers, secret_of(asked[0].pharmacy)), asked)

    def clinic(port: int) -> None:
        at_the_clinic(Visitor(port, answers), one_of(visited), today)

    return {COUNTER: counter, CLINIC: clinic, MORNING: morning}


def _log_ins(work: list[tuple[int, Any]]) -> list[Clinic]:
    """Give prescribers their log-ins, all with one password, each with an authenticator of their own."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.db import connection

    from pledge.actions.log_in_secrets import new_secret, sealed
    from pledge.models import Authenticator, Prescriber
    from tests.benchmarks.errands import PASSPHRASE

    password = make_password(PASSPHRASE)
    users = User.objects.bulk_create(User(username=f"clinic{prescriber}", password=password) for prescriber, _ in work)
    known = [new_secret() for _ in users]
    made_at = datetime.now(UTC)
    Authenticator.objects.bulk_create(
        Authenticator(user=user, sealed_secret=sealed(secret), last_step=0, made_at=made_at)
        for user, secret in zip(users, known, strict=True)
    )
    for user, (prescriber, _) in zip(users, work, strict=True):
        Prescriber.objects.filter(pk=prescriber).update(user=user)
    connection.close()
    return [Clinic(user.username, secret, due) for user, secret, (_, due) in zip(users, known, work, strict=True)]


@contextmanager
def _night() -> Iterator[Callable[[], Any]]:
    """Do the nightly work in a process of its own; what this gives waits for its report."""
    from pledge.rules.calendar import PROGRAM_ZONE, program_day

    night = datetime.combine(program_day(datetime.now(UTC)), time_of_day(2, 30), PROGRAM_ZONE).isoformat()
    command = [sys.executable, "-m", "tests.benchmarks.night", night, "1"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield lambda: json.loads(running.communicate()[0])
    finally:
        running.kill()
        running.wait()


if __name__ == "__main__":
    main()
