"""Every scenario is rehearsed; a failure names the step, what was expected and what came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make each scenario a case of its own, named by its file and its sentence."""
    from config.rehearsal.script import files_in, scenarios_in

    if "scenario" in metafunc.fixturenames:
        told = [scenario for path in files_in([HERE]) for scenario in scenarios_in(path)]
        metafunc.parametrize("scenario", told, ids=[f"{one.path.stem}: {one.name}" for one in told])


@pytest.fixture(scope="module")
def scratch(django_db_blocker: DjangoDbBlocker) -> Iterator[object]:
    from config.rehearsal.scratch import scratch_databases

    with django_db_blocker.unblock(), scratch_databases() as made:
        yield made


def test_scenario(scenario, scratch) -> None:
    from config.rehearsal.rehearsing import rehearse

    told = []

    def tell(step, answer, differing) -> None:
        told.extend(f"step {step.number} ({step.kind}): {difference}" for difference in differing)

    assert rehearse(scratch, scenario, tell), "\n".join(told)
