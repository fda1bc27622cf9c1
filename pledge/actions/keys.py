"""The pharmacies' API keys: issued, shown once, rotated with overlap, revoked (pharmacy-api, Who calls).

The program's administrators act for every pharmacy, an authorized representative for their own alone.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from pledge.access import NotThere, keys_for, pharmacies_for
from pledge.frame import action
from pledge.models import EventType, Pharmacy, PharmacyKey
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record

LIVE_PREFIX, TEST_PREFIX = "pledge_live_", "pledge_test_"
SHOWN_CHARACTERS = 6  # of the random part, by which a key is told from others


class IssuedKey(NamedTuple):
    """A key's row and its secret, which is nowhere kept."""

    row: PharmacyKey
    secret: str


def digest_of(secret: str) -> str:
    """Give the digest under which a key is kept: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def may_be_rotated(key: PharmacyKey, at: datetime) -> bool:
    """Tell whether a key still works at an instant and nothing has replaced it."""
    alive = key.revoked_at is None and (key.expires_at is None or key.expires_at > at)
    return alive and not hasattr(key, "replaced_by")


@action
def issue_key(
    *, pharmacy: Pharmacy, sandbox: bool = False, expires_at: datetime | None = None, by: By, at: datetime
) -> IssuedKey:
    """Issue a key to a pharmacy; earlier keys go on until they are revoked or expire.

    :param sandbox: whether it reaches made-up registrants alone.
    """
    if not pharmacies_for(by).filter(pk=pharmacy.pk).exists():
        raise NotThere("pharmacy", "there is no such pharmacy among yours")
    issued = _made(PharmacyKey(pharmacy=pharmacy, sandbox=sandbox, created_at=at, expires_at=expires_at))
    changes = _created(issued.row)
    record(EventType.KEY_ISSUED, act="keys.issue_key", by=by, at=at, about=issued.row, changes=[changes])
    return issued


@action
def rotate_key(*, key: PharmacyKey, overlap_days: int | None = None, by: By, at: datetime) -> IssuedKey:
    """Issue a key's successor, of its kind and for as long; the old one goes on for a while, so that no call is lost.

    :param overlap_days: after how many days the old one ends, 0 being at once; never later than it would have.
    """
    row = _locked(key, by)
    most = settings.KEY_OVERLAP_DAYS
    days = most if overlap_days is None else overlap_days
    if not 0 <= days <= most:
        raise Rejected("overlap_days", f"the old key goes on for 0 to {most} days")
    if not may_be_rotated(row, at):
        raise Rejected("key", "this key is replaced, revoked or expired already; rotate the newest, or issue a new one")
    lasts = row.expires_at - row.created_at if row.expires_at else None
    expires_at = at + lasts if lasts else None
    successor = PharmacyKey(pharmacy_id=row.pharmacy_id, sandbox=row.sandbox, replaces=row, created_at=at)
    successor.expires_at = expires_at
    issued = _made(successor)
    ends = at + timedelta(days=days)
    changes = [changed(row, expires_at=min(ends, row.expires_at or ends)), _created(issued.row)]
    record(EventType.KEY_ROTATED, act="keys.rotate_key", by=by, at=at, about=issued.row, changes=changes)
    return issued


@action
def revoke_key(*, key: PharmacyKey, by: By, at: datetime) -> PharmacyKey:
    """Revoke a key; it is dead on the next request."""
    row = _locked(key, by)
    if row.revoked_at is not None:
        raise Rejected("key", "this key is revoked already")
    changes = changed(row, revoked_at=at)
    record(EventType.KEY_REVOKED, act="keys.revoke_key", by=by, at=at, about=row, changes=[changes])
    return row


def _locked(key: PharmacyKey, by: By) -> PharmacyKey:
    row = keys_for(by).select_for_update(of=("self",), no_key=True).filter(pk=key.pk).first()
    if row is None:
        raise NotThere("key", "there is no such key among yours")
    return row


def _made(row: PharmacyKey) -> IssuedKey:
    kind = TEST_PREFIX if row.sandbox else LIVE_PREFIX
    secret = kind + secrets.token_urlsafe(32)
    row.prefix, row.digest = secret[: len(kind) + SHOWN_CHARACTERS], digest_of(secret)
    row.save(force_insert=True)
    return IssuedKey(row, secret)


def _created(row: PharmacyKey) -> dict[str, dict[str, list[object]]]:
    changes = created(row)
    changes[f"pharmacykey:{row.pk}"].pop("digest")
    return changes
