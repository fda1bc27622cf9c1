"""Empties tables that refuse to be emptied, and puts back what the migrations had written.

A test that needs real transactions cannot be rolled back, so Django truncates every table
after it. Ours refuse that, as they should, and some hold rows of the migrations' own.

A truncated table is a new file, and so is each of its indexes: for the few rows of a test,
to delete them is ten times as fast.
"""

from typing import Any

from django.core.management.commands import flush
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

AS_MIGRATED = "as_migrated"


def keep_rows_of_migrations(connection: BaseDatabaseWrapper) -> None:
    """From now on, flushing the database leaves it as it is at this moment, in whichever thread."""
    kept = _copy_filled_tables(connection)
    operations = type(connection.ops)

    def empty_and_refill(self: BaseDatabaseOperations, style: Any, tables: Any, **options: Any) -> list[str]:
        if not tables:
            return []
        assert not options.get("reset_sequences"), "numbers go on; a test that asks for more is not provided for"
        named = [self.quote_name(table) for table in tables]
        # As a replica, the server fires no trigger and checks no reference; the flush's transaction ends it. Whoever
        # still writes is waited for, as a truncation would.
        first = ["SET LOCAL session_replication_role = replica", f"LOCK TABLE {', '.join(named)} IN EXCLUSIVE MODE"]
        empty = f"DO $$BEGIN {' '.join(f'DELETE FROM {table};' for table in named)} END$$"
        last = [f'INSERT INTO "{table}" SELECT * FROM {AS_MIGRATED}."{table}"' for table in kept if table in tables]
        return [*first, empty, *last]

    operations.sql_flush = empty_and_refill  # type: ignore[method-assign]
    # Content types and permissions are among the rows kept: to look for what lacks of them takes longer than the rest.
    flush.emit_post_migrate_signal = lambda *_, **__: None


def _copy_filled_tables(connection: BaseDatabaseWrapper) -> list[str]:
    kept = []
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {AS_MIGRATED} CASCADE")
        cursor.execute(f"CREATE SCHEMA {AS_MIGRATED}")
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            if cursor.fetchone() == (True,):
                cursor.execute(f'CREATE TABLE {AS_MIGRATED}."{table}" AS TABLE "{table}"')
                kept.append(table)
    return kept
