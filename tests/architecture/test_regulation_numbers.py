"""A regulation's number has a date, a source and one home: the editions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import modules, name, tree

# Nothing, one and another: what counting itself needs.
COUNTING = {0, 1, 2}
# March the first is a day, not a rule.
CALENDAR = {"date", "time", "datetime"}


def rules() -> list[Path]:
    return [path for path in modules("pledge/rules") if not path.stem.startswith("editions")]


def what_judges_beside_them() -> list[Path]:
    return [path for path in modules("pledge") if name(path).startswith(("pledge/actions/", "pledge/facts"))]


def numbers_in(node: ast.AST) -> Iterator[str]:
    """Every whole number below the node, less those that only name a day."""
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value not in COUNTING:
        yield f"line {node.lineno}: {node.value}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALENDAR:
        return
    for child in ast.iter_child_nodes(node):
        yield from numbers_in(child)


def judgments_in(module: ast.Module) -> Iterator[ast.AST]:
    """Comparisons, and lengths of time."""
    for node in ast.walk(module):
        lasts = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("timedelta")
        if isinstance(node, ast.Compare) or lasts:
            yield node


class TestRegulationNumbers:
    @pytest.mark.parametrize("path", rules(), ids=name)
    def test_live_in_editions(self, path: Path) -> None:
        assert list(numbers_in(tree(path))) == []

    @pytest.mark.parametrize("path", what_judges_beside_them(), ids=name)
    def test_are_not_judged_by_elsewhere(self, path: Path) -> None:
        assert [number for judgment in judgments_in(tree(path)) for number in numbers_in(judgment)] == []

    @pytest.mark.parametrize("line", ["opens_on + timedelta(days=7)", "age < 18"])
    def test_would_be_seen(self, line: str) -> None:
        assert list(numbers_in(ast.parse(line))) != []
        assert list(judgments_in(ast.parse(line))) != []
