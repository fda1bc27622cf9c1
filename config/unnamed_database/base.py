"""PostgreSQL in every way, except that connecting is refused with one clear sentence."""

import warnings
from typing import NoReturn

from django.db.backends.postgresql import base
from django.db.utils import OperationalError

# makemigrations would like to ask, and goes on without; nobody needs telling.
warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")


class DatabaseUnnamed(OperationalError):
    """A command asked the database, and the environment names none."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Stands in for the database until somebody asks it something."""

    def connect(self) -> NoReturn:
        raise DatabaseUnnamed("DATABASE_URL is not set: name a PostgreSQL, such as postgresql://user@host/name.")
