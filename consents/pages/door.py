"""The door for signers: a link that proves nothing, a code and a PIN that do, and a way to a new link."""

import time
from contextlib import suppress

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.csrf import csrf_failure

from consents.actions.invitations import send_new_link
from consents.actions.visits import ask_code, begin_visit, end_visit, withdraw
from consents.pages.page import Problem, host_only, keep, onward, page, private, shown
from consents.pages.visitor import (
    VISIT_COOKIE,
    Visitor,
    by_signer,
    closed,
    in_visit,
    language_of_reader,
    open_request,
    turned_away,
    visit_in,
)
from consents.vocabulary import Proof
from pledge.admin.signin.session import address_of
from pledge.rules.refusals import Rejected
from pledge.trail import SYSTEM

SIGNERS_PAGES = ("/sign/", "/verify/")
BAD, UNPROVEN, CONFLICT, TOO_MANY = 400, 403, 409, 429


@page
def door(request: HttpRequest, token: str) -> HttpResponse:
    """Say that something is waiting, and send a code when asked to. Opening this page changes nothing."""
    at = timezone.now()
    asked = open_request(token, at)
    if asked is None:
        return closed(request)
    if request.method != "POST":
        inside = visit_in(request, asked, at) is not None
        return onward(reverse("sign-forms", args=[token])) if inside else shown(request, "door.html")
    try:
        ask_code(request=asked, by=by_signer(asked), at=at)
    except Rejected as rejected:
        return _no_code(request, token, rejected.field)
    return onward(reverse("sign-code", args=[token]))


@page
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Take the code and the PIN; both right begin a visit, always with a new secret."""
    at = timezone.now()
    asked = open_request(token, at)
    if asked is None:
        return closed(request)
    if request.method != "POST":
        return _code_page(request, token)
    typed = {name: _digits(request.POST.get(name, "")) for name in ("code", "pin")}
    if not all(typed.values()):
        return _code_page(request, token, *_missing(typed), status=BAD)
    begun = begin_visit(
        request=asked,
        **typed,
        address=address_of(request) or None,
        agent=request.headers.get("User-Agent", ""),
        language=language_of_reader(),
        by=by_signer(asked),
        at=at,
    )
    if begun.proof == Proof.PROVEN:
        answer = onward(reverse("sign-records", args=[token]))
        keep(answer, host_only(VISIT_COOKIE), begun.token)
        return answer
    if begun.proof == Proof.LINK_NOT_OPEN or begun.pins_left == 0:
        return closed(request)
    problem = wrong_pin(begun.pins_left) if begun.proof == Proof.WRONG_PIN else _wrong_code()
    return _code_page(request, token, problem, status=UNPROVEN)


@page
def new_link(request: HttpRequest) -> HttpResponse:
    """Send a new link to whoever typed their address; what is answered does not tell whether we know it, nor when."""
    if request.method != "POST":
        return closed(request)
    address = request.POST.get("address", "").strip()
    try:
        validate_email(address)
    except ValidationError:
        sentence = _("Type an e-mail address, such as name@example.com.")
        return closed(request, status=BAD, problems=[Problem("address", sentence)])
    answered_at = time.monotonic() + settings.SIGNING_NEW_LINK_SECONDS
    send_new_link(address=address, by=SYSTEM, at=timezone.now())
    time.sleep(max(0, answered_at - time.monotonic()))
    return onward(reverse("sign-sent"))


@page
def sent(request: HttpRequest) -> HttpResponse:
    """Say that a new link is on its way if we know the address."""
    return shown(request, "sent.html")


@page
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer to every address below the door that is none of its pages."""
    return closed(request)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer to a form that came without its token against forgery; on the signers' pages, in the reader's words."""
    if not request.path.startswith(SIGNERS_PAGES):
        return csrf_failure(request, reason)  # in the words of 403_csrf.html
    sentences = [
        _("Nothing was sent. Your browser did not give back the cookie that protects this page."),
        _("Go back, load the page again and try once more. Cookies must be allowed for this page."),
    ]
    heading = _("Please load the page again")
    return private(shown(request, "parting.html", status=UNPROVEN, heading=heading, sentences=sentences))


@in_visit
def leave(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """End the visit, and let the browser forget what it was shown."""
    if request.method != "POST":
        return onward(visitor.address("sign-forms"))
    with suppress(Rejected):  # it ended meanwhile, as when the button is pressed twice
        end_visit(visit=visitor.visit, by=by_signer(visitor.asked), at=visitor.at)
    sentences = [
        _("You can close this window. What you have initialed and signed is kept."),
        _("Come back at any time by the link in your e-mail."),
    ]
    return _parted(shown(request, "parting.html", heading=_("You have left"), sentences=sentences))


@in_visit
def withdrawal(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Let a signer choose paper, once they have read what that means."""
    if request.method != "POST" or request.POST.get("withdraw") != "yes":
        return visitor.shown(request, "withdraw.html")
    try:
        withdraw(visit=visitor.visit, by=visitor.by, at=visitor.at)
    except Rejected as rejected:
        return turned_away(request, visitor, rejected)
    sentences = [
        _("The clinic is told. It will have you sign on paper whatever is left."),
        _("What you have signed already stands. The clinic gives you copies on paper when you ask."),
    ]
    return _parted(shown(request, "parting.html", heading=_("You sign on paper from now on"), sentences=sentences))


def wrong_pin(left: int) -> Problem:
    """Say that a PIN was wrong, and how many tries are left."""
    tries = ngettext("%(left)d try is left.", "%(left)d tries are left.", left) % {"left": left}
    then = _("After that this link closes, and the clinic sends a new one.")
    return Problem("pin", " ".join([_("The PIN is wrong."), tries, then]))


def _wrong_code() -> Problem:
    return Problem("code", _("This code is wrong, was used already, or is too old. Look again, or ask for a new one."))


def _no_code(request: HttpRequest, token: str, field: str) -> HttpResponse:
    """Say why no code was sent, and what helps: the newest code, the clinic, or a new link."""
    if field == "link":
        return closed(request)
    if field == "code":
        sentence = _("Too many codes were asked for. Wait an hour, or use the newest one that came by e-mail.")
        return shown(request, "door.html", status=TOO_MANY, problems=[Problem("", sentence)], token=token)
    sentence = _("No code can be sent to the address that the clinic has. Call the clinic to correct it.")
    return shown(request, "door.html", status=CONFLICT, problems=[Problem("", sentence)])


def _missing(typed: dict[str, str]) -> list[Problem]:
    sentences = {"code": _("Type the code from the e-mail."), "pin": _("Type the PIN that you chose at the clinic.")}
    return [Problem(name, sentence) for name, sentence in sentences.items() if not typed[name]]


def _code_page(request: HttpRequest, token: str, *problems: Problem, status: int = 200) -> HttpResponse:
    minutes = settings.SIGNING_CODE_MINUTES
    return shown(request, "code.html", status=status, problems=problems, token=token, minutes=minutes)


def _parted(answer: HttpResponse) -> HttpResponse:
    answer.delete_cookie(host_only(VISIT_COOKIE), samesite="Lax")
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _digits(typed: str) -> str:
    """Give what was typed without the spaces and hyphens that copying brings along."""
    return "".join(typed.split()).replace("-", "")
