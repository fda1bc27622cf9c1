"""Proof of who countersigns: the prescriber's own password, typed again (21 CFR 11.200, 11.300)."""

from datetime import datetime, timedelta
from enum import Enum, auto

from django.conf import settings
from django.contrib.auth import get_user_model

from pledge.frame import action
from pledge.models import EventType, ProgramEvent, Registrant
from pledge.trail import By, record

ACT = "signing.countersign"
PAUSE = timedelta(minutes=15)


class Password(Enum):
    """What came of a password that was typed."""

    RIGHT = auto()
    WRONG = auto()
    TOO_OFTEN_WRONG = auto()


@action
def judge_password(*, password: str, registrant: Registrant | None, by: By, at: datetime) -> Password:
    """Judge whether a password is that of the prescriber who acts; a wrong one is put on record.

    After several, even the right one is not taken for a while: whoever sits at an open session cannot guess on. Of
    two that are typed at once, one waits for the other.

    :param registrant: whose form it is about; None where it is about several at once.
    """
    log_in = by.prescriber.user_id if by.prescriber is not None else None
    user = get_user_model()._default_manager.select_for_update(no_key=True).filter(pk=log_in or 0).first()
    denied = ProgramEvent.objects.filter(type=EventType.SIGNING_DENIED, at__gt=at - PAUSE, act=ACT)
    if denied.filter(actor_kind=by.kind, actor_id=by.id).count() >= settings.SIGNING_PIN_TRIES:
        return Password.TOO_OFTEN_WRONG
    if user is not None and user.is_active and user.check_password(password):
        return Password.RIGHT
    changes = [{"countersigning": {"denied": [None, "wrong password"]}}]
    record(EventType.SIGNING_DENIED, act=ACT, by=by, at=at, registrant=registrant, changes=changes)
    return Password.WRONG
