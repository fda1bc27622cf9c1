"""A button of the counter that is pressed twice acts once, and the second press is told what the first did.

``pledge.admin.once`` would tell what else happened to the record meanwhile, which a pharmacy must not learn.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection


class DoneAlready(Exception):
    """What was asked for is done; ``outcome`` is the row that says so."""

    def __init__(self, outcome: Any) -> None:
        """Take the row."""
        self.outcome = outcome
        super().__init__("this was done already")


class PressedOnce:
    """What a form of the counter remembers in the action's transaction."""

    def __init__(self, key: str, done: Callable[[], Any]) -> None:
        """Take what the presses have in common, and what looks for the row that the first left."""
        self.key, self.done = key, done

    def claim(self) -> None:
        """Wait for a press that came before, and stop the act where that one did it.

        :raises DoneAlready: with the row.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"counter:{self.key}"])
        outcome = self.done()
        if outcome is not None:
            raise DoneAlready(outcome)

    def keep(self, outcome: Any) -> None:
        """Keep nothing: the action's own rows are what the next press finds."""
