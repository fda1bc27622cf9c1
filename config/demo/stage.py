"""The stage on which a program is played: days counted from today, and what happens on them in order of time."""

import heapq
import logging
from collections.abc import Callable, Generator, Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import count

from pledge.rules.calendar import PROGRAM_ZONE, program_day, start_of
from pledge.rules.refusals import Refused, Rejected

Arc = Generator[datetime, None, None]
"""Yields the instant of its next step, and takes that step when it is resumed."""

OPENS, CLOSES = time(7), time(18)
logger = logging.getLogger(__name__)


class Stage:
    """The time around one instant: day 0 is the program day of ``now``, day -1 the one before."""

    def __init__(self, now: datetime) -> None:
        """Take the instant at which the play ends."""
        self.now = now
        self.today = program_day(now)

    def moment(self, day: int, clock: str) -> datetime:
        """Give an instant of a day by the program's clock.

        On day 0 the hours between opening and closing are drawn together, so that all of them have passed by now.
        """
        on = self.today + timedelta(days=day)
        at = datetime.combine(on, time.fromisoformat(clock), PROGRAM_ZONE)
        if day == 0 and at.time() >= OPENS:
            at = self._drawn_together(at)
        return at.astimezone(UTC)

    def _drawn_together(self, at: datetime) -> datetime:
        opens, closes = (datetime.combine(self.today, edge, PROGRAM_ZONE) for edge in (OPENS, CLOSES))
        begins = opens if self.now - opens > timedelta(minutes=30) else start_of(self.today)
        ends = min(self.now, closes)
        return begins + (ends - begins) * ((at - opens) / (closes - opens))

    def play(self, arcs: Iterable[Arc], *, told: Callable[[int], None] = lambda _: None) -> list[str]:
        """Take every step of every arc in order of time, up to now.

        A step that is refused ends its arc and no other.

        :param told: called with the number of steps taken so far, each time a step was taken.
        :return: what was refused, in words.
        """
        order, steps = count(), count(1)
        waiting: list[tuple[datetime, int, Arc]] = []
        stumbled: list[str] = []

        def advance(arc: Arc) -> None:
            try:
                at = next(arc)
            except StopIteration:
                return
            except (Refused, Rejected) as refused:
                stumbled.append(f"{getattr(arc, '__name__', '')}: {refused}")
                return
            if at <= self.now:
                heapq.heappush(waiting, (at, next(order), arc))

        for arc in arcs:
            advance(arc)
        while waiting:
            _, _, arc = heapq.heappop(waiting)
            advance(arc)
            told(next(steps))
        return stumbled


def _name_of(arc: Arc) -> str:
    return str(getattr(arc, "__name__", "arc"))
