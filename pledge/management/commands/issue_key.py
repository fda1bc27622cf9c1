"""Issue a pharmacy's API key from the command line."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pledge.actions.keys import issue_key
from pledge.management.keys import MISUSED, tell_secret
from pledge.models import Pharmacy
from pledge.trail import by_program

LONGEST_DAYS = 3650


class Command(BaseCommand):
    """``issue_key PH1234 --test``. Exit status: 0 issued, 1 no such pharmacy, 2 arguments that cannot be right."""

    help = (
        "Issue an API key to a pharmacy and print it once. Earlier keys go on until they are revoked or expire. "
        "Exit status: 0 issued, 1 no such pharmacy, 2 arguments that cannot be right."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the pharmacy's number in the program")
        parser.add_argument("--test", action="store_true", help="for the sandbox: it reaches made-up registrants alone")
        parser.add_argument("--days", type=int, help="how many days the key lasts; without it, until it is revoked")
        parser.add_argument("--by", default="command line", help="who issues it, for the trail")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, number: str, test: bool, days: int | None, by: str, **options: Any) -> None:
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"--days must be from 1 to {LONGEST_DAYS}, not {days}", returncode=MISUSED)
        pharmacy = Pharmacy.objects.filter(number=number).first()
        if pharmacy is None:
            raise CommandError(f"no pharmacy has the number {number!r}")
        at = timezone.now()
        expires_at = at + timedelta(days=days) if days else None
        issued = issue_key(pharmacy=pharmacy, sandbox=test, expires_at=expires_at, by=by_program(by), at=at)
        tell_secret(self, issued, as_json=options["json"])
