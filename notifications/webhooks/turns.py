"""Whose turn it is among the addresses for which messages wait: one message each, round and round.

Pure, but for the waiting of threads for each other. Half of them never take an address that is slow, so that those who
answer late, however many they are and however much waits for them, leave the others their half; the other half takes
the slow ones first, so that they too go on. Of one pharmacy's slow addresses one at a time is asked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import NamedTuple

SLOW_MILLISECONDS = 1000

Taken = tuple[bool, ...]  # whether slow ones, in this order
ANY_QUICK_FIRST, ANY_SLOW_FIRST, QUICK_ALONE = (False, True), (True, False), (False,)


class Asked(NamedTuple):
    """An address in the order of turns: whose it is, and how it answered lately."""

    endpoint_id: int
    pharmacy_id: int
    milliseconds: int
    is_failing: bool

    @property
    def is_slow(self) -> bool:
        """Whether it is one of those that may hold a thread for long."""
        return self.is_failing or self.milliseconds >= SLOW_MILLISECONDS


def lately(milliseconds: int, before: int) -> int:
    """Give how long an address takes to answer: as long as just now, or half of what it took before if that is more."""
    return max(milliseconds, before // 2)


def takers(threads: int) -> list[Taken]:
    """Give what each of so many threads takes; one that is alone takes all."""
    if threads == 1:
        return [ANY_QUICK_FIRST]
    return [ANY_SLOW_FIRST if number < threads // 2 else QUICK_ALONE for number in range(threads)]


class Turns:
    """The addresses that wait, in the order of their turns; any thread may ask for the next."""

    def __init__(self, waiting: Iterable[Asked]) -> None:
        self._waiting = list(waiting)
        self._taken: list[Asked] = []
        self._changed = Condition()

    @contextmanager
    def next_for(self, takes: Taken) -> Iterator[Asked | None]:
        """Give whose turn it is, and keep it from all others meanwhile; None where nothing is left to take."""
        taken = self._next(takes)
        try:
            yield taken
        finally:
            if taken is not None:
                with self._changed:
                    self._taken.remove(taken)
                    self._changed.notify_all()

    def again(self, asked: Asked) -> None:
        """Put an address behind all others that wait."""
        with self._changed:
            self._waiting.append(asked)

    def _next(self, takes: Taken) -> Asked | None:
        with self._changed:
            while (found := self._first(takes)) is None and self._taken:
                self._changed.wait()  # one of those asked just now may come back
            if found is not None:
                self._waiting.remove(found)
                self._taken.append(found)
            return found

    def _first(self, takes: Taken) -> Asked | None:
        busy = Counter(asked.pharmacy_id for asked in self._taken if asked.is_slow)
        for slow in takes:
            for asked in self._waiting:
                if asked.is_slow == slow and not (slow and busy[asked.pharmacy_id]):
                    return asked
        return None
