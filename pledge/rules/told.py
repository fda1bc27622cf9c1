"""What a pharmacy is told of refusals, wherever it asks: the classes alone (section 9)."""

from collections.abc import Iterable

from pledge.rules.refusals import PharmacyClass, Refusal, RefusalCode


def classes_told(refusals: Iterable[Refusal]) -> list[PharmacyClass]:
    """Give the classes of refusals, each once.

    They come in an order of their own, so that not even the order tells which full codes stand behind them. Of a hold
    the window is not told: before its last day, known to the pharmacy, only a positive test or a report closes one.
    What it undid with the window is ``untold``: it reads like a suspended prescriber then.
    """
    refusals = tuple(refusals)
    named = {refusal.code.pharmacy_class for refusal in refusals if not refusal.untold}
    if any(refusal.code == RefusalCode.ON_HOLD for refusal in refusals):
        named.discard(PharmacyClass.WINDOW_CLOSED)
    return [word for word in PharmacyClass if word in named]
