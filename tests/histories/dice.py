"""Where chance comes from: a seed for the hunt, Hypothesis for the test that CI runs."""

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies

T = TypeVar("T")


class Dice(Protocol):
    """Chooses among what it is offered; the first is the plainest."""

    def of(self, options: Sequence[T]) -> T:
        """Choose one of several."""


class Seeded:
    """Chance from a seed: the same one gives the same history."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, options: Sequence[T]) -> T:
        return self.random.choice(options)


class Drawn:
    """Chance from Hypothesis, which shrinks toward the first option."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw

    def of(self, options: Sequence[T]) -> T:
        return self.draw(strategies.sampled_from(options))


def rarely(dice: Dice, one_in: int) -> bool:
    """Say yes once in so many times; Hypothesis shrinks toward no."""
    return dice.of(range(one_in)) == one_in - 1


def weighted(dice: Dice, weights: dict[T, int]) -> T:
    """Choose by weight."""
    return dice.of([choice for choice, weight in weights.items() for _ in range(weight)])
