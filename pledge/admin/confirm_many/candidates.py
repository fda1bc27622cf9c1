"""Whose month can be confirmed today: narrowed by the database, judged by the rules that judge the confirmation."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from pledge.admin.last_month import Last, confirmable, last_of, what_stands_against
from pledge.admin.listing import records_of
from pledge.admin.visitor import Visitor
from pledge.models import MonthlyConfirmation, PregnancyTest, PrescriptionWindow, ProgramEvent, Registrant
from pledge.rules.calendar import days_after
from pledge.rules.editions import edition_on
from pledge.rules.history import Record
from pledge.rules.monthly import asks_for_prior_source
from pledge.rules.vocabulary import RiskCategory, Scope, TestResult
from pledge.rules.windows import window_span

CAN = RiskCategory.CAN_BECOME_PREGNANT


class Candidate(NamedTuple):
    """Someone whose month can be confirmed, with what was confirmed last and the last day to do it.

    ``seen`` is the newest event about them when their record was read.
    """

    registrant: Registrant
    record: Record
    last: Last | None
    by: date
    seen: int = 0

    @property
    def names_methods(self) -> bool:
        """Whether methods, a test and answers are asked of them."""
        return self.record.category == CAN

    @property
    def specimen_on(self) -> date | None:
        """The day of the test that would be confirmed."""
        return confirmable(self.record, self.by).specimen_on

    @property
    def needs_a_form_of_its_own(self) -> bool:
        """Whether there is nothing to compare with: the methods of a first month are asked one by one."""
        return self.names_methods and self.last is None

    def asks_for_prior_source(self, on: date) -> bool:
        """Tell whether it must be said what was taken since the last window."""
        return asks_for_prior_source(self.record, on)


def candidates_for(visitor: Visitor, on: date) -> list[Candidate]:
    """Give everyone whose month a visitor can confirm on a program day; whose window closes first comes first."""
    rows = {row.pk: row for row in _likely(visitor, on)}
    found = [made for made in _made(rows, on) if not any(what_stands_against(made.record, on))]
    return sorted(found, key=lambda made: (made.by, made.registrant.name.casefold(), made.registrant.number))


def named(visitor: Visitor, numbers: Iterable[str], on: date) -> list[Candidate]:
    """Give those of the visitor's registrants who bear these numbers, whether or not they can be confirmed still."""
    rows = _own(visitor, on).filter(number__in=[number for number in numbers if number.isascii() and number.isdigit()])
    made = {candidate.registrant.number: candidate for candidate in _made({row.pk: row for row in rows}, on)}
    return [made[number] for number in numbers if number in made]


def _own(visitor: Visitor, on: date) -> QuerySet[Registrant]:
    theirs = visitor.prescribers(on, Scope.MONTH)
    return visitor.registrants().filter(prescriber__in=theirs).select_related("prescriber")


def _likely(visitor: Visitor, on: date) -> QuerySet[Registrant]:
    windows = edition_on(on).windows
    going_on = _own(visitor, on).filter(
        hold_since=None,
        courses__is_current=True,
        courses__enrolled_on__isnull=False,
        courses__ended_on=None,
        category__in=[category.value for category in windows],
    )
    opened = PrescriptionWindow.objects.filter(
        registrant=OuterRef("pk"), cancelled_at=None, stopped_at=None, opens_on__lte=on, closes_on__gte=on
    )
    oldest = days_after(on, -windows[CAN].days_after_first)
    tests = PregnancyTest.objects.in_force().filter(
        registrant=OuterRef("pk"), result=TestResult.NEGATIVE, specimen_on__gte=oldest
    )
    return going_on.filter(~Exists(opened)).filter(~Q(category=CAN) | Exists(tests))


def _made(rows: dict[int, Registrant], on: date) -> list[Candidate]:
    # First which event is the newest, then what is on record: so nothing that comes between is overlooked.
    events = ProgramEvent.objects.filter(registrant__in=rows).order_by().values_list("registrant")
    seen = dict(events.annotate(newest=Max("pk")))
    records = records_of(rows, on)
    newest = MonthlyConfirmation.objects.filter(registrant__in=rows).exclude(methods=[])
    last = {
        said.registrant_id: last_of(said) for said in newest.order_by("registrant_id", "-id").distinct("registrant_id")
    }
    return [
        Candidate(rows[pk], record, last.get(pk), _last_day(record, on), seen.get(pk, 0))
        for pk, record in records.items()
    ]


def _last_day(record: Record, on: date) -> date:
    said = confirmable(record, on)
    span = window_span(record.category, specimen_on=said.specimen_on, visit_on=on)
    return span.last_day if span is not None else on
