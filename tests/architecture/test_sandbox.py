"""The sandbox is no part of the program: what it writes is no act, and it knows no live row.

``pledge/actions/sandbox.py`` holds the one exception among the actions: its functions are not framed as actions, take
no ``by`` and leave no event, since nobody may ever ask the trail about registrants who do not exist. In exchange it
may know one model, its own.
"""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, decorators, functions, modules, name, tree

THE_EXCEPTION = ROOT / "pledge" / "actions" / "sandbox.py"
SANDBOX = [*modules("pledge/sandbox", "pledge/api/sandbox"), THE_EXCEPTION]
ITS_OWN = {"SandboxAuthorization"}
LIVE_ROWS = {"pledge.facts", "pledge.trail", "pledge.frame", "pledge.eligibility", "pledge.holdings", "pledge.chain"}


def imported(module: ast.Module) -> dict[str, set[str]]:
    """Give the names imported from each module."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.setdefault(node.module, set()).update(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            found.update({alias.name: set() for alias in node.names})
    return found


class TestTheSandbox:
    @pytest.mark.parametrize("path", SANDBOX, ids=name)
    def test_knows_no_model_but_its_own(self, path: Path) -> None:
        known = imported(tree(path))
        assert known.get("pledge.models", set()) <= ITS_OWN
        assert not {module for module in known if module.startswith("pledge.models.")}
        assert not LIVE_ROWS & set(known)

    def test_is_written_by_no_action(self) -> None:
        assert not {function.name for function in functions(THE_EXCEPTION) if "action" in decorators(function)}
