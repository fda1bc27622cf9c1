"""The clock is read at the edge; below it ``at`` is an argument."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import APPS, modules, name, tree

EDGES = (
    "pledge/admin/",
    "pledge/api/",
    "pledge/portal/",
    "pledge/management/",
    "consents/admin",
    "consents/views",
    "consents/pages",
    "consents/management/",
    "notifications/tasks.py",
    "notifications/admin",
    "notifications/management/",
)
CLOCKS = {"datetime", "date", "timezone", "time"}
READINGS = {"now", "utcnow", "today", "localdate", "localtime", "time", "time_ns"}
SILENT_CLOCKS = {"auto_now", "auto_now_add"}


def below_the_edge() -> list[Path]:
    return [path for path in modules(*APPS) if not name(path).startswith(EDGES)]


def readings_in(module: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr in READINGS:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in CLOCKS:
                found.append(f"line {node.lineno}: {owner}.{node.attr}")
        if isinstance(node, ast.keyword) and node.arg in SILENT_CLOCKS:
            found.append(f"line {node.value.lineno}: {node.arg}")
    return found


class TestTheClock:
    @pytest.mark.parametrize("path", below_the_edge(), ids=name)
    def test_is_read_at_the_edge(self, path: Path) -> None:
        assert readings_in(tree(path)) == []

    @pytest.mark.parametrize(
        "line",
        [
            "datetime.now(UTC)",
            "datetime.datetime.now()",
            "Field(default=timezone.now)",
            "Field(auto_now=True)",
            "date.today()",
        ],
    )
    def test_would_be_seen(self, line: str) -> None:
        assert readings_in(ast.parse(line)) != []

    @pytest.mark.parametrize("line", ["event.at.time()", "datetime.combine(day, noon)", "timezone.activate(zone)"])
    def test_is_not_seen_where_nobody_reads_it(self, line: str) -> None:
        assert readings_in(ast.parse(line)) == []
