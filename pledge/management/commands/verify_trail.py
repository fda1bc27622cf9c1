"""Check that the audit trail still is what was written."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pledge.chain import Anchor, anchor_of_trail, broken_chains, difference_from


class Command(BaseCommand):
    """Exit status: 0 the trail is whole, 1 it is not, 2 the anchor cannot be read."""

    help = (
        "Recompute every digest of the audit trail and name the first bad event of each broken chain. "
        "Keep the anchor it prints outside the database: only against one does it show that newest events were cut off "
        "or a whole chain was rebuilt."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", help="an anchor printed before, to compare with")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, anchor: str | None, **options: Any) -> None:
        breaks = broken_chains()
        differs = difference_from(_parsed(anchor)) if anchor else ""
        now = anchor_of_trail()
        if options["json"]:
            told = [{"event": one.event_id, "registrant": one.registrant_id, "reason": one.reason} for one in breaks]
            said = {"whole": not breaks and not differs, "events": now.events, "breaks": told}
            self.stdout.write(json.dumps(said | {"differs_from_anchor": differs, "anchor": str(now)}))
        else:
            for one in breaks:
                self.stdout.write(f"event {one.event_id} (registrant {one.registrant_id}): {one.reason}")
            if differs:
                self.stdout.write(f"anchor: {differs}")
            self.stdout.write(f"{now.events} events, {len(breaks)} broken chains; anchor {now}")
        if breaks or differs:
            raise SystemExit(1)


def _parsed(text: str) -> Anchor:
    try:
        return Anchor.parse(text)
    except ValueError as unread:
        raise CommandError(f"--anchor: {text!r} is none that verify_trail printed", returncode=2) from unread
