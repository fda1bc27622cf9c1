"""The trail and who read what: lists for program administrators, which nothing changes."""

from django.contrib import admin

from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.visitor import OVERSIGHT
from pledge.models import AccessEntry, Authorization, ProgramEvent


@admin.register(ProgramEvent)
class ProgramEventAdmin(ReadOnlyAdmin):
    """The trail: what happened, who did it, for whom, under which edition."""

    roles = OVERSIGHT
    list_display = ("at", "type", "whose", "actor_kind", "actor_name", "on_behalf_of", "edition")
    list_filter = ("at", "type", "actor_kind", "edition")
    list_select_related = ("registrant",)
    search_fields = ("registrant__number__exact", "actor_name")
    search_help_text = "A whole registrant number, or who acted."


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnlyAdmin):
    """Who read whose record, and who asked about whom."""

    roles = OVERSIGHT
    list_display = ("at", "what", "whose", "actor_kind", "actor_id", "pharmacy")
    list_filter = ("at", "what", "actor_kind")
    list_select_related = ("registrant", "pharmacy")
    search_fields = ("registrant__number__exact",)
    search_help_text = "A whole registrant number."


@admin.register(Authorization)
class AuthorizationAdmin(ReadOnlyAdmin):
    """Every authorization with where it stands."""

    roles = OVERSIGHT
    list_display = ("rma_number", "whose", "pharmacy", "status", "issued_at", "do_not_dispense_after")
    list_filter = ("status", "issued_on")
    list_select_related = ("registrant", "pharmacy")
    search_fields = ("rma_number__exact", "registrant__number__exact")
    search_help_text = "A whole RMA number or registrant number."
