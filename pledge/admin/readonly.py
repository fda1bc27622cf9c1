"""Rows as the admin shows them: read, and never changed through Django's own forms."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from pledge.admin.visitor import STAFF, Role, visitor_of
from pledge.trail import record_access


class ReadOnlyAdmin(admin.ModelAdmin):
    """A model's list and pages for reading; every write is a step of its own (``pledge.admin.steps``).

    ``roles`` says who may read it. Reading a row that is about a registrant leaves an access entry.
    """

    roles: frozenset[Role] = STAFF
    actions = None
    list_per_page = 50
    show_full_result_count = False
    change_list_template = "pledge/admin/rows.html"
    change_form_template = "pledge/admin/read.html"

    def get_urls(self) -> list[Any]:
        door, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("", door(require_safe(self.changelist_view)), name=f"{name}_changelist"),
            path("<int:object_id>/", door(require_safe(self._read)), name=f"{name}_change"),
        ]

    def _read(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.changeform_view(request, str(object_id))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404("there is no such row")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        visitor = visitor_of(request)
        return visitor is not None and visitor.role in self.roles

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description="registrant", ordering="registrant")
    def whose(self, obj: Any) -> str:
        """Give the registrant's number as a link to their page."""
        if obj.registrant is None:
            return "-"
        address = reverse("admin:pledge_registrant_page", args=[obj.registrant.number])
        return format_html('<a href="{}">{}</a>', address, obj.registrant.number)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        names = [field.name for field in self.model._meta.concrete_fields if not field.primary_key]
        return ["whose" if name == "registrant" else name for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return self.get_fields(request, obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        visitor, row = visitor_of(request), context.get("original")
        registrant = getattr(row, "registrant", None)
        if visitor is not None and registrant is not None:
            what = f"{row._meta.model_name}_read"[:40]
            record_access(what=what, by=visitor.by(), at=timezone.now(), registrant=registrant)
        return super().render_change_form(request, context, *args, **kwargs)
