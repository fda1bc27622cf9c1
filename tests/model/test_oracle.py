"""The reference model agrees with every scenario."""

from pathlib import Path

import pytest

from .player import load, play

SCENARIOS = Path(__file__).parent.parent / "scenarios"

EVERY = [
    pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")
    for path in sorted(SCENARIOS.glob("*.yaml"))
    for scenario in load(path)
]


@pytest.mark.parametrize("scenario", EVERY)
def test_the_model_agrees_with_the_scenario(scenario: dict) -> None:
    wrong = [f"step {p.number} {p.kind} {p.args}: {'; '.join(p.wrong)}" for p in play(scenario) if p.wrong]
    assert not wrong, "\n".join(wrong)


def test_there_are_scenarios_and_their_names_differ() -> None:
    names = [parameter.id for parameter in EVERY]
    assert names
    assert len(names) == len(set(names))
