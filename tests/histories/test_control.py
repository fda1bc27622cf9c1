"""A control: with one number of the real rules changed, the machine finds the difference."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pledge.rules import editions
from tests.histories.machine import Histories

PROFILE = settings(
    max_examples=30,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestTheComparison:
    @pytest.mark.parametrize("change", [{"wait_days": 31}, {"supply_days": 31}], ids=["the wait", "the supply"])
    def test_fails_where_one_number_is_wrong(self, monkeypatch: pytest.MonkeyPatch, change: dict[str, int]) -> None:
        changed = tuple(replace(edition, **change) for edition in editions.EDITIONS)
        monkeypatch.setattr(editions, "EDITIONS", changed)
        with pytest.raises(AssertionError, match=r"real .*, model|only real"):
            run_state_machine_as_test(Histories, settings=PROFILE)
