"""Make the log-in of a program administrator: a fresh installation has none."""

from getpass import getpass
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pledge.actions.log_ins import make_log_in
from pledge.actions.may_let_in import OPERATOR
from pledge.rules.refusals import Rejected


class Command(BaseCommand):
    """Asks for a password twice; one that the rules for passwords refuse is not taken."""

    help = "Make the log-in of a program administrator; the password is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="how they log in")
        parser.add_argument("--name", default="", help="their full name, as the trail will keep it")

    def handle(self, *, username: str, name: str, **options: Any) -> None:
        if User.objects.filter(username__iexact=username).exists():
            raise CommandError(f"a log-in named {username!r} exists already")
        first, _, last = name.rpartition(" ")
        try:
            password, again = getpass("Password, at least 15 characters: "), getpass("The same again: ")
        except EOFError:
            self.stderr.write("")  # else the sentence stands behind the prompt
            raise CommandError("no password was typed; nothing was made") from None
        if password != again:
            raise CommandError("the two passwords differ; nothing was made")
        try:
            make_log_in(
                username=username, first_name=first, last_name=last, is_superuser=True, password=password,
                by=OPERATOR, at=timezone.now(),
            )  # fmt: skip
        except Rejected as rejected:
            raise CommandError(f"{rejected.message}; nothing was made") from rejected
        self.stdout.write(f"{username} is a program administrator and logs in at /admin/,")
        self.stdout.write("where they set up their authenticator first.")
