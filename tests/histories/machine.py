"""A machine that drives histories through the real actions and the model, and compares after every step."""

from datetime import datetime

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.histories.both import Both
from tests.histories.course import SELDOM, Told, beginning, next_instant, next_step, sensible
from tests.histories.dice import Drawn
from tests.histories.ground import wipe
from tests.histories.steps import MAKES
from tests.histories.written import as_yaml


class Histories(RuleBasedStateMachine):
    """One history of a program; what fails is told as a scenario."""

    def __init__(self) -> None:
        """Begin on clean ground."""
        super().__init__()
        wipe()
        self.both = Both()
        self.at: datetime | None = None

    @initialize(source=st.data())
    def begins(self, source: st.DataObject) -> None:
        """Begin with what is given, or with a prescriber and two pharmacies."""
        for step in beginning(Drawn(source.draw)):
            self.play(step)

    @rule(source=st.data())
    def goes_on(self, source: st.DataObject) -> None:
        """Take the step that someone's treatment is waiting for, at once or later."""
        dice = Drawn(source.draw)
        at = next_instant(dice, self.both.present(self.at))
        self.play((at, *sensible(dice, self.both.present(at))))

    @rule(source=st.data())
    def goes_anyhow(self, source: st.DataObject) -> None:
        """Take a likely step, at once or later."""
        dice = Drawn(source.draw)
        at = next_instant(dice, self.both.present(self.at))
        self.play((at, *next_step(dice, self.both.present(at))))

    @rule(source=st.data(), kind=st.sampled_from(sorted(SELDOM)))
    def strays(self, source: st.DataObject, kind: str) -> None:
        """Take any step at all, at once."""
        self.play((self.at, kind, MAKES[kind](Drawn(source.draw), self.both.present(self.at))))

    def play(self, step: Told) -> None:
        """Play one step on both sides.

        :raises AssertionError: with every difference; the history is noted as a scenario.
        """
        self.at = step[0]
        found = self.both.play(*step)
        if found:
            note(as_yaml((step.at, step.kind, step.arguments) for step in self.both.history))
        assert not found, "\n".join(found)
