"""Issue a pharmacy's API key from the command line."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pledge.actions.keys import issue_key
from pledge.models import Pharmacy
from pledge.trail import by_program

LONGEST_DAYS = 3650


class Command(BaseCommand):
    """``issue_key PH1234``: prints the key, and nothing else ever will."""

    help = "Issue an API key to a pharmacy and print it once. Earlier keys go on until they are revoked or expire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the pharmacy's number in the program")
        parser.add_argument("--days", type=int, help="how many days the key lasts; without it, until it is revoked")
        parser.add_argument("--by", default="command line", help="who issues it, for the trail")

    def handle(self, *, number: str, days: int | None, by: str, **_: Any) -> None:
        pharmacy = Pharmacy.objects.filter(number=number).first()
        if pharmacy is None:
            raise CommandError(f"no pharmacy has the number {number!r}")
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"--days must be from 1 to {LONGEST_DAYS}, not {days}")
        at = timezone.now()
        expires_at = at + timedelta(days=days) if days else None
        issued = issue_key(pharmacy=pharmacy, expires_at=expires_at, by=by_program(by), at=at)
        until = f"until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "until it is revoked"
        self.stderr.write(f"A key for {pharmacy.name}, good {until}. It is shown this once and kept nowhere:")
        self.stdout.write(issued.secret)
