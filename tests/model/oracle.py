"""The reference model: every step of the scenario format, answered from the whole history."""

from datetime import datetime

from .oracle_clinic import ClinicSteps
from .oracle_counter import CounterSteps
from .oracle_enrollment import EnrollmentSteps
from .oracle_history import Person
from .oracle_notices import Told, sweep
from .oracle_standing import Party
from .oracle_words import Answer, edition_on, program_day


class Oracle(EnrollmentSteps, ClinicSteps, CounterSteps):
    """One program, from nothing. Steps are played in the order they happened."""

    def __init__(self) -> None:
        self.seq = 0
        self.people: dict[str, Person] = {}
        self.parties: dict[str, Party] = {}
        self.numbers = 0
        self.told = Told()

    def play(self, step_kind: str, at: datetime, args: dict) -> Answer:
        """Answer one step; a refused or rejected one changes nothing."""
        self.seq += 1
        self.at, self.today = at, program_day(at)
        self.told.now = set()
        self.answer = Answer(edition=edition_on(self.today))
        step = getattr(self, f"step_{step_kind}")
        step(dict(args or {}))
        self.answer.notices = self.told.now
        return self.answer

    def step_sweep(self, _: dict) -> None:
        sweep(self.told, list(self.people.values()), self.parties, self.at)
