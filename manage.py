#!/usr/bin/env python
"""Runs a management command; what the environment lacks is one sentence, not a traceback."""

import sys

import psycopg
from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

from config.desk import prepared_for
from config.environment import EnvironmentRefused
from config.supervision import ServerFailed
from config.unnamed_database.base import DatabaseUnnamed


def main() -> None:
    """Run the command that the arguments name.

    :raises SystemExit: with one sentence when the environment does not let it run.
    """
    try:
        with prepared_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (EnvironmentRefused, DatabaseUnnamed, ServerFailed) as refused:
        raise SystemExit(f"manage.py: {refused}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OperationalError as failed:
        if not _never_connected(failed):
            raise
        raise SystemExit(f"manage.py: DATABASE_URL names a database that cannot be reached: {failed}") from None


def _never_connected(failed: OperationalError) -> bool:
    return isinstance(failed.__cause__, psycopg.OperationalError) and failed.__cause__.sqlstate is None


if __name__ == "__main__":
    main()
