"""Whether the time of an answer tells who is there: two kinds of misses, asked in turns, and Welch's t of their times.

No test of CI, which asserts that the same statements are executed (test_enumeration); ``make attack`` runs it. The
service is called in its own process, so that no network hides a difference.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import datetime
from math import sqrt
from statistics import fmean, median, variance
from typing import Any

from tests import lives
from tests.pledge.api.conftest import Software, asking

CALLS_OF_EACH = 2000
KEPT = 0.9  # of the times, the shortest: what the machine did meanwhile is no part of the answer
WITHIN_NOISE = 3.29  # of chance alone, one in a thousand


def test_the_time_of_a_miss_tells_nothing(
    software: Software, other_software: Software, program: lives.Program, now: datetime, settings: Any
) -> None:
    settings.API_CALLS_A_MINUTE = settings.GUESSES_SLOWED = 10**9
    settings.GUESSES_ALERTED = settings.GUESSES_SUSPENDED = 10**9
    lives_there = [lives.ready(program, now) for _ in range(20)]
    life = lives_there[0]
    theirs = json.loads(other_software.authorize(life).content)["rma_number"]
    unknown = {"registrant_number": "1000000001"}
    born = {"date_of_birth": "1990-01-01"}
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "check: unknown number, wrong birth date": (
            checking(software, asking(life, **unknown)), checking(software, asking(life, **born)),
        ),
        "show: unknown RMA number, another pharmacy's": (
            showing(software, "100000000001"), showing(software, theirs),
        ),
        "key: unknown, cut short": (
            checking(Software(software.key[:-2] + "xx"), asking(life)),
            checking(Software(software.key[:-1]), asking(life)),
        ),
    }  # fmt: skip
    found = {name: welch(*timed(*pair)) for name, pair in pairs.items()}
    for name, (t, shown) in found.items():
        print(f"{name}: t = {t:+.2f} of {CALLS_OF_EACH} calls each; {shown}")
    assert {name: t for name, (t, _) in found.items() if abs(t) > WITHIN_NOISE} == {}


def checking(software: Software, body: dict[str, Any]) -> Callable[[], Any]:
    return calling(software, "POST", "/api/v1/eligibility-checks", json.dumps(body))


def showing(software: Software, rma_number: str) -> Callable[[], Any]:
    return calling(software, "GET", f"/api/v1/authorizations/{rma_number}", "")


def calling(software: Software, method: str, path: str, content: str) -> Callable[[], Any]:
    headers = {"authorization": f"Bearer {software.key}"}
    return lambda: software.client.generic(method, path, content, content_type="application/json", headers=headers)


def timed(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[list[float], list[float]]:
    chance = random.Random(5)
    acts, times = (first, second), ([], [])
    for act in (*acts, *acts):
        act()
    for _ in range(CALLS_OF_EACH):
        for which in chance.sample((0, 1), 2):
            begun = time.perf_counter()
            answer = acts[which]()
            times[which].append(time.perf_counter() - begun)
            assert answer.status_code in {401, 404}
    return times


def welch(first: list[float], second: list[float]) -> tuple[float, str]:
    kept = [sorted(times)[: int(len(times) * KEPT)] for times in (first, second)]
    means = [fmean(times) for times in kept]
    error = sqrt(sum(variance(times) / len(times) for times in kept))
    shown = " and ".join(f"{median(times) * 1e3:.3f} ms" for times in kept)
    return (means[0] - means[1]) / error, f"medians {shown}"
