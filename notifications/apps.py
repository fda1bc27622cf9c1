"""Notices: what the trail and the calendar ask to be told, and to whom."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notices"
    default_auto_field = "django.db.models.BigAutoField"
