"""What a pharmacy is told of refusals, wherever it asks: the classes alone (section 9)."""

from collections.abc import Iterable

from pledge.rules.refusals import PharmacyClass, Refusal, RefusalCode


def classes_told(refusals: Iterable[Refusal]) -> list[PharmacyClass]:
    """Give the classes of refusals, each once.

    They come in an order of their own, so that not even the order tells which full codes stand behind them. Of a hold
    neither the window nor the patient's step is told: before the window's last day, known to the pharmacy, only a
    positive test or a report closes it, and with it goes what the patient had done. A suspended prescriber reads alike.
    """
    codes = {refusal.code for refusal in refusals}
    named = {code.pharmacy_class for code in codes}
    if RefusalCode.ON_HOLD in codes:
        named -= {PharmacyClass.WINDOW_CLOSED, PharmacyClass.PATIENT_ACTION_NEEDED}
    return [word for word in PharmacyClass if word in named]
