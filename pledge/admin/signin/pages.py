"""The pages of signing in: the password, then the code, or first the authenticator that will show it."""

from datetime import datetime
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from pledge.actions.authenticators import set_up_authenticator
from pledge.actions.log_in_secrets import address_for_apps, new_secret, sealed, unsealed
from pledge.actions.proofs import Proof, log_in, prove_password
from pledge.admin.signin.forms import CodeForm, PasswordForm, SetUpForm, plainly
from pledge.admin.signin.session import HALFWAY, address_of, begin_session, keep_halfway, who_is_halfway
from pledge.admin.visitor import visitor_behind
from pledge.models import Authenticator
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.trail import By

SOMEONE = By("staff", "", "someone at the log-in page")
SECRET = "secret"  # noqa: S105 - where a session keeps it, sealed


def password_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Ask for user name and password."""
    if site.has_permission(request):
        return redirect(_next(request))
    at, proof = timezone.now(), Proof()
    form = plainly(PasswordForm(request.POST or None))
    if request.method == "POST" and form.is_valid():
        on = program_day(at)
        proof = prove_password(
            **form.cleaned_data, address=address_of(request), by=SOMEONE, at=at,
            admits=lambda user: visitor_behind(user, on) is not None,
        )  # fmt: skip
        if proof.user is not None:
            keep_halfway(request, proof.user, at, next=_next(request))
            return redirect("admin:log_in_code")
    return _page(request, site, "password", "Log in", form=form, proof=proof, next=_next(request))


def code_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Ask for the code, after the password."""
    at, proof = timezone.now(), Proof()
    user = who_is_halfway(request, at)
    if user is None:
        return redirect("admin:login")
    if not Authenticator.objects.filter(user=user, ended_at=None).exists():
        return redirect("admin:set_up_authenticator")
    form = plainly(CodeForm(request.POST or None))
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        proof = log_in(user=user, code=code, address=address_of(request), by=by_of_log_in(user, at), at=at)
        if proof.user is not None and proof.authenticator is not None:
            to = request.session[HALFWAY]["next"]
            begin_session(request, user, proof.authenticator, at)
            return redirect(to)
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
    form = plainly(SetUpForm(request.POST or None))
    if request.method == "POST" and form.is_valid():
        try:
            codes = set_up_authenticator(
                user=user, secret=secret, code=form.cleaned_data["code"], by=by_of_log_in(user, at), at=at
            )
        except Rejected as rejected:
            form.add_error("code", rejected.message[:1].upper() + rejected.message[1:] + ".")
        else:
            begin_session(request, user, Authenticator.objects.get(user=user, ended_at=None), at)
            return _page(request, site, "recovery_codes", "Keep these codes", codes=codes, next=halfway["next"])
    more = {"secret": secret, "address": address_for_apps(secret, user.get_username()), "who": user}
    return _page(request, site, "set_up", "Set up your authenticator", form=form, **more)


def by_of_log_in(user: User, at: datetime) -> By:
    """Give who acts, as the trail will name them."""
    visitor = visitor_behind(user, program_day(at))
    return visitor.by() if visitor else By("staff", str(user.pk), user.get_full_name() or user.get_username())


def _next(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours and not asked.startswith(reverse("admin:login")) else reverse("admin:index")


def _page(request: HttpRequest, site: AdminSite, name: str, title: str, **context: Any) -> HttpResponse:
    shown = {**site.each_context(request), "title": title, "has_permission": False, "visitor": None, **context}
    return TemplateResponse(request, f"pledge/admin/signin/{name}.html", shown)
