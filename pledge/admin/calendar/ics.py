"""Tasks as calendar programs read them: iCalendar (RFC 5545), with neutral words only.

Nothing of a task gets in but its day, whether it begins or ends on it, and whether it is over. Its UID is derived by a
keyed digest, so that it stays the same and tells nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from icalendar import Calendar, Event

READ_EVERY = timedelta(hours=1)
ENDS_TODAY = "Pledge: a task is to be finished by today"
BEGINS_TODAY = "Pledge: a task can be begun today"
WHERE = "Open Pledge to see it."


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
    for task in tasks:
        calendar.add_component(_event(task, owner))
    return bytes(calendar.to_ical())


def _event(task: Task, owner: int) -> Event:
    event = Event()
    event.add("uid", f"{salted_hmac('pledge.calendar', f'{owner}:{task.key}', algorithm='sha256').hexdigest()}@pledge")
    event.add("dtstamp", task.changed_at)
    event.add("last-modified", task.changed_at)
    event.add("sequence", task.sequence)
    event.add("dtstart", task.day)  # a day, not an instant: no zone can move it
    event.add("dtend", task.day + timedelta(days=1))
    event.add("summary", BEGINS_TODAY if task.begins else ENDS_TODAY)
    event.add("description", WHERE)
    event.add("status", "CANCELLED" if task.over else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # a task does not make its day look busy
    if settings.PUBLIC_ADDRESS:
        event.add("url", settings.PUBLIC_ADDRESS + reverse("admin:index"))
    return event
