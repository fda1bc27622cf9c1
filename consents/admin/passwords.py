"""The second component of a countersignature: the prescriber's own password, typed again (21 CFR 11.200)."""

from datetime import datetime, timedelta

from django.conf import settings

from consents.actions.countersigning import ACT, record_wrong_password
from pledge.models import EventType, ProgramEvent, Registrant
from pledge.trail import By

PAUSE = timedelta(minutes=15)


def password_refused(by: By, password: str, registrant: Registrant | None, at: datetime) -> str:
    """Give why a password does not stand for a countersignature, as one sentence; empty where it does.

    A wrong one is put on record. After several, even the right one is not taken for a while: whoever sits at an open
    session cannot guess on.
    """
    if _denials(by, at - PAUSE) >= settings.SIGNING_PIN_TRIES:
        return "A wrong password was typed too often. Nothing can be countersigned for 15 minutes."
    user = by.prescriber.user if by.prescriber is not None else None
    if user is not None and user.is_active and user.check_password(password):
        return ""
    record_wrong_password(registrant=registrant, by=by, at=at)
    return "This is not your password. Nothing was countersigned, and the trail keeps that it was tried."


def _denials(by: By, since: datetime) -> int:
    denied = ProgramEvent.objects.filter(type=EventType.SIGNING_DENIED, at__gt=since)
    return denied.filter(actor_kind=by.kind, actor_id=by.id, act=ACT).count()
