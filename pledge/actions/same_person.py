"""Whether two names are one, and whom a prescriber has under a name and date of birth: judged alike everywhere."""

import unicodedata
from datetime import date

from pledge.models import Course, ImportedRegistrant, Prescriber, ProgramEvent, Registrant
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


def since_brought(prescriber: Prescriber, name: str, born_on: date) -> str:
    """Give what has become of whom an import brought a prescriber under a name and date of birth; empty for no one.

    What the row said then is in the trail, with the course that began with it; the record may say otherwise since.
    """
    brought = ImportedRegistrant.objects.filter(taken_in__prescriber=prescriber, registrant__born_on=born_on)
    for one in brought.select_related("registrant"):
        events = ProgramEvent.objects.filter(registrant=one.registrant, subject="course", subject_id=one.course_id)
        said = [
            changes.get(f"registrant:{one.registrant_id}", {}) for changes in events.values_list("changes", flat=True)
        ]
        if called(name) in {called(row["name"][1]) for row in said if "name" in row}:
            return _become(one.registrant, prescriber)
    return ""


def _become(row: Registrant, prescriber: Prescriber) -> str:
    if row.merged_into_id is not None:
        return "was merged into another record"
    if row.prescriber_id != prescriber.pk:
        return "went to another prescriber"
    return "was given another name on record"
