"""Guessing registrants at the same instant: of any number of tries at once, no more are answered than may fail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from pledge import rates
from pledge.models import WrongGuess
from pledge.rates import Allowance, TooManyCalls, count_calls, wrong_naming
from tests import lives
from tests.races.side_by_side import at_once, overtaken

pytestmark = pytest.mark.django_db(transaction=True)
COUNTED = "INSERT INTO pledge_callrate"
SOFTWARE, TRIES_OF_EACH = 20, 50


@pytest.fixture
def naming(program: lives.Program, at: datetime) -> Callable[..., Callable[[], Any]]:
    """Name something, wrongly by the words that are given, or rightly without."""

    def named(*wrong: str) -> Callable[[], Any]:
        return lambda: count_calls(program.pharmacy.pk, at, missed=[wrong_naming(*wrong)] if wrong else [])

    return named


class TestGuesses:
    def test_of_a_thousand_at_once_no_more_are_answered_than_may(
        self, naming: Callable[..., Callable[[], Any]], settings: Any
    ) -> None:
        def tries(which: int) -> Callable[[], int]:
            return lambda: sum(answered(naming(f"{which}-{number}")) for number in range(TRIES_OF_EACH))

        given = at_once(*map(tries, range(SOFTWARE)))
        assert sum(given) == settings.GUESSES_SLOWED == WrongGuess.objects.count()

    def test_are_judged_one_after_the_other(self, naming: Callable[..., Callable[[], Any]], settings: Any) -> None:
        settings.GUESSES_SLOWED = 1
        assert outcomes(overtaken(naming("a"), naming("b"), after=COUNTED)) == [Allowance, TooManyCalls]

    def test_that_are_right_are_told_no_earlier(self, naming: Callable[..., Callable[[], Any]], settings: Any) -> None:
        settings.GUESSES_SLOWED = 1
        assert outcomes(overtaken(naming("a"), naming(), after=COUNTED)) == [Allowance, TooManyCalls]

    @pytest.mark.parametrize("second", [("b",), ()], ids=["wrong", "right"])
    def test_would_get_by_without_the_transaction_that_holds_the_lock(
        self, naming: Callable[..., Callable[[], Any]], settings: Any, monkeypatch: pytest.MonkeyPatch, second: Any
    ) -> None:
        settings.GUESSES_SLOWED = 1
        monkeypatch.setattr(rates, "transaction", SimpleNamespace(atomic=nullcontext))
        assert outcomes(overtaken(naming("a"), naming(*second), after=COUNTED)) == [Allowance, Allowance]


def answered(naming: Callable[[], Any]) -> bool:
    try:
        naming()
    except TooManyCalls:
        return False
    return True


def outcomes(given: list[Any]) -> list[type]:
    return [type(one) for one in given]
