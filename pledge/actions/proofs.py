"""Proving who logs in: a password, then a code. What was wrong is counted, and said to nobody in detail."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from pledge.actions.log_in_secrets import digest_of_code, digests_of_code, is_sealed_anew, sealed, step_of, unsealed
from pledge.actions.steps import Changes
from pledge.actions.tries import (
    Counter,
    count_failure,
    forget_failures,
    lock_counters,
    lock_log_in,
    of_address,
    of_name,
    of_second_factor,
    opens_at,
)
from pledge.frame import action
from pledge.models import Authenticator, EventType, FailedTries, RecoveryCode
from pledge.trail import By, changed, record


class Proof(NamedTuple):
    """What came of a try: who it was, where it was right; else when the next one is judged, where that is later."""

    user: User | None = None
    opens_at: datetime | None = None
    of_address: bool = False  # it is the network address that is closed: no unlock of a log-in opens it
    authenticator: Authenticator | None = None
    by_recovery_code: bool = False


@action
def prove_password(
    *, username: str, password: str, address: str, admits: Callable[[User], bool], by: By, at: datetime
) -> Proof:
    """Judge a user name and its password, the first half of a log-in; an unknown name takes as long as a wrong word.

    :param admits: tells whether someone is anyone in the program; a log-in of no one is as good as unknown.
    """
    counters = [of_name(username), of_address(address)]
    closed = _closed(counters, address, at)
    if closed is not None:
        return closed
    user: Any = authenticate(username=username, password=password)  # slow on purpose, and before any lock
    rows = lock_counters(counters, at)
    closed = _closed(counters, address, at)
    if closed is not None:
        return closed
    if user is not None and admits(user):
        return Proof(user)
    known = User.objects.filter(username=username).first()
    deny(rows, counters, known, act="proofs.prove_password", by=by, at=at)
    return _closed(counters, address, at) or Proof()


@action
def log_in(*, user: User, code: str, address: str, by: By, at: datetime) -> Proof:
    """Judge the code that follows the right password: with it someone is logged in."""
    proof, changes = judge_code(user, code, address, act="proofs.log_in", by=by, at=at)
    if proof.user is not None:
        record(EventType.LOGGED_IN, act="proofs.log_in", by=by, at=at, about=user, changes=changes)
    return proof


def judge_code(user: User, code: str, address: str, *, act: str, by: By, at: datetime) -> tuple[Proof, Changes]:
    """Judge a code of someone's authenticator, or one of their recovery codes, within the caller's transaction.

    A right one is used up; a wrong one is counted and leaves an event.
    """
    counters = [of_second_factor(user.pk), of_address(address)]
    _, rows = lock_log_in(User.objects.filter(pk=user.pk), [*counters, of_name(user.get_username())], at)
    locked = opens_at([of_second_factor(user.pk)], at)  # not the address: the password was right
    if locked is not None:
        return Proof(opens_at=locked), []
    mine = Authenticator.objects.select_for_update(no_key=True).filter(user=user, ended_at=None).first()
    step = step_of(code, unsealed(mine.sealed_secret), at, after=mine.last_step) if mine is not None else None
    if mine is not None and step is not None:
        _seal_anew(mine)
        forgotten = _forgive(rows, user, address)
        return Proof(user, authenticator=mine), [changed(mine, last_step=step), *forgotten]
    spare = _spare(user, code) if mine is not None else None
    if spare is not None:
        forgotten = _forgive(rows, user, address)
        record(EventType.RECOVERY_CODE_USED, act=act, by=by, at=at, about=user,
               changes=[changed(spare, used_at=at), *forgotten])  # fmt: skip
        return Proof(user, authenticator=mine, by_recovery_code=True), []
    counted = [row for row in rows if row.key in {counter.key for counter in counters}]
    deny(counted, counters, user, act=act, by=by, at=at)
    return Proof(opens_at=opens_at([of_second_factor(user.pk)], at)), []


def judge_again(
    user: User, password: str, code: str, address: str, *, act: str, by: By, at: datetime
) -> tuple[Proof, Changes]:
    """Judge password and code of someone who is logged in already, before they change how they log in."""
    if user.check_password(password):
        return judge_code(user, code, address, act=act, by=by, at=at)
    counters = [of_second_factor(user.pk), of_address(address)]
    _, rows = lock_log_in(User.objects.filter(pk=user.pk), counters, at)
    locked = opens_at([of_second_factor(user.pk)], at)
    if locked is not None:
        return Proof(opens_at=locked), []
    deny(rows, counters, user, act=act, by=by, at=at)
    return Proof(opens_at=opens_at([of_second_factor(user.pk)], at)), []


def deny(
    rows: list[FailedTries],
    counters: list[Counter],
    user: User | None,
    also: Changes | None = None,
    *,
    act: str,
    by: By,
    at: datetime,
) -> None:
    """Count a failure, and leave an event about whom it concerns."""
    changes = [*count_failure(rows, counters, at), *(also or [])]
    record(EventType.LOG_IN_DENIED, act=act, by=by, at=at, about=user, changes=changes)


def _closed(counters: list[Counter], address: str, at: datetime) -> Proof | None:
    until = opens_at(counters, at)
    return Proof(opens_at=until, of_address=opens_at([of_address(address)], at) is not None) if until else None


def _forgive(rows: list[FailedTries], user: User, address: str) -> Changes:
    """Forget what someone failed before they were right, and take it back from the address that they share."""
    own = [of_second_factor(user.pk), of_name(user.get_username())]
    keys = {counter.key for counter in own}
    fewer = sum(row.failed for row in rows if row.key in keys)
    shared = [changed(row, failed=max(0, row.failed - fewer)) for row in rows if row.key == of_address(address).key]
    return [*forget_failures(rows, own), *shared]


def _seal_anew(mine: Authenticator) -> None:
    """Let an authenticator outlive the secret key that sealed it."""
    if not is_sealed_anew(mine.sealed_secret):
        mine.sealed_secret = sealed(unsealed(mine.sealed_secret))
        mine.save(update_fields=["sealed_secret"])


def _spare(user: User, code: str) -> RecoveryCode | None:
    unused = RecoveryCode.objects.filter(user=user, used_at=None, ended_at=None)
    return unused.select_for_update(no_key=True).filter(digest__in=digests_of_code(code, user.pk)).first()


def new_recovery_codes(user: User, codes: list[str], at: datetime) -> Changes:
    """End someone's recovery codes and keep new ones; give what changed, without their digests."""
    ended = [changed(row, ended_at=at) for row in RecoveryCode.objects.filter(user=user, used_at=None, ended_at=None)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, digest=digest_of_code(code, user.pk), made_at=at) for code in codes]
    )
    return [*ended, {f"user:{user.pk}": {"recovery_codes": [None, len(codes)]}}]
