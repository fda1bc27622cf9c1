"""The project's own files and what they parse to."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("pledge", "consents", "notifications")
TOP_FOLDERS = {*APPS, "config", "tests", "docs", "requirements", ".ci"}


@functools.cache
def ignored_folders() -> frozenset[str]:
    """Names of folders that .gitignore keeps out, and git's own."""
    lines = (ROOT / ".gitignore").read_text().splitlines()
    return frozenset({line.strip("/") for line in lines if line.endswith("/")} | {".git"})


@functools.cache
def ignored_files() -> tuple[str, ...]:
    """Patterns of file names that .gitignore keeps out."""
    lines = (ROOT / ".gitignore").read_text().splitlines()
    return tuple(line for line in lines if line and "/" not in line and not line.startswith("#"))


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file of the project, in order, less what .gitignore keeps out."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in ignored_folders():
            yield from files(path)
        elif path.is_file() and not any(path.match(pattern) for pattern in ignored_files()):
            yield path


def modules(*folders: str) -> list[Path]:
    """Python modules below the folders, migrations left out."""
    found = [path for folder in folders for path in files(ROOT / folder) if path.suffix == ".py"]
    return [path for path in found if "migrations" not in path.parts]


def name(path: Path) -> str:
    """A path as it is written in an error: from the project's root."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path: Path) -> ast.Module:
    """What a module parses to."""
    return ast.parse(path.read_text(), filename=str(path))


def functions(path: Path) -> list[ast.FunctionDef]:
    """Every function and method in a module, also nested ones."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]


def lines_of(function: ast.FunctionDef) -> int:
    """How long a function is from ``def`` to its end, its docstring not counted."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def decorators(function: ast.FunctionDef) -> set[str]:
    """The last names of a function's decorators, called or not."""
    called = [node.func if isinstance(node, ast.Call) else node for node in function.decorator_list]
    return {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in called}
