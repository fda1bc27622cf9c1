"""Log-ins: made by superusers with Django's own pages, never deleted, since the trail names them for good."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from pledge.admin.visitor import Role, visitor_of

admin.site.unregister(User)
admin.site.unregister(Group)


class SuperusersOnly(admin.ModelAdmin):
    """Rows that are no part of the program: read and changed by superusers, deleted by nobody."""

    actions = None
    change_list_template = "pledge/admin/rows.html"
    change_form_template = "pledge/admin/log_in.html"

    def get_urls(self) -> list[Any]:
        kept = ("_changelist", "_add", "_change")  # no history, no deleting
        return [url for url in super().get_urls() if str(getattr(url, "name", "")).endswith(kept)]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        visitor = visitor_of(request)
        return visitor is not None and visitor.role is Role.PROGRAM and bool(getattr(request.user, "is_superuser", 0))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class LogInAdmin(SuperusersOnly, UserAdmin):
    """A log-in opens nothing by itself: who it is in the program is said in enrolling or by linking."""

    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("In the program", {"fields": ("is_active", "is_superuser", "groups")}),
    )
    filter_horizontal = ()


@admin.register(Group)
class GroupAdmin(SuperusersOnly):
    """Groups carry a name only: who is in “Program administrators” is one."""

    fields = ("name",)
