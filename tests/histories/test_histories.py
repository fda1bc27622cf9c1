"""Random histories: the real actions and the model, written from the rules alone, answer every step alike.

``HISTORIES=500 make histories`` plays more and other histories than CI does; ``python -m tests.histories.hunt`` plays
them from seeds and writes each disagreement down as a scenario.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.both import ModelAlone
from tests.histories.course import beginning, goes_on
from tests.histories.dice import Seeded
from tests.histories.machine import Histories

WANTED = os.environ.get("HISTORIES")
PROFILE = settings(
    max_examples=int(WANTED or 14),
    stateful_step_count=40,
    derandomize=WANTED is None,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
SEEDS = range(60)
LENGTH = 60


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_real_actions_and_the_model_answer_alike() -> None:
    run_state_machine_as_test(Histories, settings=PROFILE)


def steps_of(seed: int) -> list[str]:
    """Play one history on the model alone, and give its steps with their outcomes."""
    dice, alone = Seeded(seed), ModelAlone()
    begun = beginning(dice)
    while len(alone.history) < LENGTH:
        alone.play(*goes_on(dice, alone, begun))
    return [f"{step.kind} {step.outcome}" for step in alone.history]


class TestHistories:
    """What random histories reach; on the model alone, so that it is seen in a moment."""

    @pytest.fixture(scope="class")
    @staticmethod
    def told() -> list[list[str]]:
        return [steps_of(seed) for seed in SEEDS]

    @pytest.mark.parametrize(
        ("step", "times", "share"),
        [
            ("dispense dispensed", 1, 0.6),
            ("dispense dispensed", 3, 0.3),
            ("confirm ok", 3, 0.3),
            ("correct_test ok", 1, 0.3),
            ("cancel_window ok", 1, 0.05),
            ("change_category ok", 1, 0.05),
            ("clear_hold ok", 1, 0.05),
            ("reverse reversed", 1, 0.05),
            ("transfer ok", 1, 0.05),
            ("sweep ok", 2, 0.6),
        ],
    )
    def test_get_deep(self, told: list[list[str]], step: str, times: int, share: float) -> None:
        reached = sum(history.count(step) >= times for history in told)
        assert reached >= share * len(told)
