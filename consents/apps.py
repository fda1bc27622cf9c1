"""Consent forms and the signatures under them."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "consents"
    verbose_name = "Consents"
    default_auto_field = "django.db.models.BigAutoField"
