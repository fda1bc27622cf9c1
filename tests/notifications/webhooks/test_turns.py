"""Whose turn it is: nobody waits for those who answer late, and those go on too."""

from __future__ import annotations

from threading import Thread

from notifications.webhooks.turns import (
    ANY_QUICK_FIRST,
    ANY_SLOW_FIRST,
    QUICK_ALONE,
    SLOW_MILLISECONDS,
    Asked,
    Turns,
    lately,
    takers,
)

SLOW, SLOW_TOO, OTHERS_SLOW = (Asked(n, n // 10, SLOW_MILLISECONDS, False) for n in (10, 11, 20))
QUICK, QUICK_TOO, FAILING = Asked(12, 1, 5, False), Asked(30, 3, 0, False), Asked(40, 4, 5, True)


def order(turns: Turns, takes: tuple[bool, ...]) -> list[Asked]:
    """Take until nothing is left, one at a time."""
    found = []
    while True:
        with turns.next_for(takes) as asked:
            if asked is None:
                return found
            found.append(asked)


class TestTurns:
    def test_come_in_order_the_quick_or_the_slow_first(self):
        everyone = [SLOW, QUICK, FAILING, QUICK_TOO, OTHERS_SLOW]
        assert order(Turns(everyone), ANY_QUICK_FIRST) == [QUICK, QUICK_TOO, SLOW, FAILING, OTHERS_SLOW]
        assert order(Turns(everyone), ANY_SLOW_FIRST) == [SLOW, FAILING, OTHERS_SLOW, QUICK, QUICK_TOO]
        assert order(Turns(everyone), QUICK_ALONE) == [QUICK, QUICK_TOO]

    def test_come_round_behind_everyone_else(self):
        turns = Turns([QUICK, QUICK_TOO])
        with turns.next_for(QUICK_ALONE) as first:
            turns.again(first)
        assert order(turns, QUICK_ALONE) == [QUICK_TOO, QUICK]

    def test_are_one_at_a_time_for_a_pharmacys_slow_addresses_and_not_for_its_quick_one(self):
        turns = Turns([SLOW, SLOW_TOO, OTHERS_SLOW, QUICK])
        with turns.next_for(ANY_SLOW_FIRST) as one, turns.next_for(ANY_SLOW_FIRST) as other:
            assert (one, other) == (SLOW, OTHERS_SLOW)
            with turns.next_for(ANY_SLOW_FIRST) as third:
                assert third == QUICK
        assert order(turns, ANY_SLOW_FIRST) == [SLOW_TOO]

    def test_are_waited_for_by_a_thread_while_another_may_bring_one_back(self):
        turns, found = Turns([QUICK]), []
        with turns.next_for(QUICK_ALONE) as asked:
            waiting = Thread(target=lambda: found.extend(order(turns, QUICK_ALONE)))
            waiting.start()
            turns.again(asked._replace(milliseconds=7))
        waiting.join(5)
        assert found == [QUICK._replace(milliseconds=7)]

    def test_leave_half_of_the_threads_to_the_quick(self):
        assert takers(1) == [ANY_QUICK_FIRST]
        assert takers(5) == [ANY_SLOW_FIRST] * 2 + [QUICK_ALONE] * 3


class TestHowLongAnAddressTakes:
    def test_is_forgotten_by_halves(self):
        """One that answers late and at once in turn stays among the slow."""
        took = lately(4800, 0)
        for milliseconds in (10, 10):
            took = lately(milliseconds, took)
            assert took >= SLOW_MILLISECONDS
        assert lately(10, took) < SLOW_MILLISECONDS
