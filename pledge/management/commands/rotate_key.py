"""Replace a pharmacy's API key from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pledge.actions.keys import rotate_key
from pledge.management.keys import MISUSED, instant, key_beginning, tell_secret
from pledge.rules.refusals import Rejected
from pledge.trail import by_program


class Command(BaseCommand):
    """``rotate_key pledge_live_Ab12Cd``. Exit status: 0 rotated, 1 the key cannot be, 2 arguments that cannot be."""

    help = (
        "Issue the successor of an API key, of its kind and for as long, and print it once; the old one goes on for "
        "a while. Exit status: 0 rotated, 1 the key cannot be rotated, 2 arguments that cannot be right."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        most = settings.KEY_OVERLAP_DAYS
        parser.add_argument("prefix", help="the old key's visible beginning, such as pledge_live_Ab12Cd")
        parser.add_argument(
            "--overlap-days", type=int, help=f"after how many days the old key ends, 0 to {most}; {most} without it"
        )
        parser.add_argument("--by", default="command line", help="who rotates it, for the trail")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, prefix: str, overlap_days: int | None, by: str, **options: Any) -> None:
        key = key_beginning(prefix)
        try:
            issued = rotate_key(key=key, overlap_days=overlap_days, by=by_program(by), at=timezone.now())
        except Rejected as rejected:
            status = MISUSED if rejected.field == "overlap_days" else 1
            raise CommandError(f"{key}: {rejected.message}", returncode=status) from rejected
        old = issued.row.replaces
        ends = instant(old.expires_at) if old else None
        tell_secret(self, issued, as_json=options["json"], replaces=key.prefix, old_key_ends_at=ends)
        self.stderr.write(f"The old key, {key}, ends at {ends}.")
