"""The feed for calendar programs: which tasks, which day, and nothing of whom or what (docs/decisions/0017)."""

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

from pledge.actions.keys import digest_of
from pledge.admin.calendar.entries import Entry, Kind, State
from pledge.admin.calendar.gathering import Version, lines_about_registrants, lines_about_standing
from pledge.admin.calendar.ics import Task, calendar_of
from pledge.admin.visitor import CLINIC, Visitor, visitor_behind
from pledge.models import CalendarFeed, ProgramEvent
from pledge.rules.calendar import Span, days_after, program_day
from pledge.trail import record_access

KEPT_DAYS = 30  # after its day a task that is done or no longer asked goes on being told as cancelled
AHEAD_DAYS = 400  # far enough for a certification of a year
# What asks for an act on a day. A hold's day and an opening have passed when they are known, and are told by mail.
TOLD = frozenset(Kind) - {Kind.HOLD, Kind.OPENS}
BEGINS = frozenset({Kind.WAITING, Kind.LOCKOUT})
OVER = frozenset({State.DONE, State.CANCELLED})
LONGEST_SECRET = 64


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Give someone's tasks to their calendar program; an address that is no one's is answered alike, whatever it was.

    Every reading leaves an access entry, one that found nothing new included.
    """
    at = timezone.now()
    feed = _feed_at(secret)
    visitor = visitor_behind(feed.user, program_day(at)) if feed is not None else None
    if feed is None or visitor is None or visitor.role not in CLINIC:
        return _kept_private(HttpResponse("There is no calendar here.\n", "text/plain; charset=utf-8", status=404))
    body = calendar_of(tasks_of(visitor, program_day(at)), owner=feed.user_id)
    etag = quote_etag(hashlib.sha256(body).hexdigest())
    known = parse_etags(request.headers.get("If-None-Match", ""))
    unchanged = "*" in known or etag in (tag.removeprefix("W/") for tag in known)
    told = "unchanged" if unchanged else "read"
    record_access(what="calendar_feed_read", by=visitor.by_together(), at=at, registrant=None, outcome=told)
    answer = HttpResponse(status=304) if unchanged else HttpResponse(body, "text/calendar; charset=utf-8")
    answer["ETag"] = etag
    return _kept_private(answer)


def tasks_of(visitor: Visitor, on: date) -> list[Task]:
    """Give the tasks of a clinic on a program day, the earliest first."""
    within = Span(days_after(on, -KEPT_DAYS), days_after(on, AHEAD_DAYS))
    standing = lines_about_standing(visitor, on, within)
    about = lines_about_registrants(visitor.registrants(), on, within)
    lines = [line for line in (*standing, *about) if line.entry.kind in TOLD]
    versions = _versions([line.entry for line in lines if line.version is None])
    tasks = [_task(line.entry, line.version or versions[_rests_on(line.entry)]) for line in lines]
    return sorted(tasks, key=lambda task: (task.day, task.key))


def _task(entry: Entry, version: Version) -> Task:
    return Task(
        key=entry.key,
        day=entry.day,
        begins=entry.kind in BEGINS,
        over=entry.state in OVER,
        sequence=version.times,
        changed_at=version.at,
    )


def _feed_at(secret: str) -> CalendarFeed | None:
    if len(secret) > LONGEST_SECRET:
        return None
    alive = CalendarFeed.objects.filter(revoked_at=None, digest=digest_of(secret))
    return alive.select_related("user__prescriber", "user__designee").first()


def _rests_on(entry: Entry) -> tuple[str, int]:
    """Name the row whose events change a task: its registrant, or the party that its key names."""
    if entry.registrant_id is not None:
        return "registrant", entry.registrant_id
    kind, number = entry.key.split(":")
    return kind, int(number)


def _versions(entries: Sequence[Entry]) -> dict[tuple[str, int], Version]:
    """Count the events of what entries rest on: whatever changes a registrant's or a party's task leaves one."""
    registrants = [entry.registrant_id for entry in entries if entry.registrant_id is not None]
    parties = {_rests_on(entry) for entry in entries if entry.registrant_id is None}
    counted = {"count": Count("pk"), "newest": Max("at")}
    about = ProgramEvent.objects.order_by().filter(registrant__in=registrants)
    found = {("registrant", pk): Version(*rest) for pk, *rest in about.values_list("registrant").annotate(**counted)}
    wanted = reduce(or_, (Q(subject=kind, subject_id=number) for kind, number in parties), Q(pk=None))
    theirs = ProgramEvent.objects.order_by().filter(wanted, registrant=None)
    for kind, number, *rest in theirs.values_list("subject", "subject_id").annotate(**counted):
        found[kind, number] = Version(*rest)
    return found


def _kept_private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
