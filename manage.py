#!/usr/bin/env python
"""Runs a management command; what the environment lacks is one sentence, not a traceback."""

import os
import signal
import sys

STOPPED = "\nStopped.\n"  # below the ^C that a terminal shows
# What runs until it is asked to stop ends well by it; of all else a shell says 130.
STATUS = 0 if sys.argv[1:2] == ["demo"] else 130


def _stop_at_once(*_: object) -> None:
    os.write(2, STOPPED.encode())
    os._exit(STATUS)  # nothing runs yet that is to be stopped


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _stop_at_once)  # while all this is loaded, which takes a moment

import psycopg  # noqa: E402
from django.core.management import execute_from_command_line  # noqa: E402
from django.db.utils import OperationalError  # noqa: E402

from config.desk import prepared_for  # noqa: E402
from config.environment import EnvironmentRefused  # noqa: E402
from config.supervision import ServerFailed  # noqa: E402
from config.unnamed_database.base import DatabaseUnnamed  # noqa: E402


def main() -> None:
    """Run the command that the arguments name.

    :raises SystemExit: with one sentence when the environment does not let it run.
    """
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with prepared_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (EnvironmentRefused, DatabaseUnnamed, ServerFailed) as refused:
        raise SystemExit(f"manage.py: {refused}") from None
    except KeyboardInterrupt:
        sys.stderr.write(STOPPED)
        raise SystemExit(STATUS) from None
    except OperationalError as failed:
        if not _never_connected(failed):
            raise
        raise SystemExit(f"manage.py: DATABASE_URL names a database that cannot be reached: {failed}") from None


def _never_connected(failed: OperationalError) -> bool:
    return isinstance(failed.__cause__, psycopg.OperationalError) and failed.__cause__.sqlstate is None


if __name__ == "__main__":
    main()
