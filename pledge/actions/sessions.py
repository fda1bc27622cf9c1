"""Where someone is logged in, and ending it elsewhere."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from pledge.frame import action
from pledge.models import EventType
from pledge.rules.refusals import Rejected
from pledge.trail import By, record


def live_sessions(user: User, at: datetime) -> Iterator[tuple[Session, dict[str, object]]]:
    """Give someone's sessions that have not ended, with what each says; few live, since idle ones end soon."""
    for session in Session.objects.filter(expire_date__gt=at).order_by("-expire_date"):
        said = session.get_decoded()
        if said.get(SESSION_KEY) == str(user.pk):
            yield session, said


@action
def end_other_sessions(*, user: User, keeping: str, by: By, at: datetime) -> int:
    """End every session of someone's own but one; give how many ended.

    :param keeping: the key of the session that goes on.
    :raises Rejected: where there is no other.
    """
    others = [session for session, _ in live_sessions(user, at) if session.session_key != keeping]
    if not others:
        raise Rejected("user", "you are logged in nowhere else")
    Session.objects.filter(pk__in=[session.pk for session in others]).delete()
    changes = [{f"user:{user.pk}": {"sessions": [len(others) + 1, 1]}}]
    record(EventType.LOG_IN_CHANGED, act="sessions.end_other_sessions", by=by, at=at, about=user, changes=changes)
    return len(others)
