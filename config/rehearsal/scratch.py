"""Scratch databases: one migrated template, and a clone of it for each scenario; never the configured database."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from psycopg import sql


@contextmanager
def scratch_databases() -> Iterator["Scratch"]:
    """Make a migrated template on the configured server, and drop it and every clone at the end.

    The configured database itself is only connected to in order to create others.

    :raises django.db.Error: where the server is gone or its role may not create databases.
    """
    scratch = Scratch()
    try:
        yield scratch
    finally:
        scratch.drop_all()


class Scratch:
    """The scratch databases of one run."""

    def __init__(self) -> None:
        """Create and migrate the template."""
        self.configured = connection.settings_dict["NAME"]
        self.prefix = f"rehearsal_{secrets.token_hex(4)}"
        self.template = f"{self.prefix}_template"
        self.made: list[str] = []
        self._create(self.template, template=None)
        self._use(self.template)
        call_command("migrate", verbosity=0, interactive=False)
        self._use(self.configured)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Give a fresh clone as the default connection, and drop it afterwards."""
        name = f"{self.prefix}_{len(self.made)}"
        self._create(name, template=self.template)
        self._use(name)
        try:
            yield name
        finally:
            self._use(self.configured)
            self._drop(name)

    def drop_all(self) -> None:
        """Drop whatever is left."""
        self._use(self.configured)
        for name in reversed(self.made):
            self._drop(name)

    def _create(self, name: str, *, template: str | None) -> None:
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        with connection.cursor() as cursor:
            cursor.execute(statement)
        self.made.append(name)

    def _drop(self, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _use(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
