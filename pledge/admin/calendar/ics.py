"""Tasks as calendar programs read them: iCalendar (RFC 5545), with neutral words only.

Nothing of a task gets in but its day, whether it begins or ends on it, and whether it is over. Its UID is derived by a
keyed digest, so that it stays the same and tells nothing.
"""

import hmac
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from icalendar import Calendar, Event

from pledge.rules.calendar import ONE_DAY

READ_EVERY = timedelta(hours=1)
ENDS_TODAY = "Pledge: a task is to be finished by today"
BEGINS_TODAY = "Pledge: a task can be begun today"
WHERE = "Open Pledge to see it."
_LINE = "\r\n"
_UID_DIGITS = 40


class Task(NamedTuple):
    """One entry of the feed; ``key`` names it for good and never leaves, ``changed_at`` is an aware instant."""

    key: str
    day: date
    begins: bool
    over: bool
    sequence: int
    changed_at: datetime


def calendar_of(tasks: Iterable[Task], *, owner: int) -> bytes:
    """Give the calendar as it is sent.

    :param owner: the id of the log-in whose calendar it is; the same task has another UID in each one's.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Pledge//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Pledge")
    calendar.add("refresh-interval", READ_EVERY, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    head, end, tail = calendar.to_ical().decode().rpartition("END:VCALENDAR")
    secret = salted_hmac("pledge.calendar", str(owner), algorithm="sha256").digest()
    address = settings.PUBLIC_ADDRESS and settings.PUBLIC_ADDRESS + reverse("admin:index")
    events = (_event(task, secret, address) for task in tasks)
    return "".join((head, *events, end, tail)).encode()


def _event(task: Task, secret: bytes, address: str) -> str:
    """Give one event. What differs is digits and letters only; a day is no instant, so no zone can move it."""
    changed_at = f"{task.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    uid = hmac.digest(secret, task.key.encode(), "sha256").hex()[:_UID_DIGITS]
    own = (
        "BEGIN:VEVENT",
        f"UID:{uid}@pledge",
        f"DTSTAMP:{changed_at}",
        f"LAST-MODIFIED:{changed_at}",
        f"SEQUENCE:{task.sequence}",
        f"DTSTART;VALUE=DATE:{task.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{task.day + ONE_DAY:%Y%m%d}",
    )
    return _LINE.join((*own, _alike(address, begins=task.begins, over=task.over)))


@cache
def _alike(address: str, *, begins: bool, over: bool) -> str:
    """Give the lines that are the same for thousands of tasks, as the library escapes and folds them."""
    event = Event()
    event.add("summary", BEGINS_TODAY if begins else ENDS_TODAY)
    event.add("description", WHERE)
    event.add("status", "CANCELLED" if over else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # a task does not make its day look busy
    if address:
        event.add("url", address)
    return event.to_ical().decode().removeprefix(f"BEGIN:VEVENT{_LINE}")
