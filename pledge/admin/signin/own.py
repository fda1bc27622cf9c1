"""Someone's own log-in: what there is of it, and changing it with password and code again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledge.actions.authenticators import Made, change_authenticator, change_password, make_recovery_codes
from pledge.actions.log_in_secrets import new_secret, sealed, unsealed
from pledge.actions.proofs import Proof
from pledge.actions.sessions import end_other_sessions, live_sessions
from pledge.admin.doors import DOORS, Door
from pledge.admin.signin.forms import AgainForm, ChangeAuthenticatorForm, ChangePasswordForm
from pledge.admin.signin.pages import shown_secret
from pledge.admin.signin.session import BEGAN, address_of, begin_session
from pledge.admin.visitor import Role, Visitor
from pledge.models import Authenticator, RecoveryCode
from pledge.rules.refusals import Rejected

EVERYBODY = frozenset(Role)
SECRET = "new authenticator"  # noqa: S105 - where a session keeps it, sealed
_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def own_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:  # noqa: ARG001 - as every door
    """Show what there is of the visitor's log-in."""
    user = _user(request)
    context = {
        "authenticator": Authenticator.objects.get(user=user, ended_at=None),
        "codes_left": RecoveryCode.objects.filter(user=user, used_at=None, ended_at=None).count(),
        "elsewhere": list(_elsewhere(request, user)),
    }
    return _page(request, "own", "Your log-in", **context)


@_form
def recovery_codes_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Make ten new recovery codes, and show them once."""
    at, proof, form = timezone.now(), Proof(), AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = make_recovery_codes(user=_user(request), **form.cleaned_data, address=address_of(request),
                                   by=visitor.by(), at=at)  # fmt: skip
        if made.codes:
            return _codes(request, made)
        proof = made.proof
    return _page(request, "own_codes", "New recovery codes", form=form, proof=proof)


@_form
def authenticator_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Put another authenticator in the place of the visitor's, and show new recovery codes once."""
    at, proof, form, user = timezone.now(), Proof(), ChangeAuthenticatorForm(request.POST or None), _user(request)
    secret = unsealed(request.session.get(SECRET, "")) or new_secret()
    request.session.setdefault(SECRET, sealed(secret))
    if request.method == "POST" and form.is_valid():
        try:
            made = change_authenticator(user=user, **form.cleaned_data, secret=secret, address=address_of(request),
                                        by=visitor.by(), at=at)  # fmt: skip
        except Rejected as rejected:
            form.reject("new_code", rejected.message)
        else:
            if made.codes:
                request.session.pop(SECRET)
                begin_session(request, user, Authenticator.objects.get(user=user, ended_at=None), at)
                return _codes(request, made)
            proof = made.proof
    return _page(request, "own_authenticator", "Another authenticator", form=form, proof=proof,
                 **shown_secret(secret, user))  # fmt: skip


@_form
def password_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Change the visitor's password; they go on in a new session, and every other one ends."""
    at, proof, form = timezone.now(), Proof(), ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {name: word for name, word in form.cleaned_data.items() if name != "again"}
        try:
            proof = change_password(user=_user(request), **said, address=address_of(request), by=visitor.by(), at=at)
        except Rejected as rejected:
            form.reject(rejected.field, rejected.message)
        if proof.user is not None and proof.authenticator is not None:
            begin_session(request, proof.user, proof.authenticator, at)
            return redirect("admin:own_log_in")
    return _page(request, "own_password", "Another password", form=form, proof=proof)


@require_POST
def end_others(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """End the visitor's log-ins elsewhere."""
    key = request.session.session_key or ""
    try:
        ended = end_other_sessions(user=_user(request), keeping=key, by=visitor.by(), at=timezone.now())
    except Rejected as rejected:
        messages.info(request, f"{rejected.message[:1].upper()}{rejected.message[1:]}.")
    else:
        messages.success(request, f"Ended elsewhere: {ended}.")
    return redirect("admin:own_log_in")


def stay(request: HttpRequest, visitor: Visitor) -> HttpResponse:  # noqa: ARG001 - as every door
    """Count the idle time anew: a request by itself does, and this one says so on purpose."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return HttpResponse(status=204)


def _elsewhere(request: HttpRequest, user: User) -> Iterator[datetime]:
    """Give when each of someone's log-ins elsewhere began."""
    for session, said in live_sessions(user, timezone.now()):
        began = said.get(BEGAN)
        if session.session_key != request.session.session_key and isinstance(began, int | float):
            yield datetime.fromtimestamp(began, UTC)


def _user(request: HttpRequest) -> User:
    return User.objects.get(username=request.user.get_username())


def _codes(request: HttpRequest, made: Made) -> HttpResponse:
    return _page(request, "recovery_codes", "Keep these codes", codes=made.codes, next="../")


def _page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    shown = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"pledge/admin/signin/{name}.html", shown)


_private = sensitive_post_parameters()
DOORS += [
    Door("account/", own_page, "own_log_in", EVERYBODY),
    Door("account/recovery-codes/", _private(recovery_codes_page), "own_recovery_codes", EVERYBODY),
    Door("account/authenticator/", _private(authenticator_page), "own_authenticator", EVERYBODY),
    Door("account/password/", _private(password_page), "own_password", EVERYBODY),
    Door("account/sessions/", end_others, "end_other_sessions", EVERYBODY),
    Door("account/stay/", stay, "stay_logged_in", EVERYBODY),
]
