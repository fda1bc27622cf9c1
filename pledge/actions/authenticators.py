"""Authenticators and recovery codes: set up, made anew."""

from datetime import datetime

from django.contrib.auth.models import User

from pledge.actions.log_in_secrets import RECOVERY_CODES, new_code, sealed, step_of
from pledge.actions.proofs import new_recovery_codes
from pledge.actions.steps import Changes
from pledge.frame import action
from pledge.models import Authenticator, EventType
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record


@action
def set_up_authenticator(*, user: User, secret: str, code: str, by: By, at: datetime) -> list[str]:
    """Set up someone's first authenticator, or the first after a way back in; give their recovery codes, shown once.

    :param secret: in base 32, as the app was given it.
    :raises Rejected: where the code is not what the app shows now, or an authenticator stands already.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if Authenticator.objects.filter(user=user, ended_at=None).exists():
        raise Rejected("code", "an authenticator is set up already; log in with it")
    codes, changes = install(user, secret, code, at)
    record(EventType.RECOVERY_CODES_MADE, act="authenticators.make_recovery_codes", by=by, at=at, about=user,
           changes=new_recovery_codes(user, codes, at))  # fmt: skip
    record(EventType.AUTHENTICATOR_SET_UP, act="authenticators.set_up_authenticator", by=by, at=at, about=user,
           changes=changes)  # fmt: skip
    return codes


def install(user: User, secret: str, code: str, at: datetime) -> tuple[list[str], Changes]:
    """Put an authenticator in the place of the one there is; give new recovery codes and what changed.

    :raises Rejected: where the code is not what the app shows now.
    """
    step = step_of(code, secret, at)
    if step is None:
        raise Rejected("code", "this is not what the app shows now; wait for the next code and type that")
    ended = [changed(row, ended_at=at) for row in Authenticator.objects.filter(user=user, ended_at=None)]
    row = Authenticator.objects.create(user=user, sealed_secret=sealed(secret), last_step=step, made_at=at)
    made = created(row)
    made[f"authenticator:{row.pk}"].pop("sealed_secret")
    return [new_code(4) for _ in range(RECOVERY_CODES)], [*ended, made]
