"""Reads scenario files and plays them on the reference model, after the scenario format's own words."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import yaml

from .oracle import Oracle
from .oracle_words import EASTERN, Answer

CERTAIN = {"outcome", "includes", "excludes", "clears_on", "do_not_dispense_after", "window", "edition"}
EXPECTATIONS = CERTAIN | {"overlays", "new_number", "notices", "no_notices", "deviation"}
REFUSALS = {"denied", "rejected"}


class Malformed(Exception):
    """A scenario that cannot be read; the message says where."""


@dataclass
class Played:
    """One step with what it was answered, and what was wrong with that."""

    number: int
    at: datetime
    kind: str
    args: dict
    answer: Answer
    wrong: list[str]


def load(path: Path) -> list[dict]:
    """The scenarios of one file, each a mapping with a name and steps."""
    scenarios = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(scenarios, list):
        raise Malformed(f"{path.name}: not a list of scenarios")
    return scenarios


def instant(written: object) -> datetime:
    """An `at`: America/New_York unless an offset is written; of a repeated hour the first."""
    if isinstance(written, str):
        written = datetime.fromisoformat(written)
    if not isinstance(written, datetime):
        written = datetime.combine(written, time(0))
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    at = written.replace(tzinfo=EASTERN, fold=0)
    if at.astimezone(UTC).astimezone(EASTERN).replace(tzinfo=None) != written:
        raise Malformed(f"{written} does not exist")
    return at.astimezone(UTC)


def given_steps(given: dict) -> list[tuple[datetime, str, dict]]:
    """The steps a `given` stands for."""
    steps = []
    for shorthand, day in given.items():
        if shorthand not in ("can_enrolled", "can_on_treatment", "cannot_enrolled"):
            raise Malformed(f"given {shorthand}")
        steps += started(shorthand, day)
        if shorthand == "can_on_treatment":
            steps += first_month(day + timedelta(days=30))
    return steps


def started(shorthand: str, day: date) -> list[tuple[datetime, str, dict]]:
    nine = instant(datetime.combine(day, time(9)))
    cannot = {"category": "cannot_become_pregnant", "basis": "cisgender_male"}
    enroll = cannot if shorthand == "cannot_enrolled" else {}
    steps = [
        (nine, "enroll_prescriber", {"id": "P1"}),
        (nine, "enroll_pharmacy", {"id": "A"}),
        (nine, "enroll_pharmacy", {"id": "B"}),
        (nine, "enroll", enroll),
        (nine, "sign_all", {}),
    ]
    return steps if enroll else [*steps, (nine, "test", {"specimen": day})]


def first_month(day: date) -> list[tuple[datetime, str, dict]]:
    nine = instant(datetime.combine(day, time(9)))
    return [
        (nine, "test", {"specimen": day, "setting": "clia_lab", "cycle_day": 3}),
        (nine, "confirm", {"specimen": day}),
        (nine, "answer", {}),
        (nine, "authorize", {}),
        (nine, "dispense", {}),
    ]


def play(scenario: dict) -> list[Played]:
    """Play one scenario; every step comes back with what was wrong with its answer."""
    oracle, at, played = Oracle(), None, []
    for at, kind, args in given_steps(scenario.get("given") or {}):
        played.append(compared(0, at, kind, args, oracle.play(kind, at, args), {}))
    for number, step in enumerate(scenario["steps"], start=1):
        if "at" in step:
            later = instant(step["at"])
            if at is not None and later < at:
                raise Malformed(f"{scenario['name']}: step {number} goes back")
            at = later
        kinds = [key for key in step if key not in ("at", "expect")]
        if len(kinds) != 1 or at is None:
            raise Malformed(f"{scenario['name']}: step {number} has {kinds}")
        args = step[kinds[0]] or {}
        answer = oracle.play(kinds[0], at, args)
        played.append(compared(number, at, kinds[0], args, answer, step.get("expect") or {}))
    return played


def compared(number: int, at: datetime, kind: str, args: dict, answer: Answer, expect: dict) -> Played:
    """Hold an answer against the `expect` of its step."""
    wrong = []
    if unknown := set(expect) - EXPECTATIONS:
        raise Malformed(f"step {number} expects {unknown}")
    if "outcome" not in expect and answer.outcome in REFUSALS:
        wrong.append(f"{answer.outcome} {sorted(answer.codes)}")
    wrong += [
        f"{key} {getattr(answer, key)}, not {expect[key]}"
        for key in ("outcome", "edition", "do_not_dispense_after", "overlays", "new_number", "deviation")
        if key in expect and getattr(answer, key) != expect[key]
    ]
    wrong += [f"not said: {code}" for code in expect.get("includes", []) if code not in answer.codes]
    wrong += [f"said: {code}" for code in expect.get("excludes", []) if code in answer.codes]
    for code, day in expect.get("clears_on", {}).items():
        if answer.clears_on.get(code) != day:
            wrong.append(f"{code} clears on {answer.clears_on.get(code)}, not {day}")
    shown = dict(zip(("first_day", "last_day", "closes_at"), answer.window or (), strict=False))
    for key, value in expect.get("window", {}).items():
        if shown.get(key) != (instant(value) if key == "closes_at" else value):
            wrong.append(f"window {key} {shown.get(key)}, not {value}")
    wrong += [f"not told: {notice}" for notice in expect.get("notices", []) if notice not in answer.notices]
    wrong += [f"told: {notice}" for notice in expect.get("no_notices", []) if notice in answer.notices]
    if wrong:
        wrong.append(f"codes {sorted(answer.codes)}")
    return Played(number, at, kind, args, answer, wrong)
