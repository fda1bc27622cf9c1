"""Histories written down as scenarios, so that what was found can be kept (tests/scenarios/FORMAT.md)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.histories.present import EASTERN


def as_yaml(steps: Iterable[tuple[datetime, str, dict[str, Any]]]) -> str:
    """Write a history as steps of the scenario format."""
    lines, before = [], None
    for at, kind, arguments in steps:
        told = ", ".join(f"{key}: {_plain(value)}" for key, value in arguments.items())
        if at != before:
            lines += [f"  - at: {at.astimezone(EASTERN):%Y-%m-%d %H:%M}", f"    {kind}: {{{told}}}"]
        else:
            lines.append(f"  - {kind}: {{{told}}}")
        before = at
    return "\n".join(lines)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)
