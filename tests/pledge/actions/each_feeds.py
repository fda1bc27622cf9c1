"""The calendar's feeds, each action once."""

from __future__ import annotations

from django.contrib.auth.models import User

from pledge.actions import feeds
from pledge.models import EventType
from tests import lives
from tests.pledge.actions.one_step import AT, Step, before


def _user() -> User:
    return User.objects.get_or_create(username="paula")[0]


def _make_feed(program: lives.Program) -> Step:
    return Step(feeds.make_feed, EventType.CALENDAR_FEED_MADE, {"user": _user()}, program.clinic)


def _revoke_feed(program: lives.Program) -> Step:
    given = {"user": _user()}
    feeds.make_feed(**given, by=program.clinic, at=before(1))
    return Step(feeds.revoke_feed, EventType.CALENDAR_FEED_REVOKED, given, program.clinic, AT)


FEEDS = {"feeds.make_feed": _make_feed, "feeds.revoke_feed": _revoke_feed}
