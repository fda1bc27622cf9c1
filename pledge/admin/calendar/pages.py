"""The page of a month."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledge.admin.calendar.addresses import FEED_STEPS, address_page
from pledge.admin.calendar.entries import Kind, State
from pledge.admin.calendar.gathering import Line, lines_about_registrants, lines_about_standing
from pledge.admin.calendar.month import NotAMonth, beside, day_named, month_named, month_of, weeks_of
from pledge.admin.doors import DOORS, Door
from pledge.admin.listing import note_listed
from pledge.admin.visitor import CLINIC, Visitor
from pledge.models import CalendarFeed
from pledge.rules.calendar import Span, program_day

IN_A_CELL = 5  # more are counted, and shown on the day's own list
EVERYTHING = "everything"
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


class Filters(NamedTuple):
    """What of a month is shown; the words are the program's own and name no one."""

    kind: str
    prescriber: str
    show: str

    def keeps(self, line: Line) -> bool:
        """Tell whether a line is shown."""
        if self.kind and line.entry.kind != self.kind:
            return False
        if self.prescriber and (line.person is None or str(line.person.prescriber_id) != self.prescriber):
            return False
        return self.show == EVERYTHING or line.entry.state is State.OPEN

    @property
    def query(self) -> str:
        """The filters as they go on in an address; empty where none narrows."""
        return "".join(f"&{name}={word}" for name, word in self._asdict().items() if word)


class Cell(NamedTuple):
    """One day of the month: what of it is shown, and how many lines there are."""

    day: date
    lines: list[Line]
    in_all: int

    @property
    def more(self) -> int:
        """How many are not shown here."""
        return self.in_all - len(self.lines)


@require_safe
def calendar_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what a month asks for, or all that one of its days does."""
    at = timezone.now()
    on = program_day(at)
    month, complaint = _asked_month(request, on)
    prescribers = list(visitor.prescribers(on))
    filters = _filters(request, [str(row.pk) for row in prescribers])
    kept = sorted(_lines(visitor, on, month, filters), key=_order)
    day = day_named(request.GET.get("day", ""), month)
    by_day: dict[date, list[Line]] = {each: [] for each in month.days()}
    for line in kept:
        by_day[line.entry.day].append(line)
    cells = {each: Cell(each, lines[:IN_A_CELL], len(lines)) for each, lines in by_day.items()}
    shown = by_day[day] if day else [line for cell in cells.values() for line in cell.lines]
    persons = sorted({line.person for line in shown if line.person}, key=lambda person: person.number)
    note_listed(persons, visitor=visitor, at=at, what="calendar_read")
    before, after = beside(month, on)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Calendar, {month.first_day:%B %Y}",
        "month": month,
        "weekdays": WEEKDAYS,
        "weeks": [[cells.get(each) if each else None for each in week] for week in weeks_of(month)],
        "day": day,
        "day_lines": by_day[day] if day else [],
        "count": len(kept),
        "today": on,
        "before": before,
        "after": after,
        "this_month": month_of(on),
        "filters": filters,
        "kinds": list(Kind),
        "prescribers": prescribers if len(prescribers) > 1 else [],
        "complaint": complaint,
        "feed": CalendarFeed.objects.filter(user=request.user, revoked_at=None).first(),  # type: ignore[misc]
        "feed_steps": FEED_STEPS,
    }
    return TemplateResponse(request, "pledge/admin/calendar/month.html", context, status=400 if complaint else 200)


def _asked_month(request: HttpRequest, on: date) -> tuple[Span, str]:
    """Give the month that is asked for; where it is none, this month and what was wrong."""
    written = request.GET.get("month", "")
    try:
        return (month_named(written, on) if written else month_of(on)), ""
    except NotAMonth as wrong:
        return month_of(on), str(wrong)


def _filters(request: HttpRequest, prescribers: list[str]) -> Filters:
    known = {"kind": [kind.value for kind in Kind], "prescriber": prescribers, "show": [EVERYTHING]}
    asked = {name: request.GET.get(name, "") for name in known}
    return Filters(**{name: word if word in known[name] else "" for name, word in asked.items()})


def _lines(visitor: Visitor, on: date, month: Span, filters: Filters) -> Iterable[Line]:
    for lines in (lines_about_standing(visitor, on, month), lines_about_registrants(visitor.registrants(), on, month)):
        yield from filter(filters.keeps, lines)


def _order(line: Line) -> tuple[date, bool, int, str, str]:
    undone, rank, key = line.entry.order
    return line.entry.day, undone, rank, line.person.name if line.person else line.about, key


DOORS += [
    Door("calendar/", calendar_page, "calendar", CLINIC, "Calendar"),
    Door("calendar/address/<slug:slug>/", address_page, "calendar-address", CLINIC),
]
