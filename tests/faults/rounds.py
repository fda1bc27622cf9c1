"""Races that chance decides, many rounds of each, at a web server as the image runs it.

``python -m tests.faults.rounds [ROUNDS] [RACE ...]`` starts a PostgreSQL and a web server of its own, runs so many
rounds of every race, and ends with 1 where one of them was ever lost. ``make races ROUNDS=1000`` does the same.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests import lives
    from tests.faults.serving import Client
    from tests.pledge.api.conftest import Software

Acts = list[Callable[[], Any]]
LATE = 0.004  # how much later than the others one may begin


@dataclass
class Ground:
    """Two pharmacies, someone who may be authorized and someone who is."""

    one: Software
    other: Software
    ready: lives.Life
    authorized: lives.Life
    program: lives.Program
    at: Any
    most: int = 50  # requests at once

    def how_many(self, chance: random.Random) -> int:
        """Give how many ask at once: mostly two, at times as many as may be."""
        return min(chance.choice([2, 2, 2, 3, 5, 8, self.most]), self.most)


@dataclass
class Tally:
    """What came of many rounds of one race."""

    rounds: int = 0
    seconds: float = 0.0
    answers: Counter[Any] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ", ".join(f"{count} x {what}" for what, count in sorted(self.answers.items(), key=str))
        return f"{self.rounds} rounds in {self.seconds:.0f} s, lost {len(self.lost)}; answers: {told}"


def two_pharmacies(on: Ground, chance: random.Random) -> Acts:
    """Two to fifty requests of two pharmacies for one registrant."""
    return [partial((on.one, on.other)[place % 2].authorize, on.ready) for place in range(on.how_many(chance))]


def one_pharmacy(on: Ground, chance: random.Random) -> Acts:
    """Two to fifty requests of one pharmacy, each with a key of its own."""
    return [partial(on.one.authorize, on.ready)] * on.how_many(chance)


def one_key(on: Ground, chance: random.Random) -> Acts:
    """Two to fifty times the same request under the same key."""
    return [partial(on.one.authorize, on.ready, idempotency_key="k")] * on.how_many(chance)


def ask_and_give_back(on: Ground, chance: random.Random) -> Acts:
    """One pharmacy gives back what two others ask for."""
    asking = partial(on.other.authorize, on.authorized)
    return [partial(on.one.reverse, on.authorized.rma_number), asking, asking]


def hand_over_and_give_back(on: Ground, chance: random.Random) -> Acts:
    """One authorization is handed over and given back."""
    return [partial(on.one.dispense, on.authorized.rma_number), partial(on.one.reverse, on.authorized.rma_number)]


def hand_over_twice(on: Ground, chance: random.Random) -> Acts:
    """One authorization is handed over by two requests."""
    return [partial(on.one.dispense, on.authorized.rma_number)] * 2


def ask_and_report(on: Ground, chance: random.Random) -> Acts:
    """A pregnancy is reported while a pharmacy asks."""
    return [partial(on.one.authorize, on.ready), _reporting(on, on.ready)]


def hand_over_and_report(on: Ground, chance: random.Random) -> Acts:
    """A pregnancy is reported while a pharmacy hands over."""
    return [partial(on.one.dispense, on.authorized.rma_number), _reporting(on, on.authorized)]


def hand_over_and_lapse(on: Ground, chance: random.Random) -> Acts:
    """The night records that an authorization has lapsed, which a pharmacy asked to hand over a moment before."""
    from pledge.actions import nightly
    from pledge.trail import SYSTEM

    later = on.at + timedelta(days=8)
    lapsing = partial(nightly.lapse, authorization=on.authorized.authorization, by=SYSTEM, at=later)
    return [partial(on.one.dispense, on.authorized.rma_number), lapsing]


def ask_and_suspend(on: Ground, chance: random.Random) -> Acts:
    """A pharmacy or the prescriber is suspended while the pharmacy asks and hands over."""
    from pledge.actions import participants

    party = chance.choice([on.program.pharmacy, on.program.prescriber])
    suspending = partial(participants.suspend, party=party, by=on.program.administrator, at=on.at)
    return [
        partial(on.one.authorize, on.ready),
        partial(on.one.dispense, on.authorized.rma_number),
        suspending,
    ]


def _reporting(on: Ground, life: lives.Life) -> Callable[[], Any]:
    from pledge.actions import holds

    return partial(holds.report_pregnancy, registrant=life.registrant, by=on.program.clinic, at=on.at)


RACES: dict[str, Callable[[Ground, random.Random], Acts]] = {
    race.__name__: race
    for race in (
        two_pharmacies,
        one_pharmacy,
        one_key,
        ask_and_give_back,
        hand_over_and_give_back,
        hand_over_twice,
        ask_and_report,
        hand_over_and_report,
        hand_over_and_lapse,
        ask_and_suspend,
    )
}
# Each finds what must never be; together they hold after any race.
NEVER = {
    "two live authorizations": """
        SELECT registrant_id FROM pledge_authorization WHERE status IN ('issued', 'suspended')
         GROUP BY registrant_id HAVING count(*) > 1""",
    "one authorization handed over twice": """
        SELECT authorization_id FROM pledge_dispense GROUP BY authorization_id HAVING count(*) > 1""",
    "a hand-over of what is not dispensed": """
        SELECT a.id FROM pledge_dispense d JOIN pledge_authorization a ON a.id = d.authorization_id
         WHERE a.status <> 'dispensed'""",
    "dispensed without a hand-over": """
        SELECT a.id FROM pledge_authorization a LEFT JOIN pledge_dispense d ON d.authorization_id = a.id
         WHERE a.status = 'dispensed' AND d.id IS NULL""",
    "something live after a report": """
        SELECT a.id FROM pledge_authorization a JOIN pledge_registrant r ON r.id = a.registrant_id
         WHERE r.hold_since IS NOT NULL AND a.status IN ('issued', 'suspended')""",
    "issued or handed over after a report": """
        SELECT e.id FROM pledge_programevent e JOIN pledge_programevent p ON p.registrant_id = e.registrant_id
         WHERE p.type = 'pregnancy_reported' AND e.id > p.id
           AND e.type IN ('authorization_issued', 'authorization_dispensed')""",
    "something usable of a suspended party": """
        SELECT a.id FROM pledge_authorization a
          JOIN pledge_registrant r ON r.id = a.registrant_id
          JOIN pledge_prescriber p ON p.id = r.prescriber_id
          JOIN pledge_pharmacy f ON f.id = a.pharmacy_id
         WHERE a.status = 'issued' AND (p.suspended_at IS NOT NULL OR f.suspended_at IS NOT NULL)""",
    "an authorization without its event": """
        SELECT a.id FROM pledge_authorization a
         WHERE (SELECT count(*) FROM pledge_programevent e
                 WHERE e.type = 'authorization_issued' AND e.subject = 'authorization' AND e.subject_id = a.id) <> 1""",
}


def run(race: str, on: Ground, times: int, *, seed: int = 20260312) -> Tally:
    """Run a race so many times, always from the same beginning, and look at the database after each round."""
    from tests.races.side_by_side import as_lived

    chance, tally, began = random.Random(seed), Tally(), time.monotonic()
    with as_lived() as begin_again:
        for _ in range(times):
            given = _at_once([_late(act, chance.random() * LATE) for act in RACES[race](on, chance)])
            tally.answers.update(map(_word, given))
            tally.lost += _lost(race, given)
            tally.rounds += 1
            begin_again()
    tally.seconds = time.monotonic() - began
    return tally


def _lost(race: str, given: list[Any]) -> Iterator[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        for what, found in NEVER.items():
            cursor.execute(found)
            if cursor.fetchone() is not None:
                yield what
    granted = {answer.content for answer in given if getattr(answer, "status_code", 0) == 201}
    if len(granted) > 1:
        yield "two authorizations were told"
    if race in {"two_pharmacies", "one_pharmacy", "one_key"} and not granted:
        yield "nobody was authorized"
    for answer in given:
        if isinstance(answer, Exception) and type(answer).__name__ not in {"Refused", "Rejected"}:
            yield repr(answer)


def _word(given: Any) -> str:
    status = getattr(given, "status_code", None)
    if status is None:
        return type(given).__name__
    return f"{status} replayed" if "Idempotent-Replayed" in given else str(status)


def _late(act: Callable[[], Any], seconds: float) -> Callable[[], Any]:
    def late() -> Any:
        time.sleep(seconds)
        return act()

    return late


def _at_once(acts: Acts) -> list[Any]:
    from tests.races.side_by_side import at_once

    return at_once(*acts)


def lived(client: Client, *, most: int = 50) -> Ground:
    """Live a ground for the races."""
    from django.utils import timezone

    from tests import lives
    from tests.pledge.api.conftest import Software

    at = timezone.now()
    program = lives.a_program(at)
    one, other = (lives.a_key(party, at) for party in (program.pharmacy, program.other_pharmacy))
    return Ground(
        Software(one, client),  # type: ignore[arg-type]
        Software(other, client),  # type: ignore[arg-type]
        lives.ready(program, at),
        lives.authorized(program, at),
        program,
        at,
        most,
    )


@contextmanager
def served() -> Iterator[Client]:
    """Run a PostgreSQL and a web server for the races alone."""
    from config.local_servers import local_postgres

    with tempfile.TemporaryDirectory(prefix="pledge-races-") as name:
        folder = Path(name)
        with local_postgres(folder / "postgres", durable=False) as address:
            os.environ.update(DATABASE_URL=address, DJANGO_SETTINGS_MODULE="config.settings_test")
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            from tests.faults.serving import in_the_image, serving

            with serving(in_the_image, address, folder / "web.log", API_CALLS_A_MINUTE="100000000") as client:
                yield client


def main(words: list[str]) -> int:
    """Run every race, or those that are named; give 1 where one was lost."""
    times = int(words[0]) if words else 1000
    lost = 0
    with served() as client:
        on = lived(client)
        for race in words[1:] or RACES:
            tally = run(race, on, times)
            print(f"{race}: {tally}", flush=True)
            for what, count in Counter(tally.lost).items():
                print(f"  LOST: {what}, {count} times", flush=True)
            lost += len(tally.lost)
    return 1 if lost else 0


if __name__ == "__main__":
    threading.stack_size(256 * 1024)
    sys.exit(main(sys.argv[1:]))
