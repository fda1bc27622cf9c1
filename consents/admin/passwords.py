"""The second component of a countersignature, in words for who typed it."""

from datetime import datetime

from consents.actions.countersigning import Password, judge_password
from pledge.models import Registrant
from pledge.trail import By

SAID = {
    Password.RIGHT: "",
    Password.WRONG: "This is not your password. Nothing was countersigned, and the trail keeps that it was tried.",
    Password.TOO_OFTEN_WRONG: "A wrong password was typed too often. Nothing can be countersigned for 15 minutes.",
}


def password_refused(by: By, password: str, registrant: Registrant | None, at: datetime) -> str:
    """Give why a password does not stand for a countersignature, as one sentence; empty where it does."""
    return SAID[judge_password(password=password, registrant=registrant, by=by, at=at)]
