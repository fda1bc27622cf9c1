"""A pytest plugin: one real PostgreSQL and one real Valkey for the whole run.

It is loaded before any conftest. Where ``DATABASE_URL`` or ``REDIS_URL`` is unset, the
first process of the run starts a server of its own and says its address in the
environment, where xdist's workers find it; each worker then makes its own test database.
A run of the pure rules alone starts nothing and never imports Django.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

NEED_NO_ENGINE = (Path(__file__).parent / "rules",)
_running = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Start what the chosen tests need, before pytest-django reads its settings."""
    chosen = early_config.known_args_namespace
    if chosen.help or chosen.version or _all_pure(chosen.file_or_dir):
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    if chosen.collectonly or (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        return
    from config.local_servers import local_servers

    folder = _running.enter_context(tempfile.TemporaryDirectory(prefix="pledge-tests-"))
    os.environ.update(_running.enter_context(local_servers(Path(folder), durable=False)))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop what was started here, after every other plugin has let go of it."""
    _running.close()


def _all_pure(chosen: list[str]) -> bool:
    paths = [Path(test.split("::")[0]).resolve() for test in chosen]
    return bool(paths) and all(any(path.is_relative_to(pure) for pure in NEED_NO_ENGINE) for path in paths)
