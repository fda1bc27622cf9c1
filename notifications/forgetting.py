"""What is kept for a while only, and forgotten by the nightly work."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from pledge.actions.answers import forget_answers
from pledge.actions.sandbox import forget_sandbox
from pledge.rates import forget_guesses

_FORGETTING = {"answers": forget_answers, "sandbox": forget_sandbox, "guesses": forget_guesses}


class ANight(Protocol):
    """What a night is done for."""

    dry_run: bool


def forgetting(at: datetime) -> Iterator[tuple[str, Callable[[ANight], int]]]:
    """Give the name of each kind of forgetting at an instant, and what does it and says how much."""
    for name, forget in _FORGETTING.items():
        yield f"{name} forgotten", _forgotten(forget, at)


def _forgotten(forget: Callable[..., int], at: datetime) -> Callable[[ANight], int]:
    return lambda night: forget(at, dry_run=night.dry_run)
