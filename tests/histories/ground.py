"""The database that histories are played on: one for all, wiped between them."""

from django.apps import apps
from django.db import connection

KEPT = frozenset({"consents_formversion", "django_migrations", "django_content_type", "auth_permission"})


def tables() -> list[str]:
    """Give every table that a history may write to."""
    own = {"pledge", "consents", "notifications"}
    every = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.app_label in own
    }
    return sorted(every - KEPT)


def wipe() -> None:
    """Empty the tables, past the guards that keep the trail; needs the scratch server's own superuser."""
    emptied = " ".join(f'DELETE FROM "{table}";' for table in tables())
    with connection.cursor() as cursor:
        cursor.execute(f"SET session_replication_role = replica; {emptied} SET session_replication_role = DEFAULT;")
