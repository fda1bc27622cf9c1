"""Revoke a pharmacy's API key from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pledge.actions.keys import revoke_key
from pledge.management.keys import instant, key_beginning
from pledge.rules.refusals import Rejected
from pledge.trail import by_program


class Command(BaseCommand):
    """``revoke_key pledge_live_Ab12Cd``. Exit status: 0 revoked, 1 there is no such key, or it is revoked already."""

    help = (
        "Revoke an API key; it is dead on the next request. "
        "Exit status: 0 revoked, 1 there is no such key or it is revoked already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", help="the key's visible beginning, such as pledge_live_Ab12Cd")
        parser.add_argument("--by", default="command line", help="who revokes it, for the trail")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, prefix: str, by: str, **options: Any) -> None:
        key = key_beginning(prefix)
        try:
            row = revoke_key(key=key, by=by_program(by), at=timezone.now())
        except Rejected as rejected:
            raise CommandError(f"{key}: {rejected.message}") from rejected
        if options["json"]:
            told = {"prefix": row.prefix, "pharmacy": key.pharmacy.number, "revoked_at": instant(row.revoked_at)}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"{key} of {key.pharmacy.name} is revoked.")
