"""An address for every route of the admin, where it does not matter what stands in it; else see tests/access."""

import re

from pledge.models import Registrant
from tests.access.addresses import CONVERTED, routes

NEVER_THERE = "999999999"


def every_address(registrant: Registrant) -> list[str]:
    """Every route's address about a registrant; other rows and steps are ones that nobody has."""
    stands = {"number": registrant.number, "slug": "no-such-step", "name": "nothing"}
    plain = [route for route in routes("admin/") if not re.search(r"[(^]", route)]
    found = [CONVERTED.sub(lambda match: stands.get(match[1], NEVER_THERE), route) for route in plain]
    return sorted({f"/{address}" for address in found})
