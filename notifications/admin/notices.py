"""Notices in the admin: what was queued for whom, for reading."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from notifications.admin.timeline import names_of, reader_in_words
from notifications.kinds import Reader
from notifications.models import Notice, NoticeStatus
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.visitor import OVERSIGHT, STAFF, visitor_of


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Every notice with where it stands."""

    roles = OVERSIGHT
    list_display = ("queued_at", "kind", "to", "whose", "status", "problem", "sent_at")
    list_filter = ("status", "problem", "kind", "reader", "queued_at")
    list_select_related = ("registrant",)
    search_fields = ("registrant__number__exact",)
    search_help_text = "A whole registrant number."

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        shown = ["kind", "to", "about", "status", "problem", "queued_at", "not_before", "attempts", "sent_at"]
        visitor = visitor_of(request)
        acts = visitor is not None and visitor.role in STAFF
        return [*shown, "what_next"] if acts and isinstance(obj, Notice) and waits_for_address(obj) else shown

    @admin.display(description="to", ordering="reader")
    def to(self, obj: Notice) -> str:
        """Give who is told, in words."""
        return reader_in_words(obj, getattr(obj, "names", None) or names_of([obj]))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Give the list with the readers' names looked up for the whole page at once."""
        shown = super().get_changelist_instance(request)
        names = names_of(shown.result_list)
        for notice in shown.result_list:
            notice.names = names
        return shown

    @admin.display(description="registrant")
    def about(self, obj: Notice) -> str:
        """Give the registrant by name and number, as a link to their page."""
        if obj.registrant is None:
            return "-"
        address = reverse("admin:pledge_registrant_page", args=[obj.registrant.number])
        return format_html('<a href="{}">{}, {}</a>', address, obj.registrant.name, obj.registrant.number)

    @admin.display(description="what next")
    def what_next(self, obj: Notice) -> str:
        """Lead to where the address is mended."""
        address = reverse("admin:pledge_registrant_step", args=[obj.registrant.number, "change-contact"])  # type: ignore[union-attr]
        said = "Ask for an address that works, then"
        return format_html('{} <a href="{}">change the contact</a>.', said, address)


def waits_for_address(notice: Notice) -> bool:
    """Tell whether a notice failed that another address of the registrant or guardian would have let arrive."""
    theirs = notice.reader in {Reader.REGISTRANT, Reader.GUARDIAN}
    return notice.status == NoticeStatus.FAILED and theirs and notice.registrant is not None
