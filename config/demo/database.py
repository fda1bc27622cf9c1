"""The demo's database: migrated, and filled once."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from config.demo.handout import Handout
from config.demo.mailbox import CAUGHT_MAIL
from config.demo.program import play
from config.stopping import STOPPING
from config.supervision import ServerFailed
from pledge.models import ProgramEvent

BEING_PLAYED = "being-played.txt"


def filled_database(
    folder: Path, *, clock: Callable[[], datetime], address: str, told: Callable[[int], None]
) -> tuple[Handout, list[str]]:
    """Give what an earlier start handed out, or play a program into the empty database.

    A play that was cut short is begun anew, in a database of our own; one that somebody named is left alone.

    :param told: called with the number of steps played so far; between them alone a play is interrupted.
    :return: the handout, and what the play refused against its own story.
    :raises ServerFailed: where the database holds something that is not this demo's.
    """
    mark = folder / BEING_PLAYED
    if mark.exists() and os.environ.get("DEMO_DATABASE") == "own":
        _make_anew()
    call_command("migrate", verbosity=0, interactive=False)
    handout = None if mark.exists() else Handout.read(folder)
    if handout is not None:
        return handout, []
    if ProgramEvent.objects.exists() or User.objects.exists():
        if os.environ.get("DEMO_DATABASE") == "own":
            raise ServerFailed(f"The log-ins of the demo in {folder} are lost; make demo-reset begins anew.")
        raise ServerFailed("DATABASE_URL names a database that is not empty; the demo fills only an empty one.")
    mark.touch()
    shutil.rmtree(CAUGHT_MAIL, ignore_errors=True)  # of a play that was cut short
    with STOPPING.patiently():
        played = play(clock(), told=told)
    handout = Handout.of(played)
    handout.write(folder, address=address, question=handout.question(clock()))
    mark.unlink()
    return handout, played.stumbled


def _make_anew() -> None:
    name = connection.settings_dict["NAME"]
    quoted = connection.ops.quote_name(name)
    connection.close()
    connection.settings_dict["NAME"] = "postgres"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quoted}")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
