"""What a countersignature leaves when whoever gives it did not prove who they are (21 CFR 11.300)."""

from datetime import datetime

from pledge.frame import action
from pledge.models import EventType, ProgramEvent, Registrant
from pledge.trail import By, record


@action
def deny(*, registrant: Registrant | None, because: str, by: By, at: datetime) -> ProgramEvent:
    """Put on record that a countersignature was asked for with a wrong password.

    :param registrant: whose form it was about; None where it was about several at once.
    :param because: what was wrong, in a word or two; never what was typed.
    """
    changes = [{"countersigning": {"denied": [None, because]}}]
    return record(
        EventType.SIGNING_DENIED, act="countersigning.deny", by=by, at=at, registrant=registrant, changes=changes
    )
