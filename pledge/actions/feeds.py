"""The private address at which a calendar program reads someone's dates: made, made anew, revoked."""

import secrets
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User

from pledge.actions.keys import digest_of
from pledge.frame import action
from pledge.models import CalendarFeed, EventType
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record


class MadeFeed(NamedTuple):
    """A feed's row and its secret, which is nowhere kept."""

    row: CalendarFeed
    secret: str


@action
def make_feed(*, user: User, by: By, at: datetime) -> MadeFeed:
    """Make an address for someone's calendar program; the one they had before is dead at once."""
    _lock(user)
    ended = [changed(row, revoked_at=at) for row in CalendarFeed.objects.filter(user=user, revoked_at=None)]
    secret = secrets.token_urlsafe(32)
    row = CalendarFeed.objects.create(user=user, digest=digest_of(secret), made_at=at)
    changes = created(row)
    changes[f"calendarfeed:{row.pk}"].pop("digest")
    record(EventType.CALENDAR_FEED_MADE, act="feeds.make_feed", by=by, at=at, about=row, changes=[*ended, changes])
    return MadeFeed(row, secret)


@action
def revoke_feed(*, user: User, by: By, at: datetime) -> CalendarFeed:
    """Revoke the address of someone's calendar program; it is dead on the next request.

    :raises Rejected: where they have none.
    """
    _lock(user)
    row = CalendarFeed.objects.filter(user=user, revoked_at=None).first()
    if row is None:
        raise Rejected("user", "there is no address to revoke")
    changes = changed(row, revoked_at=at)
    record(EventType.CALENDAR_FEED_REVOKED, act="feeds.revoke_feed", by=by, at=at, about=row, changes=[changes])
    return row


def _lock(user: User) -> None:
    """Let one after the other make or revoke: someone has at most one address."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
