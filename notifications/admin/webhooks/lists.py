"""Messages to pharmacies' software in the admin, for reading: what was told, where it went, and what came of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from notifications.models import PharmacyMessage, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.visitor import OVERSIGHT


@admin.register(PharmacyMessage)
class PharmacyMessageAdmin(ReadOnlyAdmin):
    """Every message with its number at its pharmacy."""

    roles = OVERSIGHT
    list_display = ("occurred_at", "type", "pharmacy", "number", "authorization", "certified_through")
    list_filter = ("type", "occurred_at")
    list_select_related = ("pharmacy", "authorization")
    search_fields = ("pharmacy__number__exact", "public_id__exact")
    search_help_text = "A whole pharmacy number, or a message's id."
    ordering = ("-id",)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Every address with how it does; its secret is shown to nobody."""

    roles = OVERSIGHT
    list_display = ("address", "pharmacy", "added_at", "failing_since", "turned_off_at", "removed_at")
    list_filter = ("turned_off_at", "removed_at")
    list_select_related = ("pharmacy",)
    search_fields = ("pharmacy__number__exact",)
    search_help_text = "A whole pharmacy number."

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*self.list_display, "former_until"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Every message on its way to an address, and where it stands."""

    roles = OVERSIGHT
    list_display = ("first_due_at", "message", "endpoint", "status", "attempts", "next_at", "ended_at")
    list_filter = ("status", "first_due_at")
    list_select_related = ("message", "endpoint")
    search_fields = ("endpoint__pharmacy__number__exact", "message__public_id__exact")
    search_help_text = "A whole pharmacy number, or a message's id."


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(ReadOnlyAdmin):
    """Every try, with what came of it."""

    roles = OVERSIGHT
    list_display = ("at", "message", "address", "outcome", "milliseconds")
    list_filter = ("status_code", "at")
    list_select_related = ("delivery__message", "delivery__endpoint")
    search_fields = ("delivery__endpoint__pharmacy__number__exact", "delivery__message__public_id__exact")
    search_help_text = "A whole pharmacy number, or a message's id."

    @admin.display(description="message")
    def message(self, obj: WebhookAttempt) -> str:
        """Give what the message tells."""
        return obj.delivery.message.type

    @admin.display(description="address")
    def address(self, obj: WebhookAttempt) -> str:
        """Give where it was sent."""
        return obj.delivery.endpoint.address

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*self.list_display, "status_code"]
