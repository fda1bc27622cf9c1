"""What a step comes to, and what the arguments of a step are."""

from datetime import date
from typing import Any, NamedTuple

from pledge.rules.refusals import Refusal

Arguments = dict[str, Any]


class Came(NamedTuple):
    """What a step that was not refused came to."""

    outcome: str = "ok"
    do_not_dispense_after: date | None = None
    overlays: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
