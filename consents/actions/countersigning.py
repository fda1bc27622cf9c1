"""What is put on record when whoever countersigns did not prove who they are (21 CFR 11.200, 11.300)."""

from datetime import datetime

from django.db import transaction

from pledge.models import EventType, Registrant
from pledge.trail import By, record

ACT = "signing.countersign"


def record_wrong_password(*, registrant: Registrant | None, by: By, at: datetime) -> None:
    """Record that a countersignature was asked for with a wrong password; there is nothing else to write.

    :param registrant: whose form it was about; None where it was about several at once.
    """
    changes = [{"countersigning": {"denied": [None, "wrong password"]}}]
    with transaction.atomic(durable=True):
        record(EventType.SIGNING_DENIED, act=ACT, by=by, at=at, registrant=registrant, changes=changes)
