"""Taking an import back: whoever has done nothing since but be enrolled, one by one; the others with the reason."""

from datetime import datetime
from typing import NamedTuple

from pledge.access import NotThere
from pledge.actions.imports import happened_to, why_kept, withdraw_enrollment
from pledge.models import Course, ImportedRegistrant, RegistrantImport
from pledge.rules.refusals import Refused, Rejected
from pledge.trail import By


class Row(NamedTuple):
    """One whom an import enrolled, and why they are not taken back; empty where they may be, or were now."""

    imported: ImportedRegistrant
    reason: str


def rows_to_take_back(taken_in: RegistrantImport) -> list[Row]:
    """Give whom an import enrolled and who is still with its prescriber, each with why they stay."""
    mine = taken_in.registrants.filter(registrant__prescriber=taken_in.prescriber_id, registrant__merged_into=None)
    them = list(mine.select_related("registrant"))
    ids = [one.registrant_id for one in them]
    happened = happened_to(ids)
    courses = {course.registrant_id: course for course in Course.objects.filter(registrant__in=ids, is_current=True)}
    return [Row(one, why_kept(one, courses[one.registrant_id], happened.get(one.registrant_id, []))) for one in them]


def take_back(taken_in: RegistrantImport, *, by: By, at: datetime) -> list[Row]:
    """Take back everyone of an import who may be, each in a transaction of its own."""
    return [_take_back(row, by, at) for row in rows_to_take_back(taken_in) if not row.reason]


def _take_back(row: Row, by: By, at: datetime) -> Row:
    try:
        withdraw_enrollment(imported=row.imported, by=by, at=at)
    except NotThere:
        return row._replace(reason="they are no longer yours")
    except Rejected as rejected:
        return row._replace(reason=rejected.message)
    except Refused as refused:
        return row._replace(reason=" ".join(f"{one.sentence} {one.next_step}" for one in refused.refusals))
    return row
