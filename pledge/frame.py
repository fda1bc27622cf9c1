"""The frame of every write: one durable transaction; a refusal is recorded after the rollback."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from django.db import transaction

from pledge.models import EventType, Registrant
from pledge.rules.refusals import Refused
from pledge.trail import By, record

P = ParamSpec("P")
R = TypeVar("R")


class Memory(Protocol):
    """What an interface keeps of a decision in the decision's own transaction, such as an idempotency key."""

    def claim(self) -> None:
        """Run first in the transaction; raise to stop the act before anything is read."""

    def keep(self, outcome: Any) -> None:
        """Run last in the transaction, with what the act returned, or with the :class:`Refused` it raised."""


class Foreseen(Exception):
    """What an act that was taken back had led to; never leaves :func:`foresee`."""

    def __init__(self, seen: Any) -> None:
        """Take what was seen."""
        self.seen = seen
        super().__init__()


class Foresight:
    """A memory that looks at what an act led to, inside its transaction, and lets nothing of it stay."""

    def __init__(self, look: Callable[[Any], Any]) -> None:
        """Take what looks: it is given the act's outcome, and reads the rows as the act left them."""
        self.look = look

    def claim(self) -> None:
        """Claim nothing."""

    def keep(self, outcome: Any) -> None:
        """Look, and take the act back.

        :raises Foreseen: always.
        """
        raise Foreseen(self.look(outcome))


def foresee(act: Callable[..., Any], look: Callable[[Any], Any], **given: Any) -> Any:
    """Take an action for real and take it back: give what was to be seen of it in between.

    Nothing is written, announced or recorded, and a refusal leaves no event; so what is shown before a step is what
    the step then does.

    :param given: what the action takes, ``by`` and ``at`` included.
    :raises Refused: as the action does.
    :raises Rejected: as the action does.
    """
    try:
        act(**given, memory=Foresight(look))
    except Foreseen as foreseen:
        return foreseen.seen
    raise AssertionError("an action that keeps nothing in its memory cannot be foreseen")


def action(act: Callable[P, R]) -> Callable[P, R]:
    """Make a function an action: the five beats lock, gather, judge, write, record in one durable transaction.

    The function takes keywords only, the last two being ``by`` (:class:`By`) and ``at`` (an aware instant).
    Every action also takes ``memory`` (:class:`Memory`), which the frame keeps to itself.

    :raises Refused: as the function does; the refusal has then left an event of its own.
    """

    @wraps(act)
    def framed(*args: P.args, **kwargs: P.kwargs) -> R:
        name = f"{act.__module__.removesuffix('.actions').rpartition('.')[2]}.{act.__name__}"
        memory = cast(Memory | None, kwargs.pop("memory", None))
        at, by = _edge(name, kwargs)
        try:
            with transaction.atomic(durable=True):
                if memory is not None:
                    memory.claim()
                outcome = act(*args, **kwargs)
                if memory is not None:
                    memory.keep(outcome)
                return outcome
        except Refused as refused:
            if not isinstance(memory, Foresight):
                _record_refusal(name, refused, memory, kwargs.get("registrant") or by.registrant, by, at)
            raise

    framed.is_action = True  # type: ignore[attr-defined]
    return framed


def _edge(name: str, kwargs: dict[str, Any]) -> tuple[datetime, By]:
    at, by = kwargs.get("at"), kwargs.get("by")
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise ValueError(f"{name}: at must be an instant with a time zone, not {at!r}")
    if not isinstance(by, By):
        raise ValueError(f"{name}: by must say who acts, not {by!r}")
    return at, by


def _record_refusal(
    name: str, refused: Refused, memory: Memory | None, registrant: object, by: By, at: datetime
) -> None:
    with transaction.atomic(durable=True):
        record(
            EventType.ACT_REFUSED,
            act=name,
            by=by,
            at=at,
            registrant=registrant if isinstance(registrant, Registrant) else None,
            overlays=refused.overlays,
            refusals=refused.refusals,
        )
        if memory is not None:
            memory.keep(refused)
