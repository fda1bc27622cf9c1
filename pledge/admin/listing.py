"""The list of registrants: found by number or name, narrowed by category and by where they stand."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from pledge.admin.whereabouts import Place
from pledge.facts import RECORD_COLUMNS, RECORD_TABLES, record_from_row, signatures_of_many
from pledge.models import PrescriptionWindow, Registrant
from pledge.rules.editions import edition_on
from pledge.rules.history import Record
from pledge.trail import By, record_access

NUMBERS_AN_ENTRY = 18  # fit into an access entry

_BY_IDS = f"SELECT {RECORD_COLUMNS} FROM {RECORD_TABLES} WHERE r.id = ANY(%(ids)s)"  # noqa: S608 - our own constants


def records_of(ids: Iterable[int], on: date, *, with_signatures: bool = False) -> dict[int, Record]:
    """Gather the records of several registrants in one statement.

    :param with_signatures: gather, in one more, the signatures of those whose course is not enrolled yet.
    """
    records = {record.registrant_id: record for record in each_record_of(ids, on)}
    if not with_signatures:
        return records
    signatures = signatures_of_many([pk for pk, record in records.items() if record.course.enrolled_on is None])
    return {pk: record._replace(signatures=signatures.get(pk)) for pk, record in records.items()}


def each_record_of(ids: Iterable[int], on: date) -> Iterator[Record]:
    """Give the same one after the other, for whoever keeps none of thousands: a row is read when it is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_IDS, {"ids": list(ids), "on": on})
        yield from map(record_from_row, cursor)


def note_listed(rows: Sequence[Registrant], *, by: By, at: datetime) -> None:
    """Write whose rows a list showed, in as many access entries as their numbers need; at least one."""
    numbers = [row.number for row in rows]
    for first in range(0, max(len(numbers), 1), NUMBERS_AN_ENTRY):
        shown = " ".join(numbers[first : first + NUMBERS_AN_ENTRY])
        record_access(what="registrants_listed", by=by, at=at, registrant=None, outcome=shown)


def found(rows: QuerySet[Registrant], text: str) -> QuerySet[Registrant]:
    """Narrow to registrants whose number begins with a text or whose name holds it."""
    return rows.filter(Q(number__startswith=text) | Q(name__icontains=text)) if text else rows


def standing_in(rows: QuerySet[Registrant], place: Place, on: date) -> QuerySet[Registrant]:
    """Narrow to registrants who stand in a place on a program day; the same places as the sentence's."""
    present = rows.filter(courses__is_current=True).annotate(
        ended_on=F("courses__ended_on"), enrolled_on=F("courses__enrolled_on")
    )
    if place is Place.ENDED:
        return present.filter(ended_on__isnull=False)
    going_on = present.filter(ended_on=None)
    if place is Place.ON_HOLD:
        return going_on.filter(hold_since__isnull=False)
    free = going_on.filter(hold_since=None)
    if place is Place.TO_SIGN:
        return free.filter(enrolled_on=None)
    signed = free.filter(enrolled_on__isnull=False)
    with_windows = Q(category__in=[category.value for category in edition_on(on).windows])
    if place is Place.WITHOUT_WINDOW:
        return signed.exclude(with_windows)
    is_open = Exists(_open_windows(on))
    return signed.filter(with_windows, is_open if place is Place.WINDOW_OPEN else ~is_open)


def _open_windows(on: date) -> QuerySet[PrescriptionWindow]:
    return PrescriptionWindow.objects.filter(
        registrant=OuterRef("pk"),
        course__is_current=True,
        cancelled_at=None,
        stopped_at=None,
        opens_on__lte=on,
        closes_on__gte=on,
    )
