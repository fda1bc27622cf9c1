"""Consent forms and the signatures under them."""

from importlib import import_module

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "consents"
    verbose_name = "Consents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check before deployment."""
        import_module("consents.checks")
