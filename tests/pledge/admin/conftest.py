"""A world at a fixed hour under the edition of 2026."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.lives import UNDER_2026
from tests.pledge.admin.world import World, a_world


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Everyone logged in, at one instant that stands still."""
    with time_machine.travel(UNDER_2026, tick=False):
        yield a_world(UNDER_2026)
