"""Whether two names are one, and whom a prescriber has under a name and date of birth: judged alike everywhere."""

import unicodedata
from datetime import date

from pledge.models import Course, Prescriber, Registrant
from pledge.rules.vocabulary import Ending


def called(name: str) -> str:
    """Give a name as it is compared: single blanks, compatible characters alike, whatever its case.

    Here and not in the database, whose idea of upper and lower case is another: two comparisons would let a dry run
    promise what the real run does not do.
    """
    alike = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", alike).split())


def of_the_same_person(prescriber: Prescriber, name: str, born_on: date) -> tuple[Registrant | None, Registrant | None]:
    """Give a prescriber's registrant of this name and date of birth, and the one whose enrollment was taken back."""
    rows = Registrant.objects.not_merged().of_prescriber(prescriber).filter(born_on=born_on)
    there = former = None
    for row in rows.order_by("pk"):
        if called(row.name) != called(name):
            continue
        if Course.objects.filter(registrant=row, is_current=True, ending=Ending.WITHDRAWN).exists():
            former = row
        else:
            there = there or row
    return there, former
