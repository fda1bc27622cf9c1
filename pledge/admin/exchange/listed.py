"""Whom a long list showed, in the access trail (R47): as many entries as their numbers need."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from pledge.trail import By, record_access

NUMBERS_OF_AN_ENTRY = 18


def record_listed(numbers: Iterable[str], *, what: str, by: By, at: datetime) -> None:
    """Leave the numbers of the registrants that a page or a file showed."""
    rest = iter(numbers)
    while some := list(islice(rest, NUMBERS_OF_AN_ENTRY)):
        record_access(what=what, by=by, at=at, registrant=None, outcome=" ".join(some))
