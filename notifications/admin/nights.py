"""The nightly work in the admin, for reading: which program days it was done for."""

from django.contrib import admin

from notifications.models import Night
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.visitor import OVERSIGHT


@admin.register(Night)
class NightAdmin(ReadOnlyAdmin):
    """The nightly work of each program day: when it was done, and how much of it failed."""

    roles = OVERSIGHT
    list_display = ("day", "done_at", "failures")
