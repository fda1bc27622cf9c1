"""What a session says of how someone came in: no session is logged in that has not passed the second factor."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from pledge.models import Authenticator

AUTHENTICATOR, BEGAN, HALFWAY = "authenticator", "began", "halfway"
BACKEND = "django.contrib.auth.backends.ModelBackend"
HALFWAY_MINUTES = 10


def has_second_factor(request: HttpRequest) -> bool:
    """Tell whether a request's session passed the second factor, which still stands, and is not past its longest."""
    session = request.session
    began, authenticator = session.get(BEGAN), session.get(AUTHENTICATOR)
    if not isinstance(began, int | float) or not isinstance(authenticator, int):
        return False
    if timezone.now().timestamp() >= began + 3600 * settings.SESSION_LONGEST_HOURS:
        return False
    return Authenticator.objects.filter(pk=authenticator, user=request.user.pk, ended_at=None).exists()


class Stay(NamedTuple):
    """How long a session goes on without a request, and when it ends whatever happens."""

    seconds: int
    until: datetime
    longest: datetime

    @property
    def may_be_extended(self) -> bool:
        """Whether another request would make it longer."""
        return self.until < self.longest


def stay_of(request: HttpRequest) -> Stay:
    """Give how long a logged-in session goes on from now."""
    now = timezone.now()
    longest = datetime.fromtimestamp(request.session[BEGAN], UTC) + timedelta(hours=settings.SESSION_LONGEST_HOURS)
    until = min(now + timedelta(seconds=settings.SESSION_COOKIE_AGE), longest)
    return Stay(int((until - now).total_seconds()), until, longest)


def begin_session(request: HttpRequest, user: User, authenticator: Authenticator, at: datetime) -> None:
    """Begin a logged-in session under a new id."""
    request.session.pop(HALFWAY, None)
    login(request, user, backend=BACKEND)
    request.session[AUTHENTICATOR] = authenticator.pk
    request.session[BEGAN] = at.timestamp()


def keep_halfway(request: HttpRequest, user: User, at: datetime, **more: Any) -> None:
    """Remember, under a new session id, whose password was right; nobody is logged in by that."""
    request.session.flush()
    request.session[HALFWAY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": at.timestamp(),
        **more,
    }


def who_is_halfway(request: HttpRequest, at: datetime) -> User | None:
    """Give whose password was right a moment ago, while it still is their password."""
    halfway = request.session.get(HALFWAY)
    if halfway is None or at.timestamp() > halfway["at"] + timedelta(minutes=HALFWAY_MINUTES).total_seconds():
        return None
    user = User.objects.filter(pk=halfway["user"], is_active=True).first()
    if user is None or not constant_time_compare(halfway["password"], user.get_session_auth_hash()):
        return None
    return user


def address_of(request: HttpRequest) -> str:
    """Give the network address that a request came from: behind a proxy, the last one that the proxy itself names."""
    said = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return said.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
