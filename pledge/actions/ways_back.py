"""The way back in: a code given by hand, with which someone chooses a new password and then a new authenticator."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User

from pledge.actions.log_in_secrets import digest_of_code, digests_of_code, new_code
from pledge.actions.may_let_in import check_may_let_in
from pledge.actions.passwords import check_password_strength, keep_password
from pledge.actions.proofs import Proof, deny
from pledge.actions.steps import Changes
from pledge.actions.tries import forget_failures, lock_log_in, of_address, of_name, of_second_factor, opens_at
from pledge.frame import action
from pledge.models import Authenticator, EventType, RecoveryCode, ReturnCode
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record

_GROUPS = 3  # of four: 57 bits that live for a day, too many to guess at any rate at which this is answered
MOST_COUNTED = 30_000


class Given(NamedTuple):
    """A way back in: for whom, the code, which is nowhere kept, and until when it is taken."""

    user: User
    code: str
    expires_at: datetime


@action
def give_return_code(*, user: User, by: By, at: datetime) -> Given:
    """Give someone who cannot log in a code to tell them by hand; one that was given before is dead.

    :raises Rejected: where the giver may not, or the log-in is switched off.
    """
    check_may_let_in(by, user, at)
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not row.is_active:
        raise Rejected("user", "this log-in is switched off; it is switched on first")
    given, changes = new_way_back(row, at)
    record(EventType.RETURN_CODE_GIVEN, act="ways_back.give_return_code", by=by, at=at, about=user, changes=changes)
    return given


@action
def come_back(*, username: str, code: str, password: str, address: str, by: By, at: datetime) -> Proof:
    """Take a code that was given by hand, and a new password; authenticator, recovery codes and sessions end.

    :raises Rejected: where code and name are right and the password is too weak.
    """
    whose = User.objects.filter(username=username, is_active=True)
    counters, own = [of_name(username), of_address(address)], [of_name(username)]
    own += [of_second_factor(pk) for pk in whose.values_list("pk", flat=True)]
    user, rows = lock_log_in(whose, {*counters, *own}, at)
    standing = ReturnCode.objects.filter(user=user, used_at=None, revoked_at=None, expires_at__gt=at).first()
    if user is None or standing is None or not _same(code, standing, user.pk):
        closed = opens_at(counters, at)
        if closed is not None:  # a right code is taken all the same: a lock is what brings people here
            return Proof(opens_at=closed)
        tried = [_count(standing)] if standing is not None else []
        rows = [row for row in rows if row.key in {counter.key for counter in counters}]
        deny(rows, counters, user, tried, act="ways_back.come_back", by=by, at=at)
        return Proof(opens_at=opens_at(counters, at))
    check_password_strength(password, user)
    keep_password(user, password)
    changes = [changed(standing, used_at=at), *_end_second_factor(user, at), *forget_failures(rows, own)]
    record(EventType.RETURN_CODE_USED, act="ways_back.come_back", by=by, at=at, about=user, changes=changes)
    return Proof(user)


def new_way_back(user: User, at: datetime) -> tuple[Given, Changes]:
    """Make the one code with which someone comes back; give it and what changed."""
    ended = revoke_ways_back(user, at)
    code, expires_at = new_code(_GROUPS), at + timedelta(hours=settings.RETURN_CODE_HOURS)
    row = ReturnCode.objects.create(user=user, digest=digest_of_code(code, user.pk), made_at=at, expires_at=expires_at)
    made = created(row)
    made[f"returncode:{row.pk}"].pop("digest")
    return Given(user, code, expires_at), [*ended, made]


def revoke_ways_back(user: User, at: datetime) -> Changes:
    """Take back the code that someone was given and has not used."""
    return [changed(row, revoked_at=at) for row in ReturnCode.objects.filter(user=user, used_at=None, revoked_at=None)]


def _same(code: str, standing: ReturnCode, user_id: int) -> bool:
    typed = digests_of_code(code, user_id)
    return sum(secrets.compare_digest(digest, standing.digest) for digest in typed) > 0


def _count(standing: ReturnCode) -> dict[str, dict[str, list[object]]]:
    """Count a wrong code for the trail; it ends nothing, or anyone could end a code by five wrong ones."""
    return changed(standing, tries=min(standing.tries + 1, MOST_COUNTED))


def _end_second_factor(user: User, at: datetime) -> Changes:
    ended = [changed(row, ended_at=at) for row in Authenticator.objects.filter(user=user, ended_at=None)]
    unused = RecoveryCode.objects.filter(user=user, used_at=None, ended_at=None)
    return [*ended, *(changed(row, ended_at=at) for row in unused)]
