"""Hunts for disagreements: random histories from seeds, each difference shrunk to a scenario.

Run as ``python -m tests.histories.hunt [FIRST] [COUNT] [LENGTH]`` with ``DATABASE_URL`` naming a scratch server.
"""

import os
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any

from tests.histories.written import as_yaml

Told = list[tuple[datetime, str, dict[str, Any]]]


def prepared() -> None:
    """Set Django up on a migrated database of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def replay(steps: Told) -> tuple[int, list[str]]:
    """Play a history on clean ground until the two sides differ; give the step's position and the differences."""
    from tests.histories.both import Both
    from tests.histories.ground import wipe

    wipe()
    both = Both()
    for position, (at, kind, arguments) in enumerate(steps):
        if found := minded(both.play(at, kind, arguments)):
            return position, found
    return len(steps), []


def minded(found: list[str]) -> list[str]:
    """Leave out the differences that ``IGNORE``, a regular expression, matches."""
    ignored = os.environ.get("IGNORE")
    return [line for line in found if not (ignored and re.search(ignored, line))]


def signature(kind: str, found: list[str]) -> tuple[str, ...]:
    """Say what sort of difference it is: the key, and of codes and notices which."""
    line = found[0]
    words = line.split()
    key = " ".join(word for word in words if not any(letter.isdigit() for letter in word.strip("RPAB12[]',:")))
    return kind, key


def shrunk(steps: Told) -> tuple[Told, list[str]]:
    """Leave out every step without which the same sort of difference remains."""
    position, found = replay(steps)
    steps = steps[: position + 1]
    wanted = signature(steps[-1][1], found)
    size = max(1, len(steps) // 2)
    while size:
        start = len(steps) - size - 1
        while start > -size:
            shorter = steps[: max(start, 0)] + steps[max(start, 0) + size :]
            if len(shorter) < len(steps) and shorter:
                at, came = replay(shorter)
                if came and signature(shorter[at][1], came) == wanted:
                    steps, found = shorter[: at + 1], came
            start -= size
        size //= 2
    return steps, found


def simpler(steps: Told) -> tuple[Told, list[str]]:
    """Leave out every argument that does not matter."""
    _, found = replay(steps)
    wanted = signature(steps[-1][1], found)
    for position, (at, kind, full) in enumerate(steps):
        arguments = full
        for key in full:
            fewer = {name: value for name, value in arguments.items() if name != key}
            tried = [*steps[:position], (at, kind, fewer), *steps[position + 1 :]]
            try:
                ends, came = replay(tried)
            except (KeyError, TypeError):
                continue
            if came and ends == len(tried) - 1 and signature(tried[ends][1], came) == wanted:
                steps, found, arguments = tried, came, fewer
    return steps, found


def played(seed: int, length: int) -> tuple[Told, list[str], list[str]]:
    """Play one random history; give its steps, the outcomes, and the differences at its end."""
    from tests.histories.both import Both
    from tests.histories.course import beginning, goes_on
    from tests.histories.dice import Seeded
    from tests.histories.ground import wipe

    wipe()
    dice, both, steps = Seeded(seed), Both(), []
    begun = beginning(dice)
    found: list[str] = []
    while len(steps) < length and not found:
        at, kind, arguments = goes_on(dice, both, begun)
        steps.append((at, kind, arguments))
        try:
            found = minded(both.play(at, kind, arguments))
        except Exception as broken:
            if os.environ.get("RAISE"):
                print(as_yaml(steps))
                raise
            found = [f"raised {type(broken).__name__} {broken}"]
            break
    return steps, [f"{step.kind} {step.outcome}" for step in both.history], found


def main(first: int = 0, count: int = 50, length: int = 60) -> None:
    """Hunt through so many seeds and print each sort of difference once, with its shrunk history."""
    prepared()
    known: dict[tuple[str, ...], int] = {}
    total, clean, began, outcomes = 0, 0, time.monotonic(), {}
    for seed in range(first, first + count):
        steps, came, found = played(seed, length)
        total += len(steps)
        for outcome in came:
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if not found:
            clean += 1
            continue
        sort = signature(steps[-1][1], found)
        known[sort] = known.get(sort, 0) + 1
        if known[sort] > 1:
            continue
        print(f"\n=== seed {seed}, step {len(steps)}: {sort}")
        if not found[0].startswith("raised"):
            steps, found = shrunk(steps)
            steps, found = simpler(steps)
        print(as_yaml(steps))
        print("  " + "\n  ".join(found), flush=True)
    seconds = time.monotonic() - began
    print(f"\n{datetime.now(UTC):%H:%M} {total} steps, {clean} of {count} histories agree, {seconds:.0f} s")
    for sort, times in sorted(known.items(), key=lambda pair: -pair[1]):
        print(times, sort)
    if os.environ.get("OUTCOMES"):
        for outcome, times in sorted(outcomes.items(), key=lambda pair: -pair[1]):
            print(times, outcome)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
