"""The pages of signing in: the password, then the code, or first the authenticator that will show it."""

from datetime import datetime
from typing import Any

import segno
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe

from pledge.actions.authenticators import set_up_authenticator
from pledge.actions.log_in_secrets import address_for_apps, new_secret, sealed, unsealed
from pledge.actions.proofs import Proof, log_in, prove_password
from pledge.actions.ways_back import come_back
from pledge.admin.signin.forms import CodeForm, PasswordForm, SetUpForm, WayBackForm
from pledge.admin.signin.session import HALFWAY, address_of, begin_session, keep_halfway, who_is_halfway
from pledge.admin.visitor import visitor_behind
from pledge.models import Authenticator, RecoveryCode
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.trail import By

SOMEONE = By("staff", "", "someone at the log-in page")
SECRET = "secret"  # noqa: S105 - where a session keeps it, sealed


def password_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Ask for user name and password."""
    if site.has_permission(request):
        return HttpResponseRedirect(_next(request))
    at, proof = timezone.now(), Proof()
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        on = program_day(at)
        proof = prove_password(
            **form.cleaned_data, address=address_of(request), by=SOMEONE, at=at,
            admits=lambda user: visitor_behind(user, on) is not None,
        )  # fmt: skip
        if proof.user is not None:
            keep_halfway(request, proof.user, at, next=_next(request))
            return redirect("admin:log_in_code")
    to = _next(request)
    asked_for = {"next": to, "asked_for": to != reverse("admin:index"), "unsent": "unsent" in request.GET}
    return _page(request, site, "password", "Log in", form=form, proof=proof, **asked_for)


def code_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Ask for the code, after the password."""
    at, proof = timezone.now(), Proof()
    user = who_is_halfway(request, at)
    if user is None:
        return redirect("admin:login")
    if not Authenticator.objects.filter(user=user, ended_at=None).exists():
        return redirect("admin:set_up_authenticator")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        proof = log_in(user=user, code=code, address=address_of(request), by=by_of_log_in(user, at), at=at)
        if proof.user is not None and proof.authenticator is not None:
            to = request.session[HALFWAY]["next"]
            begin_session(request, user, proof.authenticator, at)
            if proof.by_recovery_code:
                _say_what_is_left(request, user)
            return HttpResponseRedirect(to)
    return _page(request, site, "code", "One more step", form=form, proof=proof, who=user)


def set_up_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show a new authenticator's secret, take its first code, and show the recovery codes once."""
    at = timezone.now()
    user = who_is_halfway(request, at)
    if user is None:
        return redirect("admin:login")
    if Authenticator.objects.filter(user=user, ended_at=None).exists():
        return redirect("admin:log_in_code")
    halfway = request.session[HALFWAY]
    secret = unsealed(halfway.get(SECRET, "")) or new_secret()
    request.session[HALFWAY] = {**halfway, SECRET: halfway.get(SECRET) or sealed(secret)}
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = set_up_authenticator(
                user=user, secret=secret, code=form.cleaned_data["code"], by=by_of_log_in(user, at), at=at
            )
        except Rejected as rejected:
            form.reject(rejected.field, rejected.message)
        else:
            begin_session(request, user, Authenticator.objects.get(user=user, ended_at=None), at)
            return _page(request, site, "recovery_codes", "Keep these codes", codes=codes, next=halfway["next"])
    return _page(
        request, site, "set_up", "Set up your authenticator", form=form, who=user, **shown_secret(secret, user)
    )


def way_back_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Take a code that was given by hand, and a new password; then comes the authenticator."""
    at, proof = timezone.now(), Proof()
    form = WayBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            proof = come_back(
                username=said["username"], code=said["code"], password=said["new_password"],
                address=address_of(request), by=SOMEONE, at=at,
            )  # fmt: skip
        except Rejected as rejected:
            form.reject("new_password", rejected.message)
        if proof.user is not None:
            keep_halfway(request, proof.user, at, next=reverse("admin:index"))
            return redirect("admin:set_up_authenticator")
    return _page(request, site, "way_back", "Get back in", form=form, proof=proof)


def shown_secret(secret: str, user: User) -> dict[str, Any]:
    """Give what a page shows of a new authenticator's secret: a picture, an address, and groups to type."""
    address = address_for_apps(secret, user.get_username())
    picture = segno.make(address, error="m").svg_inline(
        border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True, title="QR code of the secret"
    )
    return {
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "address": address,
        "picture": mark_safe(picture),  # noqa: S308 - drawn here, of our own words
    }


def by_of_log_in(user: User, at: datetime) -> By:
    """Give who acts, as the trail will name them."""
    visitor = visitor_behind(user, program_day(at))
    return visitor.by() if visitor else By("staff", str(user.pk), user.get_full_name() or user.get_username())


def _say_what_is_left(request: HttpRequest, user: User) -> None:
    left = RecoveryCode.objects.filter(user=user, used_at=None, ended_at=None).count()
    said = (
        f"You logged in with a recovery code; {left} are left. With a new phone, or few codes: see “Your log-in” above."
    )
    messages.warning(request, said)


def _next(request: HttpRequest) -> str:
    """Give where someone was going: a path of ours, never a word that could be taken for a page's name."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours and not asked.startswith(reverse("admin:login")) else reverse("admin:index")


def _page(request: HttpRequest, site: AdminSite, name: str, title: str, **context: Any) -> HttpResponse:
    shown = {**site.each_context(request), "title": title, "has_permission": False, "visitor": None, **context}
    return TemplateResponse(request, f"pledge/admin/signin/{name}.html", shown)
