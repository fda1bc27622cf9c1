"""How much of the launch day comes to one machine, and when; and what its answers show. No clock, no chance of its own.

The real program's day is some 40,000 prescriptions. On the day of its launch people came five times as often, and the
whole day's work within an hour. All of that is for as many machines as the country needs; one of two cores gets its
share.
"""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.benchmarks.visitor import TURNED_AWAY, Answered

PRESCRIPTIONS_A_DAY = 40_000
TIMES_AT_LAUNCH = 5
SECONDS_OF_THE_DAY = 3600  # within which the day's work comes
MACHINES = 40  # of two cores each, which share it
SEEN_AT_A_CLINIC = 3  # registrants in one visit of a prescriber
COUNTER, CLINIC, MORNING = "counter", "clinic", "morning"


class Load(NamedTuple):
    """How many errands of each kind begin in a second, and how many of all begin at once when it opens."""

    a_second: dict[str, float]
    at_once: dict[str, int]


def share(machines: int = MACHINES) -> Load:
    """Give the load of one of so many machines: every prescription is one at a counter and one seen at a clinic."""
    prescriptions = PRESCRIPTIONS_A_DAY * TIMES_AT_LAUNCH / SECONDS_OF_THE_DAY / machines
    a_second = {
        COUNTER: prescriptions,
        CLINIC: prescriptions / SEEN_AT_A_CLINIC,
        MORNING: prescriptions / 20,
    }
    return Load(a_second, {kind: max(1, round(20 * rate)) for kind, rate in a_second.items()})


def arrivals(load: Load, seconds: float, chance: random.Random) -> Iterator[tuple[float, str]]:
    """Give when each errand begins, in order: those at once at 0, the others each at any moment as at any other."""
    for kind, many in load.at_once.items():
        yield from ((0.0, kind) for _ in range(many))
    moments = {kind: chance.expovariate(rate) for kind, rate in load.a_second.items()}
    while True:
        kind = min(moments, key=lambda one: moments[one])
        if moments[kind] >= seconds:
            return
        yield moments[kind], kind
        moments[kind] += chance.expovariate(load.a_second[kind])


def shown(answers: Sequence[Answered]) -> list[list[str]]:
    """Give a row for each kind of request: how many, p50 and p99 in milliseconds, turned away, and wrong."""
    rows = []
    for kind in dict.fromkeys(answer.kind for answer in answers):
        own = [answer for answer in answers if answer.kind == kind]
        times = sorted(1000 * answer.seconds for answer in own if answer.well and answer.status != TURNED_AWAY)
        p50, p99 = (f"{times[int(len(times) * part)]:,.0f}" if times else "" for part in (0.5, 0.99))
        turned_away = sum(answer.status == TURNED_AWAY for answer in own)
        rows.append([kind, f"{len(own):,}", f"{p50} / {p99}", str(turned_away), str(sum(not a.well for a in own))])
    return rows
