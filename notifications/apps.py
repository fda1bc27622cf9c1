"""Notices: what the trail and the calendar ask to be told, and to whom."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Connects the one receiver."""

    name = "notifications"
    verbose_name = "Notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the trail."""
        from notifications import receivers  # noqa: F401, PLC0415 - models are ready only now
