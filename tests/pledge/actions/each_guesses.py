"""What is done about a pharmacy that keeps naming what is not there."""

from pledge.actions import guesses
from pledge.models import EventType
from tests import lives
from tests.pledge.actions.one_step import Step


def _suspect_guessing(program: lives.Program) -> Step:
    given = {"pharmacy": program.pharmacy}
    return Step(guesses.suspect_guessing, EventType.GUESSING_SUSPECTED, given, guesses.WATCH)


def _suspend_guesser(program: lives.Program) -> Step:
    given = {"pharmacy": program.pharmacy}
    return Step(guesses.suspend_guesser, EventType.PARTY_SUSPENDED, given, guesses.WATCH)


GUESSES = {"guesses.suspect_guessing": _suspect_guessing, "guesses.suspend_guesser": _suspend_guesser}
