"""What someone does about their own log-in: authenticator, recovery codes, password.

Each but the first authenticator asks for the password and a code again: a computer left open is not enough.
"""

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User

from pledge.actions.log_in_secrets import RECOVERY_CODES, another_code, sealed, step_of
from pledge.actions.passwords import check_password_strength, keep_password
from pledge.actions.proofs import Proof, judge_again, new_recovery_codes
from pledge.actions.steps import Changes
from pledge.frame import action
from pledge.models import Authenticator, EventType
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record


class Made(NamedTuple):
    """What came of asking for recovery codes: whether password and code were right, and then the codes, shown once."""

    proof: Proof
    codes: list[str]


@action
def set_up_authenticator(*, user: User, secret: str, code: str, by: By, at: datetime) -> list[str]:
    """Set up someone's first authenticator, or the first after a way back in; give their recovery codes, shown once.

    The code that sets it up is their second factor: with it they are logged in.

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
    record(EventType.LOGGED_IN, act="proofs.log_in", by=by, at=at, about=user,
           changes=[{f"user:{user.pk}": {"second_factor": [None, "set up"]}}])  # fmt: skip
    return codes


@action
def change_authenticator(
    *, user: User, password: str, code: str, address: str, secret: str, new_code: str, by: By, at: datetime
) -> Made:
    """Put another authenticator in the place of someone's own; the sessions that began with the old one end.

    :param code: of the old authenticator, or a recovery code.
    :raises Rejected: where the new code is not what the new app shows.
    """
    proof, changes = judge_again(user, password, code, address, act="authenticators.change_authenticator", by=by, at=at)
    if proof.user is None:
        return Made(proof, [])
    codes, installed = install(user, secret, new_code, at)
    changes += [*installed, *new_recovery_codes(user, codes, at)]
    record(EventType.AUTHENTICATOR_SET_UP, act="authenticators.change_authenticator", by=by, at=at, about=user,
           changes=changes)  # fmt: skip
    return Made(proof, codes)


@action
def make_recovery_codes(*, user: User, password: str, code: str, address: str, by: By, at: datetime) -> Made:
    """Make someone ten new recovery codes, shown once; those before are dead."""
    proof, changes = judge_again(user, password, code, address, act="authenticators.make_recovery_codes", by=by, at=at)
    if proof.user is None:
        return Made(proof, [])
    codes = [another_code() for _ in range(RECOVERY_CODES)]
    record(EventType.RECOVERY_CODES_MADE, act="authenticators.make_recovery_codes", by=by, at=at, about=user,
           changes=[*changes, *new_recovery_codes(user, codes, at)])  # fmt: skip
    return Made(proof, codes)


@action
def change_password(
    *, user: User, password: str, code: str, address: str, new_password: str, by: By, at: datetime
) -> Proof:
    """Change someone's own password; every session of theirs ends.

    :raises Rejected: where the new one is too weak.
    """
    proof, changes = judge_again(user, password, code, address, act="authenticators.change_password", by=by, at=at)
    if proof.user is None:
        return proof
    check_password_strength(new_password, user, "new_password")
    keep_password(user, new_password)
    record(EventType.PASSWORD_CHANGED, act="authenticators.change_password", by=by, at=at, about=user,
           changes=changes)  # fmt: skip
    return proof


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
    return [another_code() for _ in range(RECOVERY_CODES)], [*ended, made]
