"""When a certification ends is judged by the rules alone, so that no two answers about it differ."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import APPS, modules, name, tree

ENDS = {"certified_through"}


def judgments_of_ends(module: ast.Module) -> Iterator[str]:
    """Comparisons of what someone's certification holds; a day just given by name alone is no such thing."""
    for node in ast.walk(module):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        if any(isinstance(side, ast.Attribute) and side.attr in ENDS for side in sides):
            yield f"line {node.lineno}: {ast.unparse(node)}"


class TestTheEndOfACertification:
    @pytest.mark.parametrize("path", [p for p in modules(*APPS) if not name(p).startswith("pledge/rules/")], ids=name)
    def test_is_judged_by_the_rules(self, path: Path) -> None:
        assert list(judgments_of_ends(tree(path))) == []

    def test_would_be_seen(self) -> None:
        assert list(judgments_of_ends(ast.parse("ran_out = pharmacy.certified_through < last_day"))) != []
