"""Failed tries, counted under a lock: of a thousand at once, no more are judged than may fail."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from pledge.actions.steps import Changes
from pledge.models import FailedTries
from pledge.trail import changed

_KEY = "pledge.tries"
_DROPPED_AT_ONCE = 100
_DAY = timedelta(days=1)


class Counter(NamedTuple):
    """What is counted under one key, how many may fail in a row before it is locked, and whether longer each time."""

    key: str
    most: int
    doubles: bool = False


def of_name(username: str) -> Counter:
    """Give the counter of a user name, whether or not anyone has it."""
    return Counter(_digest(f"name:{username.strip().casefold()}"), settings.LOG_IN_TRIES)


def of_second_factor(user_id: int) -> Counter:
    """Give the counter of a log-in's second factor: its password need not be wrong for it to be guessed at.

    Its locks double, within a day: whoever gets here has the password, and six digits are soon tried.
    """
    return Counter(_digest(f"second:{user_id}"), settings.LOG_IN_TRIES, doubles=True)


def of_address(address: str) -> Counter:
    """Give the counter of a network address; with IPv6, of the network of 64 bits that one customer has."""
    try:
        known = ip_address(address)
    except ValueError:
        known = None
    if isinstance(known, IPv6Address):
        address = str(known.ipv4_mapped or ip_network((known, 64), strict=False).network_address)
    return Counter(_digest(f"address:{address}"), settings.LOG_IN_TRIES_OF_ADDRESS)


def opens_at(counters: Iterable[Counter], at: datetime) -> datetime | None:
    """Give when the last of these counters opens again, or None where all are open; nothing is locked for it."""
    locked = FailedTries.objects.filter(key__in=[counter.key for counter in counters], locked_until__gt=at)
    return max(filter(None, locked.values_list("locked_until", flat=True)), default=None)


def lock_log_in(
    whose: QuerySet[User], counters: Iterable[Counter], at: datetime
) -> tuple[User | None, list[FailedTries]]:
    """Lock a log-in's row, and then these counters; everyone does so in this order, before any other row of theirs."""
    user = whose.select_for_update(no_key=True).first()
    return user, lock_counters(counters, at)


def lock_counters(counters: Iterable[Counter], at: datetime) -> list[FailedTries]:
    """Lock the rows of these counters until the transaction ends, in one order for everybody."""
    keys = sorted(counter.key for counter in counters)
    FailedTries.objects.bulk_create([FailedTries(key=key, since=at) for key in keys], ignore_conflicts=True)
    return list(FailedTries.objects.filter(key__in=keys).order_by("key").select_for_update(no_key=True))


def count_failure(rows: Iterable[FailedTries], counters: Iterable[Counter], at: datetime) -> Changes:
    """Count one failure in each of these rows, and lock those that had their last; give what changed."""
    known = {counter.key: counter for counter in counters}
    window = timedelta(minutes=settings.LOG_IN_LOCKED_MINUTES)
    changes: Changes = []
    for row in rows:
        most, doubles = known[row.key].most, known[row.key].doubles
        opened = row.locked_until is not None and row.locked_until <= at
        fresh = row.since + (_DAY if doubles else window) <= at or (opened and not doubles)
        failed = 1 if fresh else row.failed + 1
        longer = 2 ** (failed // most - 1) if failed >= most and doubles else 1
        locks = failed % most == 0 if doubles else failed >= most
        until = at + min(window * longer, _DAY) if locks else None
        changes.append(changed(row, failed=failed, since=at if fresh or not row.failed else row.since,
                               locked_until=until))  # fmt: skip
    _forget_old(at - _DAY)
    return changes


def forget_failures(rows: Iterable[FailedTries], counters: Iterable[Counter]) -> Changes:
    """Begin anew to count under these counters; give what changed."""
    keys = {counter.key for counter in counters}
    return [changed(row, failed=0, locked_until=None) for row in rows if row.key in keys and row.failed]


def has_failed(user_id: int, username: str) -> bool:
    """Tell whether there is anything to forget about a log-in."""
    keys = [of_name(username).key, of_second_factor(user_id).key]
    return FailedTries.objects.filter(key__in=keys, failed__gt=0).exists()


def _forget_old(before: datetime) -> None:
    """Drop some rows that count for nothing any more; what someone else holds is theirs to drop."""
    old = FailedTries.objects.filter(since__lt=before).exclude(locked_until__gt=before)
    kept = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:_DROPPED_AT_ONCE]
    FailedTries.objects.filter(pk__in=list(kept)).delete()


def _digest(what: str) -> str:
    return salted_hmac(_KEY, what, algorithm="sha256").hexdigest()
