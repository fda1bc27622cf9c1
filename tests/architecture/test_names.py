"""Names are decided: from the field, never a word for "I did not decide"."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import APPS, TOP_FOLDERS, modules, name, tree

UNDECIDED_MODULES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "selectors",
    "constants",
    "core",
    "common",
    "misc",
}
UNDECIDED_WORDS = {
    "data", "info", "obj", "item", "process", "handle", "manage", "util", "helper", "service", "flag", "temp",
}  # fmt: skip
# Names that a framework calls by, in classes that extend its own.
THE_FRAMEWORKS_OWN = {
    "pledge/admin/": {"obj"},
    "pledge/api/": {"data", "obj"},
    "consents/admin": {"obj"},
    "notifications/admin": {"obj"},
    "management/": {"handle"},
}


def given_names(module: ast.Module) -> set[tuple[str, int]]:
    """Every name that the module gives to a function, a class, an argument or a variable."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add((node.name, node.lineno))
        elif isinstance(node, ast.arg):
            found.add((node.arg, node.lineno))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add((node.id, node.lineno))
    return found


class TestNames:
    @pytest.mark.parametrize("path", modules(*sorted(TOP_FOLDERS)), ids=name)
    def test_of_modules_are_decided(self, path: Path) -> None:
        assert {path.stem, path.parent.name} & UNDECIDED_MODULES == set()

    @pytest.mark.parametrize("path", modules("config", *APPS), ids=name)
    def test_of_things_are_decided(self, path: Path) -> None:
        allowed = {word for place, words in THE_FRAMEWORKS_OWN.items() if place in name(path) for word in words}
        undecided = [
            f"line {line}: {word}" for word, line in given_names(tree(path)) if word in UNDECIDED_WORDS - allowed
        ]
        assert sorted(undecided) == []
