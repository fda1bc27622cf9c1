"""The list of registrants: found by number or name, narrowed by category and by where they stand."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Protocol

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from pledge.admin.visitor import CLINIC, Visitor
from pledge.admin.whereabouts import Place
from pledge.facts import RECORD_COLUMNS, RECORD_TABLES, record_from_row, signatures_of_many
from pledge.models import PrescriptionWindow, Registrant
from pledge.rules.editions import edition_on
from pledge.rules.history import Record
from pledge.trail import record_listing

NUMBERS_AN_ENTRY = 18  # fit into an access entry: so a page of a list leaves one

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


class Numbered(Protocol):
    """Whom a page shows by number."""

    @property
    def number(self) -> str:
        """The registrant's number."""

    @property
    def prescriber_id(self) -> int:
        """Whose registrant they are."""


def note_listed(rows: Iterable[Numbered], *, visitor: Visitor, at: datetime, what: str = "registrants_listed") -> None:
    """Write whose rows a page showed, in as many access entries as their numbers need; at least one.

    The registrants of each prescriber have entries of their own, as read on that one's behalf.
    """
    numbers: dict[int, dict[str, None]] = {}
    for row in rows:
        numbers.setdefault(row.prescriber_id, {})[row.number] = None
    if visitor.role not in CLINIC:  # who acts on nobody's behalf needs no more entries than the numbers fill
        numbers = {0: {number: None for theirs in numbers.values() for number in theirs}}
    for prescriber_id, theirs in numbers.items():
        record_listing(what=what, by=visitor.by(prescriber_id), at=at, numbers=theirs)
    if not numbers:
        record_listing(what=what, by=visitor.by_together(), at=at, numbers=())


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
