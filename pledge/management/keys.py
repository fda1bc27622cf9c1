"""What the commands about pharmacies' keys share: how a key is found, and how its secret is printed."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pledge.actions.keys import IssuedKey
from pledge.models import PharmacyKey

MISUSED = 2  # exit status of arguments that cannot be right; 1 is for what the program refuses


def key_beginning(prefix: str) -> PharmacyKey:
    """Give the one key of a visible prefix, which may end as it is shown, in an ellipsis.

    :raises CommandError: where no key begins so, or more than one.
    """
    prefix = prefix.rstrip("….")
    found = list(PharmacyKey.objects.select_related("pharmacy").filter(prefix=prefix)[:2])
    if len(found) != 1:
        many = "more than one key begins" if found else "no key begins"
        raise CommandError(f"{many} with {prefix!r}; the program's page of keys names them")
    return found[0]


def tell_secret(command: BaseCommand, issued: IssuedKey, *, as_json: bool, **beside: Any) -> None:
    """Print a new key, the only time that anything does: alone on standard output, and about it on standard error.

    :param as_json: print one object instead, with ``beside`` in it.
    """
    row = issued.row
    if as_json:
        told = {"key": issued.secret, "prefix": row.prefix, "pharmacy": row.pharmacy.number, "sandbox": row.sandbox}
        told |= {"expires_at": instant(row.expires_at), **beside}
        command.stdout.write(json.dumps(told))
        return
    kind = "A test key, for made-up registrants alone," if row.sandbox else "A key"
    until = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else "until it is revoked"
    command.stderr.write(f"{kind} for {row.pharmacy.name}, good {until}. It is shown this once and kept nowhere:")
    command.stdout.write(issued.secret)


def instant(at: datetime | None) -> str | None:
    """Give an instant in UTC as RFC 3339 writes it, or None."""
    return at.isoformat().replace("+00:00", "Z") if at else None
