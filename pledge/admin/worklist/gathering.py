"""The work about a visitor's registrants: narrowed in one statement, gathered in two, and judged by the rules."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery

from pledge.admin.listing import records_of
from pledge.admin.worklist.queues import Pace, Work, work_of
from pledge.models import Course, PregnancyTest, PrescriptionWindow, Registrant
from pledge.rules.calendar import days_after
from pledge.rules.editions import edition_on
from pledge.rules.history import Record
from pledge.rules.vocabulary import TestResult


class Known(NamedTuple):
    """One registrant's record, and the day of the last dose where tests are asked for after it."""

    record: Record
    last_dose_on: date | None


class Found(NamedTuple):
    """What is known of one registrant, and what waits about them."""

    known: Known
    work: Work


def pace_of_work() -> Pace:
    """Give how early work shows, as it is configured."""
    return Pace(settings.WORK_BEFORE_SUPPLY_ENDS_DAYS, settings.WORK_BEFORE_WINDOW_CLOSES_DAYS)


def work_about(rows: QuerySet[Registrant], on: date) -> Mapping[int, Found]:
    """Give what waits about each of some registrants on a program day; whoever has nothing waiting is left out."""
    pace = pace_of_work()
    known = known_of(maybe_waiting(rows, on, pace).values_list("pk", flat=True), on)
    judged = {pk: work_of(one.record, on, pace, last_dose_on=one.last_dose_on) for pk, one in known.items()}
    return {pk: Found(known[pk], work) for pk, work in judged.items() if work is not None}


def known_of(ids: Iterable[int], on: date) -> dict[int, Known]:
    """Gather what judging the work about registrants takes, in as many statements for many as for one."""
    records = records_of(ids, on, with_signatures=True)
    ended = [pk for pk, record in records.items() if record.course.ended_on is not None]
    asked = Course.objects.filter(registrant__in=ended, is_current=True, post_treatment_tests_asked=True)
    last_doses = dict(asked.values_list("registrant_id", "last_dose_on"))
    return {pk: Known(record, last_doses.get(pk)) for pk, record in records.items()}


def maybe_waiting(rows: QuerySet[Registrant], on: date, pace: Pace) -> QuerySet[Registrant]:
    """Narrow to registrants about whom something may wait; the rules judge them, and nobody else has work.

    Most of a practice is supplied for now. Left out is whoever is enrolled, not on hold and either needs no window, or
    was dispensed to in the present course, is supplied for longer than ``pace`` and has neither an open window that
    is unused nor a test since the newest window that was used began; and whoever has ended treatment and is asked for
    no test after it, or for none that is due and not done.
    """
    windows = [category.value for category in edition_on(on).windows]
    second_on = F("courses__last_dose_on") + timedelta(days=edition_on(on).post_treatment_days)
    present = rows.filter(courses__is_current=True).annotate(
        ended_on=F("courses__ended_on"),
        asked_after=F("courses__post_treatment_tests_asked"),
        second_on=ExpressionWrapper(second_on, DateTimeField()),
    )
    due = Q(ended_on__isnull=False, asked_after=True) & ~Exists(_after_treatment("second_on"))
    with_last_used = present.annotate(last_used_on=Subquery(_last_used_on()))
    supplied = Q(supply_through__gt=days_after(on, pace.before_supply_ends), last_used_on__isnull=False)
    quiet = supplied & ~Exists(_open_unused(on)) & ~Exists(_tested_since())
    to_judge = Q(hold_since__isnull=False) | Q(courses__enrolled_on=None) | (Q(category__in=windows) & ~quiet)
    return with_last_used.filter(due | (Q(ended_on=None) & to_judge))


def _after_treatment(second_on: str) -> QuerySet[PregnancyTest]:
    """Give the tests that do for both after treatment: of the second one's day, which a column gives, or later."""
    own = PregnancyTest.objects.filter(registrant=OuterRef("pk"), superseded_at=None)
    return own.filter(specimen_on__gte=OuterRef(second_on)).exclude(result=TestResult.INDETERMINATE)


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
