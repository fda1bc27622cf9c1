"""Where a notice goes: the reader's address, language and time zone, as they stand now."""

from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from notifications.kinds import Reader
from notifications.models import Notice
from pledge.models import Pharmacy, Prescriber, Registrant
from pledge.rules.calendar import PROGRAM_ZONE


class Recipient(NamedTuple):
    """One reader of a notice; the address is empty where there is none."""

    address: str
    language: str
    zone: ZoneInfo


def recipient_of(notice: Notice) -> Recipient:
    """Give the reader of a notice."""
    reader = Reader(notice.reader)
    if reader == Reader.PROGRAM:
        return Recipient(settings.EMAIL_PROGRAM, "en", PROGRAM_ZONE)
    if reader in {Reader.REGISTRANT, Reader.GUARDIAN}:
        registrant = Registrant.objects.get(pk=notice.reader_id)
        address = registrant.email if reader == Reader.REGISTRANT else registrant.guardian_email
        return Recipient(address, registrant.language, _zone(registrant.time_zone))
    party = (Prescriber if reader == Reader.PRESCRIBER else Pharmacy).objects.get(pk=notice.reader_id)
    return Recipient(party.email, "en", _zone(party.time_zone))


def _zone(name: str) -> ZoneInfo:
    """Give a time zone by its name; one that nobody knows is the program's own."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return PROGRAM_ZONE
