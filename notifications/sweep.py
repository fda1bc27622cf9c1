"""The nightly work: record what the calendar has decided, and queue what is to be told (sections 6, 10 and 13).

Safe to run twice, or twice at once; one failure does not stop the night.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from notifications.announcements import ANNOUNCERS, TOLD_BY_THE_SWEEP, announce, tell_pharmacy
from notifications.forgetting import forgetting
from notifications.models import Night, Notice
from notifications.reminders import STATEMENTS, queue_reminders
from notifications.schedule import SWEEP_FROM
from pledge.actions.nightly import lapse, record_lockout, record_missed_window
from pledge.actions.participants import record_run_out
from pledge.models import (
    Authorization,
    EventType,
    MonthlyConfirmation,
    Pharmacy,
    Prescriber,
    PrescriptionWindow,
    ProgramEvent,
)
from pledge.rules.calendar import PROGRAM_ZONE, days_after, program_day
from pledge.rules.editions import EDITIONS, LockoutScope, edition_on
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus
from pledge.trail import SYSTEM

logger = logging.getLogger(__name__)

SWEEP_LOCK = 7302
LOOK_BACK_DAYS = 120
REPAIR_HOURS = 26
BATCH = 1000
LONGEST_STATEMENT = "10min"  # a night asks about everyone at once; a request may not
STILL_TRUE = {
    EventType.AUTHORIZATION_LAPSED: AuthorizationStatus.LAPSED,
    EventType.AUTHORIZATION_REVOKED: AuthorizationStatus.REVOKED,
    EventType.AUTHORIZATION_SUSPENDED: AuthorizationStatus.SUSPENDED,
    EventType.AUTHORIZATION_RESUMED: AuthorizationStatus.ISSUED,
}
_NOT_TOLD = ~Exists(Notice.objects.filter(caused_by=OuterRef("pk")))


@dataclass
class Report:
    """What one night did: counts by kind of work, and what failed."""

    at: datetime
    dry_run: bool = False
    skipped: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def on(self) -> date:
        """The program day it was done for."""
        return program_day(self.at)


def is_due(at: datetime) -> bool:
    """Tell whether the nightly work of today's program day is still to be done: from 02:00 on, once (section 13)."""
    if at.astimezone(PROGRAM_ZONE).time() < SWEEP_FROM:
        return False
    return not Night.objects.filter(day=program_day(at)).exists()


def run_sweep(*, at: datetime, dry_run: bool = False, progress: Callable[[str, int], None] | None = None) -> Report:
    """Do the nightly work for the program day of ``at`` and report it.

    :param dry_run: count what would be done and write nothing.
    :param progress: called with the name and count of each kind of work as it is done.
    """
    report = Report(at=at, dry_run=dry_run)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SWEEP_LOCK])
        report.skipped = not cursor.fetchone()[0]
    if report.skipped:
        return report
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [LONGEST_STATEMENT])
        for name, work in _works(at):
            report.counts[name] = _done(name, work, report)
            if progress is not None:
                progress(name, report.counts[name])
        if not dry_run:
            night = Night(day=report.on, done_at=at, failures=len(report.failures))
            Night.objects.bulk_create([night], ignore_conflicts=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])
    return report


def _works(at: datetime) -> Iterator[tuple[str, Callable[[Report], int]]]:
    on = program_day(at)

    def each(rows: Any, act: Callable[..., Any], keyword: str) -> Callable[[Report], int]:
        return lambda report: _for_each(report, rows, lambda row: act(**{keyword: row}, by=SYSTEM, at=at))

    ran_out = Q(certified_through__lt=on, suspended_at=None)
    issued = Q(registrants__authorizations__status="issued")
    held = Q(authorizations__status__in=LIVE_STATUSES)
    yield (
        "certifications run out, prescribers",
        each(Prescriber.objects.filter(ran_out & issued).distinct(), record_run_out, "party"),
    )
    yield (
        "certifications run out, pharmacies",
        each(Pharmacy.objects.filter(ran_out & held).distinct(), record_run_out, "party"),
    )
    yield "authorizations lapsed", each(_past_authorizations(on), lapse, "authorization")
    yield "windows missed", each(_missed_windows(on), record_missed_window, "window")
    yield "lockouts", each(_windows_with_lockouts(on), record_lockout, "window")
    yield "told to pharmacies", lambda report: _for_each(report, _untold(at), _tell)
    yield "repaired", lambda report: _for_each(report, _unannounced(at), partial(_repair, at=at))
    yield from forgetting(at)
    for name in STATEMENTS:
        yield name, partial(_remind, name, at)


def _done(name: str, work: Callable[[Report], int], report: Report) -> int:
    try:
        return work(report)
    except Exception as failure:
        logger.exception("the night goes on without %s", name)
        report.failures.append(f"{name}: {type(failure).__name__}")
        return 0


def _remind(name: str, at: datetime, report: Report) -> int:
    return queue_reminders(name, at=at, on=program_day(at), dry_run=report.dry_run)


def _for_each(report: Report, rows: Any, act: Callable[[Any], Any]) -> int:
    if report.dry_run:
        return rows.count()
    done = 0
    for row in _in_batches(rows):
        try:
            act(row)
            done += 1
        except Exception as failure:
            logger.exception("the night goes on without %s %s", row._meta.model_name, row.pk)
            report.failures.append(f"{row._meta.model_name} {row.pk}: {type(failure).__name__}")
    return done


def _in_batches(rows: Any) -> Iterator[Any]:
    """Give rows in order of their key: selected once, and read a batch at a time when their turn comes.

    Only keys are held at once, so memory stays flat; and the selection is not paid for again with each batch.
    """
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        batch = rows.model.objects.in_bulk(keys[start : start + BATCH])
        yield from (batch[key] for key in keys[start : start + BATCH] if key in batch)


def _past_authorizations(on: Any) -> Any:
    oldest = days_after(on, -edition_on(on).windowless_lapse_days)
    printed = Q(do_not_dispense_after__lt=on) | Q(do_not_dispense_after__isnull=False, window__closes_on__lt=on)
    return Authorization.objects.live().filter(printed | Q(do_not_dispense_after=None, issued_on__lt=oldest))


def _missed_windows(on: Any) -> Any:
    return PrescriptionWindow.objects.filter(
        Q(closes_on__lt=on) | Q(stopped_at__isnull=False),
        closing_recorded_at=None,
        cancelled_at=None,
        first_dispensed_at=None,
    )


def _windows_with_lockouts(on: Any) -> Any:
    """Give the windows whose lockout, begun or ended, may not be recorded yet; the action judges each."""
    recent = PrescriptionWindow.objects.filter(
        opens_on__gte=days_after(on, -LOOK_BACK_DAYS), release_recorded_at=None
    ).filter(Q(cancelled_at__isnull=False) | Q(stopped_at__isnull=False) | Q(closes_on__lt=on))
    scopes = {
        edition.lockout.scope
        for edition in EDITIONS
        if edition.lockout and days_after(on, -LOOK_BACK_DAYS) <= _last_day_of(edition) and edition.effective_on <= on
    }
    if not scopes:
        return recent.none()
    if LockoutScope.EVERY in scopes:
        return recent
    # What makes a window a first one (pledge.rules.windows.is_first), so that the many that are not stay unread.
    dose_before = PrescriptionWindow.objects.filter(
        course=OuterRef("course"), opens_on__lt=OuterRef("opens_on"), first_dispensed_at__isnull=False
    )
    return recent.filter(~Exists(dose_before), first_dispensed_at=None)


def _last_day_of(edition: Any) -> Any:
    later = [other.effective_on for other in EDITIONS if other.effective_on > edition.effective_on]
    return min(later) - timedelta(days=1) if later else date.max


def _untold(at: datetime) -> Any:
    """Give the events that time alone caused, that are still true and whose pharmacy has not been told."""
    still = [
        Q(Exists(Authorization.objects.filter(pk=OuterRef("subject_id"), status=status)), type=event)
        for event, status in STILL_TRUE.items()
    ]
    return ProgramEvent.objects.filter(
        reduce(or_, still), actor_kind="system", at__gte=at - timedelta(days=LOOK_BACK_DAYS)
    ).filter(_NOT_TOLD)


def _tell(event: ProgramEvent) -> None:
    tell_pharmacy(TOLD_BY_THE_SWEEP[EventType(event.type)], event)


def _last_night(at: datetime) -> datetime:
    """Give the instant from which a lost announcement has not been looked for yet, with some hours to spare."""
    earliest = at - timedelta(hours=REPAIR_HOURS)
    last = Night.objects.filter(done_at__lt=at).order_by("-done_at").values_list("done_at", flat=True).first()
    return min(earliest, last - timedelta(hours=1)) if last else earliest


def _repair(event: ProgramEvent, *, at: datetime) -> None:
    """Announce an event late: what it causes is judged tonight, for what is no longer true is not told."""
    event.at = at
    announce(event)


def _unannounced(at: datetime) -> Any:
    """Give recent events that should have caused a notice and have caused none; announcing again is harmless."""
    windowless = MonthlyConfirmation.objects.filter(pk=OuterRef("subject_id"), window=None)
    return (
        ProgramEvent.objects.filter(type__in=ANNOUNCERS, at__gte=_last_night(at), at__lte=at)
        .exclude(actor_kind="system", type__in=TOLD_BY_THE_SWEEP)
        .exclude(Exists(windowless), type=EventType.MONTH_CONFIRMED)  # nobody is told anything of these
        .filter(_NOT_TOLD)
    )
