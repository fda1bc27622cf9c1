#!/usr/bin/env python
"""Runs a management command; what the environment lacks is one sentence, not a traceback."""

import os
import sys

from django.core.management import execute_from_command_line

from config.desk import prepared_for
from config.environment import EnvironmentRefused
from config.supervision import ServerFailed
from config.unnamed_database.base import DatabaseUnnamed


def main() -> None:
    """Run the command that the arguments name.

    :raises SystemExit: with one sentence when the environment does not let it run.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with prepared_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (EnvironmentRefused, DatabaseUnnamed, ServerFailed) as refused:
        raise SystemExit(f"manage.py: {refused}") from None


if __name__ == "__main__":
    main()
