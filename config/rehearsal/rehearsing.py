"""One scenario rehearsed: played in a scratch database of its own, and judged step by step."""

import logging
from collections.abc import Callable
from contextlib import ExitStack

from django.db import connection

from config.rehearsal.player import Answer, Player, begun
from config.rehearsal.scratch import Scratch
from config.rehearsal.script import Malformed, Scenario, Step
from config.rehearsal.verdict import differences

logger = logging.getLogger(__name__)

Tell = Callable[[Step, Answer, list[str]], None]


def rehearse(scratch: Scratch, scenario: Scenario, tell: Tell) -> bool:
    """Play one scenario and give whether every expectation held.

    :param tell: called for each step with what came of it and every difference from what is expected.
    :raises Malformed: where what is given cannot have happened.
    """
    held = True
    with ExitStack() as playing:
        try:
            player = playing.enter_context(scratch.fresh(scenario.given, lambda: begun(scenario.given)))
        except Malformed as malformed:
            raise Malformed(f"{scenario.where}: {malformed}") from malformed
        for step in scenario.steps:
            answer, differing = _played(player, step)
            tell(step, answer, differing)
            held = held and not differing
            if answer.outcome == "crashed":
                break
    return held


def _played(player: Player, step: Step) -> tuple[Answer, list[str]]:
    """Play one step; one that breaks is told like any other difference, and the next scenario goes on."""
    try:
        answer = player.play(step)
    except Exception as crash:
        if connection.connection is not None and connection.connection.closed:
            raise  # the server is gone: nothing can go on
        logger.exception("step %s (%s) crashed", step.number, step.kind)
        said = f"{type(crash).__name__}: {crash}"
        return Answer("crashed", sentence=said), [f"crashed: {said}"]
    return answer, differences(step, answer)
