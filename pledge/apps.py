"""The core: who is in the program and what each month allows."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PledgeConfig(AppConfig):
    name = "pledge"
    verbose_name = "Program"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the start-up check."""
        import_module("pledge.checks")


class ProgramAdminConfig(AdminConfig):
    """Django's admin with our door: who is let in is who acts in the program."""

    default_site = "pledge.admin.site.ProgramSite"

    def ready(self) -> None:
        """Register our pages first; Django's own search for pages would look in the site's package while making it."""
        import_module("pledge.admin.pages")
        super().ready()
