"""The admin's door: only who acts in the program is let in, and sees what is theirs."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pledge.admin.visitor import CLINIC, visitor_behind, visitor_of

# Django's own detour to a row's public page; no row of ours has one.
UNUSED_ADDRESSES = {"view_on_site"}


class LogInForm(AdminAuthenticationForm):
    """Takes a log-in that is someone in the program; Django's staff mark alone opens nothing."""

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        if visitor_behind(user) is None:
            raise ValidationError(
                self.error_messages["invalid_login"],
                code="invalid_login",
                params={"username": self.username_field.verbose_name},
            )


class ProgramSite(AdminSite):
    """Django's admin, for prescribers, their designees and program administrators."""

    site_header = "Pledge"
    site_title = "Pledge"
    index_title = "The program"
    site_url = None
    enable_nav_sidebar = False
    login_form = LogInForm

    def has_permission(self, request: HttpRequest) -> bool:
        return visitor_of(request) is not None

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        visitor = visitor_of(request)
        if visitor is not None and visitor.role in CLINIC:
            return redirect("admin:pledge_registrant_changelist")
        return super().index(request, extra_context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "visitor": visitor_of(request)}

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in UNUSED_ADDRESSES]
