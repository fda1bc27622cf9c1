"""Let anyone back in who has lost password or phone: the last resort, where no other administrator can."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pledge.actions.may_let_in import OPERATOR
from pledge.actions.ways_back import give_return_code
from pledge.rules.refusals import Rejected


class Command(BaseCommand):
    """Prints a code that its owner types with their user name, to choose a new password and authenticator."""

    help = "Print a code with which someone gets back in: they choose a new password and set up a new authenticator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="whose log-in it is")

    def handle(self, *, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"no log-in is named {username!r}")
        try:
            given = give_return_code(user=user, by=OPERATOR, at=timezone.now())
        except Rejected as rejected:
            raise CommandError(rejected.message) from rejected
        until = given.expires_at.isoformat(sep=" ", timespec="minutes")
        self.stdout.write(f"{given.code}\n\nGood once, until {until}. Tell it to {username} by hand; they type it at")
        self.stdout.write("/admin/login/way-back/. What they had before ends then.")
