"""Scenario files: read, checked key by key, and turned into steps (tests/scenarios/FORMAT.md)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from config.rehearsal.forms import EXPECT_KEYS, GIVEN, STEP_KEYS, Unfit, instant_of
from pledge.rules.calendar import PROGRAM_ZONE


class Malformed(ValueError):
    """A scenario file that cannot be played: names file, scenario, step and key."""


@dataclass
class Step:
    """One step: its number, its instant, its kind with arguments, and what is expected of it."""

    number: int
    at: datetime
    kind: str
    arguments: dict[str, Any]
    expect: dict[str, Any]


@dataclass
class Scenario:
    """One scenario of a file; ``given`` is the shorthand and its day."""

    path: Path
    name: str
    given: tuple[str, date] | None
    steps: list[Step] = field(default_factory=list)


class _Loader(yaml.SafeLoader):
    """A loader that does not let a second key of the same name replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the library's own signature
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if not isinstance(key, str):
                raise Unfit(f"line {key_node.start_mark.line + 1}: a key must be a word, not {key!r}")
            if key in seen:
                raise Unfit(f"line {key_node.start_mark.line + 1}: {key!r} is given twice")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def scenarios_in(path: Path) -> list[Scenario]:
    """Read one file.

    :raises Malformed: naming file, scenario, step and key.
    """
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeError, yaml.YAMLError, Unfit, ValueError) as problem:
        raise Malformed(f"{path}: cannot be read: {' '.join(str(problem).split())}") from problem
    if not isinstance(written, list) or not written:
        raise Malformed(f"{path}: a file holds a list of scenarios")
    return [_scenario(path, number, entry) for number, entry in enumerate(written, 1)]


def _scenario(path: Path, number: int, entry: Any) -> Scenario:
    where = f"{path}: scenario {number}"
    if not isinstance(entry, dict):
        raise Malformed(f"{where}: is not a mapping with name and steps")
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Malformed(f"{where}: name: a sentence is missing")
    where = f"{where} ({name})"
    for key in entry:
        if key not in {"name", "rule", "given", "steps"}:
            raise Malformed(f"{where}: {key}: there is no such key")
    scenario = Scenario(path, name, _given(where, entry.get("given")))
    steps = entry.get("steps")
    if not isinstance(steps, list) or not steps:
        raise Malformed(f"{where}: steps: a list of steps is missing")
    last_at = _given_ends(scenario.given)
    for position, step in enumerate(steps, 1):
        scenario.steps.append(_step(f"{where}: step {position}", position, step, last_at))
        last_at = scenario.steps[-1].at
    return scenario


def _given(where: str, given: Any) -> tuple[str, date] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or len(given) != 1:
        raise Malformed(f"{where}: given: exactly one of {', '.join(GIVEN)} with a day")
    ((shorthand, day),) = given.items()
    if shorthand not in GIVEN:
        raise Malformed(f"{where}: given: {shorthand}: there is no such shorthand")
    if not isinstance(day, date) or isinstance(day, datetime):
        raise Malformed(f"{where}: given: {shorthand}: must be a day, not {day!r}")
    try:
        instant_of(day)
    except Unfit as unfit:
        raise Malformed(f"{where}: given: {shorthand}: {unfit}") from unfit
    return shorthand, day


def _given_ends(given: tuple[str, date] | None) -> datetime | None:
    if given is None:
        return None
    shorthand, day = given
    return datetime.combine(date.fromordinal(day.toordinal() + GIVEN[shorthand]), time(9), PROGRAM_ZONE)


def _step(where: str, number: int, step: Any, last_at: datetime | None) -> Step:
    if not isinstance(step, dict):
        raise Malformed(f"{where}: is not a mapping")
    kinds = [key for key in step if key not in {"at", "expect"}]
    if len(kinds) != 1:
        raise Malformed(f"{where}: needs exactly one kind of step, not {', '.join(map(str, kinds)) or 'none'}")
    kind = kinds[0]
    if kind not in STEP_KEYS:
        raise Malformed(f"{where}: {kind}: there is no such kind of step")
    at = _at(f"{where}: at", step, last_at)
    arguments = _checked(f"{where}: {kind}", step[kind], STEP_KEYS[kind])
    expect = _checked(f"{where}: expect", step.get("expect"), EXPECT_KEYS)
    return Step(number, at, kind, arguments, expect)


def _at(where: str, step: dict[str, Any], last_at: datetime | None) -> datetime:
    if "at" not in step:
        if last_at is None:
            raise Malformed(f"{where}: the first step of a scenario without given needs a time")
        return last_at
    try:
        at = instant_of(step["at"])
    except Unfit as unfit:
        raise Malformed(f"{where}: {unfit}") from unfit
    if last_at is not None and at < last_at:
        raise Malformed(f"{where}: {step['at']} goes back behind the step before")
    return at


def _checked(where: str, written: Any, keys: dict[str, Any]) -> dict[str, Any]:
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise Malformed(f"{where}: must be a mapping, not {written!r}")
    checked = {}
    for key, value in written.items():
        if key not in keys:
            raise Malformed(f"{where}: {key}: there is no such key")
        try:
            checked[key] = keys[key](value)
        except Unfit as unfit:
            raise Malformed(f"{where}: {key}: {unfit}") from unfit
    return checked
