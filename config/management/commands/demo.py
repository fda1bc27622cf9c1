"""Plays a believable program on this machine and serves it until Ctrl-C."""

import contextlib
import os
import socket
import time
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from config.demo.alone import say_where
from config.demo.catcher import caught_mail
from config.demo.children import HOST, Child, ended, served
from config.demo.database import BEING_PLAYED, filled_database
from config.demo.mailbox import CAUGHT_MAIL, Mailbox
from config.demo.surroundings import environment_written
from config.desk import DEMO_FOLDER
from config.stopping import STOPPING

HELP = """Serve a made-up program on this machine: some fifty registrants in every state, three prescribers, a
designee, three pharmacies and two administrators, with every mail caught where the browser shows it.

The first start plays the program's last months through the real actions; later starts keep what is there. It brings
its own PostgreSQL and Valkey unless DATABASE_URL and REDIS_URL name others, and keeps everything in .demo (or in the
folder that DEMO_FOLDER names).
"""
STEPS_A_LINE = 500
SECONDS_BETWEEN_LOOKS = 0.5


def port_number(text: str) -> int:
    """Give a port's number.

    :raises ArgumentTypeError: with one sentence, where it is none.
    """
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


class Command(BaseCommand):
    """``demo [--reset] [--port N]``; ends with status 0 when it is asked to stop."""

    help = HELP
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the paragraphs of the help."""
        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to begin anew, and the port."""
        parser.add_argument("--reset", action="store_true", help="forget what is there, and play it anew")
        parser.add_argument(
            "--port",
            type=port_number,
            default=os.environ.get("PORT") or "8000",
            metavar="N",
            help=f"the port on {HOST} (default: PORT in the environment, else 8000)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, serve, and stop when asked."""
        STOPPING.listen()
        try:
            self._serve(options["port"])
        except (KeyboardInterrupt, Exception):
            if not STOPPING.asked:  # else it is the interrupt, or what it left of a statement
                raise
            cut_short = (DEMO_FOLDER / BEING_PLAYED).exists()
            self.stdout.write(f"\nStopped; {'the next start plays it anew' if cut_short else 'the data is kept'}.")

    def _serve(self, port: int) -> None:
        began = time.monotonic()
        STOPPING.heed()
        address = f"http://{HOST}:{port}"
        # Whatever the environment says: the links in the demo's mail lead to the demo.
        os.environ["PUBLIC_ADDRESS"] = settings.PUBLIC_ADDRESS = address
        _check_free(port)
        say_where(DEMO_FOLDER, address)
        with contextlib.ExitStack() as running:
            running.enter_context(caught_mail(CAUGHT_MAIL, port=settings.EMAIL_PORT))
            handout, stumbled = filled_database(DEMO_FOLDER, clock=timezone.now, address=address, told=self._tell)
            for refused in stumbled:
                self.stderr.write(f"not played to its end: {refused}")
            question = handout.question(timezone.now())
            connection.close()
            children = running.enter_context(served(DEMO_FOLDER, port=port))
            running.enter_context(environment_written(DEMO_FOLDER))
            handout.write(DEMO_FOLDER, address=address, question=question)
            caught = Mailbox(CAUGHT_MAIL).count()
            self.stdout.write(f"\nPledge is ready on {address}/ after {time.monotonic() - began:.0f} seconds.\n\n")
            said = handout.sentences(DEMO_FOLDER, address=address, question=question, caught=caught, at=timezone.now())
            self.stdout.write("\n".join(said))
            self.stdout.flush()
            _wait(children)

    def _tell(self, steps: int) -> None:
        STOPPING.heed()
        if steps == 1:
            self.stdout.write("Playing the program's last months through the real actions, once:")
        if steps % STEPS_A_LINE == 0:
            self.stdout.write(f"  {steps} steps")
        self.stdout.flush()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as refused:
            raise CommandError(
                f"{HOST}:{port} cannot be listened on ({refused.strerror}); name another, as in PORT=8001 make demo"
            ) from None


def _wait(children: list[Child]) -> None:
    while True:
        STOPPING.heed()
        child = ended(children)
        if child is not None:
            last_words = child.log.read_text(errors="replace").strip()[-1500:]
            raise CommandError(f"The {child.name} ended by itself (its log is {child.log}):\n{last_words}")
        time.sleep(SECONDS_BETWEEN_LOOKS)
