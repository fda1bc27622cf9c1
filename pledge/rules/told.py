"""What a pharmacy is told of refusals, wherever it asks: the classes alone (section 9)."""

from collections.abc import Iterable

from pledge.rules.refusals import PharmacyClass, Refusal, RefusalCode

# What stops a registrant or their prescriber as such, a pregnancy among it; the clinic must act before anything else.
_STOPPED = frozenset({RefusalCode.ON_HOLD, RefusalCode.PRESCRIBER_NOT_CERTIFIED, RefusalCode.TREATMENT_ENDED})
_OF_THE_PHARMACY = frozenset(
    {PharmacyClass.CONTACT_PRESCRIBER, PharmacyClass.PHARMACY_NOT_CERTIFIED, PharmacyClass.AUTHORIZATION_CLOSED}
)


def classes_told(refusals: Iterable[Refusal]) -> list[PharmacyClass]:
    """Give the classes of refusals, each once.

    They come in an order of their own, so that not even the order tells which full codes stand behind them. Beside a
    hold, a prescriber who is not certified, and an ending, all that is told of the registrant is that the clinic must
    act: a hold also undoes the month, and what it undid would tell it from the harmless ones.
    """
    codes = {refusal.code for refusal in refusals}
    named = {code.pharmacy_class for code in codes}
    if codes & _STOPPED:
        named &= _OF_THE_PHARMACY
    return [word for word in PharmacyClass if word in named]
