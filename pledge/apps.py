"""The core: who is in the program and what each month allows."""

from django.apps import AppConfig


class PledgeConfig(AppConfig):
    name = "pledge"
    verbose_name = "Program"
    default_auto_field = "django.db.models.BigAutoField"
