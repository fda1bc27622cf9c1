"""A write is a verb with an address: keyword-only, ending ``by``, ``at``."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import decorators, functions, modules, name

ACTIONS = modules("pledge/actions", "consents", "notifications/actions")


def actions_in(path: Path) -> list[ast.FunctionDef]:
    return [function for function in functions(path) if "action" in decorators(function)]


@pytest.mark.parametrize("path", ACTIONS, ids=name)
class TestActions:
    def test_take_keywords_only(self, path: Path) -> None:
        assert [f.name for f in actions_in(path) if f.args.args or f.args.posonlyargs or f.args.vararg] == []

    def test_end_by_who_and_when(self, path: Path) -> None:
        ends = {f.name: [argument.arg for argument in f.args.kwonlyargs][-2:] for f in actions_in(path)}
        assert {verb: last for verb, last in ends.items() if last != ["by", "at"]} == {}

    def test_are_told_who_and_when_every_time(self, path: Path) -> None:
        assert [f.name for f in actions_in(path) if any(f.args.kw_defaults[-2:])] == []

    def test_say_what_they_give(self, path: Path) -> None:
        assert [f.name for f in actions_in(path) if f.returns is None or not ast.get_docstring(f)] == []

    def test_never_call_an_action(self, path: Path) -> None:
        verbs = {f.name for module in ACTIONS for f in actions_in(module)}
        called = {
            f.name: node.func.id
            for f in actions_in(path)
            for node in ast.walk(f)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in verbs
        }
        assert called == {}
