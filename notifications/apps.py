"""Notices: what the trail and the calendar ask to be told, and to whom."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Connects the one receiver, and tells of the call that pharmacies read their messages with."""

    name = "notifications"
    verbose_name = "Notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the trail, and add to the API's schema."""
        from notifications import api, receivers  # noqa: F401, PLC0415 - models are ready only now
