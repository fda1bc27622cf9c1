"""The demo's own pages: where to go, and the mail that was caught."""

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.demo.mailbox import CAUGHT_MAIL, Mailbox
from pledge.actions.log_in_secrets import DRIFT, STEP_SECONDS, code_at, step_at, unsealed
from pledge.admin.signin.own import SECRET as OWN_SECRET
from pledge.admin.signin.pages import SECRET
from pledge.admin.signin.session import HALFWAY
from pledge.models import Authenticator

PAGE = 100


class Shown(NamedTuple):
    """One authenticator's code: the one of now, or the next one where that was used already; else none for a while."""

    username: str
    name: str
    code: str
    is_new: bool = False  # being set up: it replaces the one before once its first code is typed

    @classmethod
    def of(cls, authenticator: Authenticator, at: datetime) -> "Shown":
        """Give the code that would be taken at an instant."""
        user, step = authenticator.user, max(step_at(at), authenticator.last_step + 1)
        code = code_at(unsealed(authenticator.sealed_secret), step) if step <= step_at(at) + DRIFT else ""
        return cls(user.get_username(), user.get_full_name(), code)


def being_set_up(at: datetime) -> list[Shown]:
    """Give the code of every authenticator that someone sees the secret of now and has not set up yet."""
    found: dict[int, str] = {}
    for session in Session.objects.filter(expire_date__gt=at).order_by("expire_date"):
        kept = session.get_decoded()
        halfway = kept.get(HALFWAY) or {}
        secret, user = halfway.get(SECRET) or kept.get(OWN_SECRET), halfway.get("user") or kept.get(SESSION_KEY)
        if secret and user:
            found[int(user)] = unsealed(secret)
    users = User.objects.in_bulk(found)
    codes = {pk: code_at(found[pk], step_at(at)) for pk in users}
    return [Shown(user.get_username(), user.get_full_name(), codes[pk], is_new=True) for pk, user in users.items()]


@require_safe
def first_page(request: HttpRequest) -> HttpResponse:
    """Show the way to each door."""
    return render(request, "demo/first.html")


@never_cache
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """Show what everyone's authenticator app shows now; the page comes again by itself with the next codes."""
    at = timezone.now()
    left = STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS
    shown = [Shown.of(one, at) for one in Authenticator.objects.filter(ended_at=None).select_related("user")]
    shown += being_set_up(at)
    shown.sort(key=lambda one: (not one.is_new, one.username))
    answer = render(request, "demo/codes.html", {"shown": shown, "left": left})
    answer["Refresh"] = str(left + 1)
    return answer


@never_cache
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """Show the newest mails, or with ``?to=`` those to an address that contains it."""
    to = request.GET.get("to", "").strip()
    mailbox = Mailbox(CAUGHT_MAIL)
    letters = mailbox.newest(PAGE, to=to)
    return render(request, "demo/mails.html", {"letters": letters, "to": to, "caught": mailbox.count(), "page": PAGE})


@never_cache
@require_safe
def mail_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail with its headers, and lead on to the first address in it."""
    letter = Mailbox(CAUGHT_MAIL).letter(name)
    if letter is None:
        raise Http404
    link = next((word for word in letter.text.split() if word.startswith(("http://", "https://"))), "")
    return render(request, "demo/mail.html", {"letter": letter, "link": link})
