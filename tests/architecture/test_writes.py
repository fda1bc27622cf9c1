"""Actions are the only writers."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import APPS, modules, name, tree

WRITERS = (
    "pledge/actions/",
    "pledge/trail.py",
    "pledge/rows.py",
    "pledge/frame.py",
    "pledge/rates.py",  # an operator's bound, no fact of the program
    "consents/actions",
    "notifications/outbox",
    "notifications/reminders",
    "notifications/sweep",
    "notifications/delivery",
    "notifications/actions",
    "notifications/messages",  # numbers what the outbox holds
    "notifications/posting",  # as delivery does for mail: what was tried, and what came of it
)
# The demo's people need log-ins, which are no part of the program.
BESIDE_THE_PROGRAM = ("config/management/", "config/demo")

ALWAYS_WRITE = {
    "save", "delete", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update",
    "asave", "adelete", "acreate", "aupdate", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create",
}  # fmt: skip
WRITING_SQL = ("insert into", "update ", "delete from", "truncate", "merge into")


def scanned() -> list[Path]:
    return [path for path in modules("config", *APPS) if not name(path).startswith(WRITERS + BESIDE_THE_PROGRAM)]


def writes_in(module: ast.Module) -> list[str]:
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    found = [f"line {call.lineno}: .{call.func.attr}(" for call in calls if _writes_rows(call, call.func)]
    texts = [node for node in ast.walk(module) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return found + [f"line {text.lineno}: SQL that writes" for text in texts if _writes_sql(text.value)]


def _writes_rows(call: ast.Call, method: ast.Attribute) -> bool:
    if method.attr in ALWAYS_WRITE:
        return not _is_super(method.value)
    # A dictionary is updated with another; rows are updated with names, or through a manager. Celery has settings.
    receiver = ast.unparse(method.value)
    return method.attr == "update" and (not call.args or "objects" in receiver) and not receiver.endswith(".conf")


def _is_super(receiver: ast.expr) -> bool:
    return isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name) and receiver.func.id == "super"


def _writes_sql(text: str) -> bool:
    words = " ".join(text.lower().split())
    return words.startswith(WRITING_SQL) and any(
        word in words for word in (" set ", " values", " from ", " select ", "returning")
    )


class TestWrites:
    @pytest.mark.parametrize("path", scanned(), ids=name)
    def test_happen_in_actions_alone(self, path: Path) -> None:
        assert writes_in(tree(path)) == []

    @pytest.mark.parametrize(
        "line",
        [
            "row.save()",
            "Row.objects.create(name=1)",
            "rows.filter(pk=1).update(name=1)",
            "Row.objects.bulk_create(made)",
            "row.delete()",
            "cursor.execute('INSERT INTO row VALUES (1)')",
        ],
    )
    def test_would_be_seen(self, line: str) -> None:
        assert writes_in(ast.parse(line)) != []

    @pytest.mark.parametrize("line", ["words.update(others)", "digest.update(b'x')", "super().save()", "rows.filter()"])
    def test_are_not_seen_where_there_are_none(self, line: str) -> None:
        assert writes_in(ast.parse(line)) == []
