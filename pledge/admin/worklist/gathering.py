"""The work about a visitor's registrants: narrowed in one statement, gathered in two, and judged by the rules."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from pledge.admin.listing import records_of
from pledge.admin.worklist.queues import Pace, Work, work_of
from pledge.models import PregnancyTest, PrescriptionWindow, Registrant
from pledge.rules.calendar import days_after
from pledge.rules.editions import edition_on
from pledge.rules.history import Record


class Found(NamedTuple):
    """One registrant's record, and what waits about them."""

    record: Record
    work: Work


def pace_of_work() -> Pace:
    """Give how early work shows, as it is configured."""
    return Pace(settings.WORK_BEFORE_SUPPLY_ENDS_DAYS, settings.WORK_BEFORE_WINDOW_CLOSES_DAYS)


def work_about(rows: QuerySet[Registrant], on: date) -> Mapping[int, Found]:
    """Give what waits about each of some registrants on a program day; whoever has nothing waiting is left out."""
    pace = pace_of_work()
    records = records_of(maybe_waiting(rows, on, pace).values_list("pk", flat=True), on, with_signatures=True)
    judged = {pk: (record, work_of(record, on, pace)) for pk, record in records.items()}
    return {pk: Found(record, work) for pk, (record, work) in judged.items() if work is not None}


def maybe_waiting(rows: QuerySet[Registrant], on: date, pace: Pace) -> QuerySet[Registrant]:
    """Narrow to registrants about whom something may wait; the rules judge them, and nobody else has work.

    Most of a practice is supplied for now. Left out is whoever is enrolled, not on hold and either needs no window, or
    was dispensed to in the present course, is supplied for longer than ``pace`` and has neither an open window that
    is unused nor a test since the newest window that was used began.
    """
    windows = [category.value for category in edition_on(on).windows]
    present = rows.filter(courses__is_current=True, courses__ended_on=None)
    with_last_used = present.annotate(last_used_on=Subquery(_last_used_on()))
    supplied = Q(supply_through__gt=days_after(on, pace.before_supply_ends), last_used_on__isnull=False)
    quiet = supplied & ~Exists(_open_unused(on)) & ~Exists(_tested_since())
    to_judge = Q(category__in=windows) & ~quiet
    return with_last_used.filter(Q(hold_since__isnull=False) | Q(courses__enrolled_on=None) | to_judge)


def _last_used_on() -> QuerySet[PrescriptionWindow, date]:
    """Give the first day of the newest window that was used, by the order in which an index holds them."""
    used = PrescriptionWindow.objects.filter(
        registrant=OuterRef("pk"), course__is_current=True, first_dispensed_at__isnull=False
    )
    return used.order_by("-opens_on").values_list("opens_on", flat=True)[:1]


def _open_unused(on: date) -> QuerySet[PrescriptionWindow]:
    return PrescriptionWindow.objects.filter(
        registrant=OuterRef("pk"), first_dispensed_at=None, cancelled_at=None, stopped_at=None, closes_on__gte=on
    )


def _tested_since() -> QuerySet[PregnancyTest]:
    own = PregnancyTest.objects.filter(registrant=OuterRef("pk"), superseded_at=None)
    return own.filter(specimen_on__gt=OuterRef("last_used_on"))
