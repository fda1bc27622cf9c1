"""Scenario files: read, checked key by key, and turned into steps (tests/scenarios/FORMAT.md)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from config.rehearsal.forms import EXPECT_KEYS, GIVEN, NEEDED_KEYS, STEP_KEYS, Unfit, day_of, instant_of
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
    number: int
    name: str
    given: tuple[str, date] | None
    steps: list[Step] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The file and the scenario, as errors name them."""
        return f"{self.path}: scenario {self.number} ({self.name})"


class _Written(dict[Any, Any]):
    """A mapping as written, with what is wrong with its keys, which YAML itself lets pass."""

    wrong: str = ""


class _Loader(yaml.SafeLoader):
    """A loader that tells of a key given twice, and leaves an impossible day to whoever wanted a day."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> _Written:
    written, keys = _Written(), set()
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            written.wrong = f"{key}: a key must be a word (line {key_node.start_mark.line + 1})"
            continue
        if key in keys:
            written.wrong = f"{key}: given twice (line {key_node.start_mark.line + 1})"
        keys.add(key)
        written[key] = loader.construct_object(value_node, deep=True)
    return written


def _timestamp(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Give the scenario files that paths name; of a folder, those directly in it.

    :raises Malformed: naming a path at which there is none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(entry for entry in path.iterdir() if entry.suffix in {".yaml", ".yml"})
            if not inside:
                raise Malformed(f"{path}: holds no scenario file")
            found.extend(inside)
        elif path.exists():
            found.append(path)
        else:
            raise Malformed(f"{path}: there is no such file")
    return found


def scenarios_in(path: Path) -> list[Scenario]:
    """Read one file.

    :raises Malformed: naming file, scenario, step and key.
    """
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeError, yaml.YAMLError, ValueError, RecursionError) as problem:
        raise Malformed(f"{path}: cannot be read: {' '.join(str(problem).split())}") from problem
    if not isinstance(written, list) or not written:
        raise Malformed(f"{path}: a file holds a list of scenarios")
    return [_scenario(path, number, entry) for number, entry in enumerate(written, 1)]


def _scenario(path: Path, number: int, entry: Any) -> Scenario:
    nameless = f"{path}: scenario {number}"
    if not isinstance(entry, _Written):
        raise Malformed(f"{nameless}: is not a mapping with name and steps")
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Malformed(f"{nameless}: name: a sentence is missing")
    where = f"{nameless} ({name})"
    _check_written(where, entry)
    for key in entry:
        if key not in {"name", "rule", "given", "steps"}:
            raise Malformed(f"{where}: {key}: there is no such key")
    scenario = Scenario(path, number, name, _given(where, entry.get("given")))
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
    if isinstance(given, _Written):
        _check_written(f"{where}: given", given)
    if not isinstance(given, _Written) or len(given) != 1:
        raise Malformed(f"{where}: given: exactly one of {', '.join(GIVEN)} with a day")
    ((shorthand, day),) = given.items()
    if shorthand not in GIVEN:
        raise Malformed(f"{where}: given: {shorthand}: there is no such shorthand")
    try:
        return shorthand, day_of(day)
    except Unfit as unfit:
        raise Malformed(f"{where}: given: {shorthand}: {unfit}") from unfit


def _given_ends(given: tuple[str, date] | None) -> datetime | None:
    if given is None:
        return None
    shorthand, day = given
    return datetime.combine(date.fromordinal(day.toordinal() + GIVEN[shorthand]), time(9), PROGRAM_ZONE)


def _step(where: str, number: int, step: Any, last_at: datetime | None) -> Step:
    if not isinstance(step, _Written):
        raise Malformed(f"{where}: is not a mapping")
    _check_written(where, step)
    kinds = [key for key in step if key not in {"at", "expect"}]
    if len(kinds) != 1:
        raise Malformed(f"{where}: needs exactly one kind of step, not {', '.join(map(str, kinds)) or 'none'}")
    kind = kinds[0]
    if kind not in STEP_KEYS:
        raise Malformed(f"{where}: {kind}: there is no such kind of step")
    at = _at(f"{where}: at", step, last_at)
    arguments = _checked(f"{where}: {kind}", step[kind], STEP_KEYS[kind])
    for key in NEEDED_KEYS.get(kind, ()):
        if key not in arguments:
            raise Malformed(f"{where}: {kind}: {key}: is missing")
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
    if not isinstance(written, _Written):
        raise Malformed(f"{where}: must be a mapping, not {written!r}")
    _check_written(where, written)
    checked = {}
    for key, value in written.items():
        if key not in keys:
            raise Malformed(f"{where}: {key}: there is no such key")
        try:
            checked[key] = keys[key](value)
        except Unfit as unfit:
            raise Malformed(f"{where}: {key}: {unfit}") from unfit
    return checked


def _check_written(where: str, written: _Written) -> None:
    """Refuse a mapping whose keys are wrong, here or in what it holds."""
    if written.wrong:
        raise Malformed(f"{where}: {written.wrong}")
    for key, value in written.items():
        if isinstance(value, _Written) and value.wrong:
            raise Malformed(f"{where}: {key}: {value.wrong}")
