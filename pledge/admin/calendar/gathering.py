"""Which registrants a span of days may concern, told by the database, and what their records then say."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from pledge.admin.calendar.entries import REACH, Entry, Kind, State, entries_of
from pledge.admin.listing import each_record_of
from pledge.admin.visitor import Role, Visitor
from pledge.models import Course, Designation, Designee, PregnancyTest, PrescriptionWindow, Registrant
from pledge.rules.calendar import Span, days_after


class Person(NamedTuple):
    """A registrant as a line of the calendar shows them."""

    id: int
    number: str
    name: str
    prescriber_id: int


class Version(NamedTuple):
    """How often what an entry rests on has changed, and when last."""

    times: int
    at: datetime


class Line(NamedTuple):
    """An entry with whom it is about: a registrant, or what else it names.

    ``version`` is given where the row itself tells it; else the trail does.
    """

    entry: Entry
    person: Person | None = None
    about: str = ""
    version: Version | None = None


def concerned(rows: QuerySet[Registrant], within: Span) -> QuerySet[Registrant]:
    """Narrow to registrants for whom a day of the span may ask for something; a few too many, none too few."""
    lately = (days_after(within.first_day, -REACH), within.last_day)
    own = {"registrant": OuterRef("pk")}
    windows = PrescriptionWindow.objects.filter(**own, opens_on__lte=within.last_day, closes_on__gte=lately[0])
    tests = PregnancyTest.objects.in_force().filter(**own, specimen_on__range=lately)
    waiting = Q(enrolled_on__range=lately) | Q(post_treatment_tests_asked=True, last_dose_on__range=lately)
    courses = Course.objects.filter(waiting, **own, is_current=True)
    return rows.filter(
        Q(supply_through__range=within)
        | Q(hold_since__range=within)
        | Exists(windows)
        | Exists(tests)
        | Exists(courses)
    )


def lines_about_registrants(rows: QuerySet[Registrant], on: date, within: Span) -> Iterator[Line]:
    """Give what the span asks for about registrants, in three statements however many they are."""
    found = concerned(rows, within).values_list("pk", "number", "name", "prescriber_id")
    people = {values[0]: Person(*values) for values in found}
    ended = Course.objects.filter(registrant__in=rows, is_current=True, post_treatment_tests_asked=True)
    last_doses = dict(ended.values_list("registrant_id", "last_dose_on"))
    for record in each_record_of(people, on):
        for entry in entries_of(record, on, within, last_doses.get(record.registrant_id)):
            yield Line(entry, people[record.registrant_id])


def lines_about_standing(visitor: Visitor, on: date, within: Span) -> Iterator[Line]:
    """Give when a clinic's certification, attestations and designations end, as far as they are the visitor's own."""
    prescribers = visitor.prescribers(on)
    yield from _certifications(prescribers, "prescriber", "Certification ends", within)
    designations = Designation.objects.filter(prescriber__in=prescribers).select_related("designee", "prescriber")
    designees = Designee.objects.filter(designations__in=designations.in_force(on)).distinct()
    if visitor.role is Role.DESIGNEE:
        own = visitor.by().designee
        designations, designees = designations.filter(designee=own), designees.filter(pk__in=[own.pk] if own else [])
    yield from _certifications(designees, "designee", "Attestation ends", within)
    for row in designations.filter(ends_on__range=within):
        ends_on: Any = row.ends_on
        state = State.CANCELLED if row.ended_at else State.OPEN
        entry = Entry(ends_on, Kind.STANDING, "Designation ends", state, f"designation:{row.pk}")
        version = Version(1, row.ended_at) if row.ended_at else Version(0, row.granted_at)
        yield Line(entry, about=row.designee.name, version=version)


def _certifications(rows: QuerySet[Any], kind: str, reason: str, within: Span) -> Iterator[Line]:
    for row in rows.filter(certified_through__range=within):
        state = State.CANCELLED if row.suspended_at else State.OPEN
        yield Line(Entry(row.certified_through, Kind.STANDING, reason, state, f"{kind}:{row.pk}"), about=row.name)
