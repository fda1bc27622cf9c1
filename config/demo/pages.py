"""The demo's own pages: where to go, and the mail that was caught."""

from datetime import datetime
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.demo.mailbox import CAUGHT_MAIL, Mailbox
from pledge.actions.log_in_secrets import DRIFT, STEP_SECONDS, code_at, step_at, unsealed
from pledge.models import Authenticator

PAGE = 100


class Shown(NamedTuple):
    """One authenticator's code: the one of now, or the next one where that was used already; else none for a while."""

    username: str
    name: str
    code: str

    @classmethod
    def of(cls, authenticator: Authenticator, at: datetime) -> "Shown":
        """Give the code that would be taken at an instant."""
        user, step = authenticator.user, max(step_at(at), authenticator.last_step + 1)
        code = code_at(unsealed(authenticator.sealed_secret), step) if step <= step_at(at) + DRIFT else ""
        return cls(user.get_username(), user.get_full_name(), code)


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
    shown.sort(key=lambda one: one.username)
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
