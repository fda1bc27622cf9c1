"""Make the log-in of a program administrator: a fresh installation has none."""

from getpass import getpass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Asks for a password twice; one that the rules for passwords refuse is not taken."""

    help = "Make the log-in of a program administrator; the password is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="how they log in")
        parser.add_argument("--name", default="", help="their full name, as the trail will keep it")

    def handle(self, *, username: str, name: str, **options: Any) -> None:
        users = get_user_model()
        if users.objects.filter(username=username).exists():
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
            validate_password(password, users(username=username, first_name=first, last_name=last))
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        users.objects.create_superuser(username, password=password, first_name=first, last_name=last)
        self.stdout.write(f"{username} is a program administrator and logs in at /admin/")
