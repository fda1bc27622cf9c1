"""Scratch databases: one migrated template, and a clone of it for each scenario; never the configured database.

Scenarios that begin alike begin as clones of one database in which that beginning was played once.
"""

import secrets
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeVar

from django.core.management import call_command
from django.db import DatabaseError, connection
from psycopg import sql

KEPT_BEGINNINGS = 50  # of some 10 MB each

Begun = TypeVar("Begun")


@contextmanager
def scratch_databases() -> Iterator["Scratch"]:
    """Make a migrated template on the configured server, and drop it and every clone at the end.

    The configured database itself is only connected to in order to create others.

    :raises django.db.Error: where the server is gone or its role may not create databases.
    """
    scratch = Scratch()
    try:
        scratch.migrate_template()
        yield scratch
    finally:
        scratch.drop_all()


class Scratch:
    """The scratch databases of one run."""

    def __init__(self) -> None:
        """Name them; nothing is created yet."""
        self.configured = connection.settings_dict["NAME"]
        self.maintenance = connection.copy()  # stays with the configured database, and creates and drops the others
        self.prefix = f"rehearsal_{secrets.token_hex(4)}"
        self.template = f"{self.prefix}_template"
        self.made = 0
        self.standing: list[str] = []
        self.beginnings: dict[Hashable, tuple[str, Any]] = {}

    def migrate_template(self) -> None:
        """Create and migrate the template."""
        self._create(self.template, template=None)
        self._use(self.template)
        call_command("migrate", verbosity=0, interactive=False)
        self._use(self.configured)
        self._let_files_be_cloned()

    @contextmanager
    def fresh(self, beginning: Hashable, begin: Callable[[], Begun]) -> Iterator[Begun]:
        """Give what ``begin`` gives in a database of its own, and drop that afterwards.

        :param beginning: names what ``begin`` does to an empty database; it is done once for each name.
        """
        if beginning not in self.beginnings:
            self._keep(beginning, begin)
        template, begun = self.beginnings[beginning]
        with self._clone(template):
            yield deepcopy(begun)

    def drop_all(self) -> None:
        """Drop whatever is left."""
        self._use(self.configured)
        for name in reversed(self.standing[:]):
            self._drop(name)
        self.maintenance.close()

    def _let_files_be_cloned(self) -> None:
        """Let the file system copy whole files, a third of the work, where server and file system can."""
        with self.maintenance.cursor() as cursor:
            cursor.execute("SELECT FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals)")
            if cursor.fetchone() is None:
                return
            cursor.execute("SET file_copy_method = clone")
        name = self._next_name()
        try:
            self._create(name, template=self.template)
            self._drop(name)
        except DatabaseError:
            with self.maintenance.cursor() as cursor:
                cursor.execute("SET file_copy_method = copy")

    def _keep(self, beginning: Hashable, begin: Callable[[], Any]) -> None:
        if len(self.beginnings) == KEPT_BEGINNINGS:
            oldest, _ = self.beginnings.pop(next(iter(self.beginnings)))
            self._drop(oldest)
        name = self._next_name()
        self._create(name, template=self.template)
        self._use(name)
        try:
            self.beginnings[beginning] = name, begin()
        finally:
            self._use(self.configured)
            if beginning not in self.beginnings:
                self._drop(name)

    @contextmanager
    def _clone(self, template: str) -> Iterator[None]:
        name = self._next_name()
        self._create(name, template=template)
        self._use(name)
        try:
            yield
        finally:
            self._use(self.configured)
            self._drop(name)

    def _next_name(self) -> str:
        self.made += 1
        return f"{self.prefix}_{self.made}"

    def _create(self, name: str, *, template: str | None) -> None:
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        with self.maintenance.cursor() as cursor:
            cursor.execute(statement)
        self.standing.append(name)

    def _drop(self, name: str) -> None:
        with self.maintenance.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self.standing.remove(name)

    def _use(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
