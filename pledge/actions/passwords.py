"""Passwords: judged by the rules for them, kept as slow digests, and never in the trail."""

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from pledge.rules.refusals import Rejected


def check_password_strength(password: str, user: User, field: str = "password") -> None:
    """Make sure that a password is good enough for someone.

    :raises Rejected: saying what is wrong with it.
    """
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Rejected(field, " ".join(weak.messages).rstrip(".")) from weak


def keep_password(user: User, password: str) -> None:
    """Keep someone's new password; their sessions are bound to the old one, and end."""
    user.set_password(password)
    user.save(update_fields=["password"])
