"""Notices in the admin: what was queued for whom, for reading."""

from django.contrib import admin

from notifications.models import Notice
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.visitor import OVERSIGHT


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Every notice with where it stands."""

    roles = OVERSIGHT
    list_display = ("queued_at", "kind", "reader", "whose", "status", "problem", "sent_at")
    list_filter = ("status", "problem", "kind", "reader", "queued_at")
    list_select_related = ("registrant",)
    search_fields = ("registrant__number__exact",)
    search_help_text = "A whole registrant number."
