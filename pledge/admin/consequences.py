"""What a step changes, in words, before it is done: it is taken for real, looked at, and taken back."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from pledge.admin.once import Once
from pledge.admin.snapshots import Snapshot, snapshot_of
from pledge.admin.steps import Step
from pledge.frame import foresee
from pledge.models import Registrant
from pledge.rules.refusals import Refusal, Refused


class Difference(NamedTuple):
    """One thing that changes; ``old`` is empty for what there was not, ``new`` for what there is no more."""

    what: str
    old: str
    new: str


class Consequences(NamedTuple):
    """What changes for one registrant, and what a pharmacy's request would then be refused for."""

    number: str
    differences: tuple[Difference, ...]
    reasons: tuple[Refusal, ...]


class Otherwise(Exception):
    """What the step changes is no longer what was shown; it was taken back."""


class Weighed(Once):
    """Lets a step stand only where it changes what was shown: compared in the action's own transaction."""

    def __init__(self, step: Step, registrant: Registrant | None, seen: int, *, shown: str, at: datetime) -> None:
        """Take beside what :class:`Once` takes the mark of what was shown (:func:`mark_of`), and the instant."""
        super().__init__(step, registrant, seen, step.actor())
        self.touched, self.shown, self.at = step.touched(), shown, at
        self.before: list[Snapshot] = []

    def claim(self) -> None:
        """Look at the record under the lock.

        :raises Meanwhile: as :class:`Once` does.
        """
        super().claim()
        self.before = [snapshot_of(row, self.at) for row in self.touched]

    def keep(self, outcome: Any) -> None:
        """Compare what has changed with what was shown.

        :raises Otherwise: where they differ.
        """
        if isinstance(outcome, Refused):
            return
        after = [snapshot_of(row, self.at) for row in self.touched]
        if mark_of(told(self.before, after)) != self.shown:
            raise Otherwise


def consequences_of(step: Step, given: dict[str, Any], at: datetime) -> tuple[Consequences, ...]:
    """Foresee what a filled-in step would change, for each registrant it touches.

    :param given: what the action takes beside ``by`` and ``at``.
    :raises Refused: as the action does; the refusal leaves no event.
    :raises Rejected: as the action does.
    """
    rows = step.touched()
    before = [snapshot_of(row, at) for row in rows]
    after = foresee(step.act, lambda _: [snapshot_of(row, at) for row in rows], **given, by=step.actor(), at=at)
    return told(before, after)


def told(before: list[Snapshot], after: list[Snapshot]) -> tuple[Consequences, ...]:
    """Tell what became different between two looks at the same registrants."""
    return tuple(
        Consequences(new.number, tuple(_differences(old, new)), new.reasons)
        for old, new in zip(before, after, strict=True)
    )


def mark_of(consequences: tuple[Consequences, ...]) -> str:
    """Give a short mark that differs wherever the consequences do."""
    return sha256(repr(consequences).encode()).hexdigest()[:32]


def _differences(old: Snapshot, new: Snapshot) -> Iterator[Difference]:
    if ("Record", 1) in new.lines:  # merged away: how it stood before is of no use to anyone
        yield Difference("Record", "", new.lines["Record", 1])
        return
    for key in [*old.lines, *(key for key in new.lines if key not in old.lines)]:
        was, becomes = old.lines.get(key, ""), new.lines.get(key, "")
        if was != becomes:
            yield Difference(key[0], was, becomes)
