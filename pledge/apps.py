"""The core: who is in the program and what each month allows."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PledgeConfig(AppConfig):
    name = "pledge"
    verbose_name = "Program"
    default_auto_field = "django.db.models.BigAutoField"


class ProgramAdminConfig(AdminConfig):
    """Django's admin with our door: who is let in is who acts in the program."""

    default_site = "pledge.admin.site.ProgramSite"
