"""The demo's own pages: where to go, and the mail that was caught."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.demo.mailbox import CAUGHT_MAIL, Mailbox

PAGE = 100


@require_safe
def first_page(request: HttpRequest) -> HttpResponse:
    """Show the way to each door."""
    return render(request, "demo/first.html")


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
