"""Log-ins: read and changed by superusers, in steps; never deleted, since the trail names them for good."""

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import formats, timezone

from pledge.actions.tries import of_name, of_second_factor, opens_at
from pledge.admin.parties import StepsAdmin
from pledge.admin.visitor import Role, visitor_of
from pledge.models import Authenticator, RecoveryCode, ReturnCode

import_module("django.contrib.auth.admin")  # which registers forms of its own, with which a write would leave no event
admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class LogInAdmin(StepsAdmin):
    """A log-in opens nothing by itself: who it is in the program is said in enrolling, by linking, or by a group."""

    list_display = ("username", "last_name", "first_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "groups")
    search_fields = ("username", "last_name", "first_name")
    ordering = ("username",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        visitor = visitor_of(request)
        return visitor is not None and visitor.role is Role.PROGRAM and bool(getattr(request.user, "is_superuser", 0))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Log-ins", **(extra_context or {})})

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._superusers_only(request)
        return super().page_view(request, pk)

    def _permitted(self, request: HttpRequest, slug: str) -> Any:
        self._superusers_only(request)
        return super()._permitted(request, slug)

    def _superusers_only(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise Http404("there is no such page")

    def _facts(self, row: Any) -> Iterator[tuple[str, Any]]:
        at = timezone.now()
        yield "user name", row.get_username()
        yield "name", row.get_full_name()
        yield "e-mail", row.email
        yield "in the program", ", ".join(_standing(row)) or "no one yet"
        yield "log-in", "switched on" if row.is_active else "switched off"
        locked = opens_at([of_name(row.get_username()), of_second_factor(row.pk)], at)
        yield "locked", localize(locked) if locked else "no"
        made = Authenticator.objects.filter(user=row, ended_at=None).first()
        yield "authenticator", f"set up on {made.made_at:%Y-%m-%d}" if made else "none yet"
        yield (
            "recovery codes left",
            RecoveryCode.objects.filter(user=row, used_at=None, ended_at=None).count() or "none",
        )
        way = ReturnCode.objects.filter(user=row, used_at=None, revoked_at=None, expires_at__gt=at).first()
        yield "code to get back in", f"given, good until {localize(way.expires_at)}" if way else "none"
        yield "last logged in", localize(row.last_login)


def _standing(user: User) -> Iterator[str]:
    if hasattr(user, "prescriber"):
        yield f"prescriber: {user.prescriber.name}"
    if hasattr(user, "designee"):
        yield f"designee: {user.designee.name}"
    if hasattr(user, "pharmacist"):
        yield f"pharmacist: {user.pharmacist.name}, {user.pharmacist.pharmacy.name}"
    yield from sorted(user.groups.values_list("name", flat=True))
    if user.is_superuser:
        yield "superuser"


def localize(at: datetime | None) -> str:
    """Give an instant in the visitor's zone, in words."""
    return formats.date_format(timezone.localtime(at), "M j, Y, g:i A") if at else "not yet"
