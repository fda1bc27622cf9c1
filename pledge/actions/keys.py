"""The pharmacies' API keys: issued, shown once, revoked (pharmacy-api, Who calls)."""

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple

from pledge.frame import action
from pledge.models import EventType, Pharmacy, PharmacyKey
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record

LIVE_PREFIX, TEST_PREFIX = "pledge_live_", "pledge_test_"


class IssuedKey(NamedTuple):
    """A key's row and its secret, which is nowhere kept."""

    row: PharmacyKey
    secret: str


def digest_of(secret: str) -> str:
    """Give the digest under which a key is kept: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


@action
def issue_key(*, pharmacy: Pharmacy, expires_at: datetime | None = None, by: By, at: datetime) -> IssuedKey:
    """Issue a key to a pharmacy; earlier keys go on until they are revoked or expire."""
    secret = LIVE_PREFIX + secrets.token_urlsafe(32)
    row = PharmacyKey.objects.create(
        pharmacy=pharmacy,
        prefix=secret[: len(LIVE_PREFIX) + 6],
        digest=digest_of(secret),
        created_at=at,
        expires_at=expires_at,
    )
    changes = created(row)
    changes[f"pharmacykey:{row.pk}"].pop("digest")
    record(EventType.KEY_ISSUED, act="keys.issue_key", by=by, at=at, about=row, changes=[changes])
    return IssuedKey(row, secret)


@action
def revoke_key(*, key: PharmacyKey, by: By, at: datetime) -> PharmacyKey:
    """Revoke a key; it is dead on the next request."""
    row = PharmacyKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if row.revoked_at is not None:
        raise Rejected("key", "this key is revoked already")
    changes = changed(row, revoked_at=at)
    record(EventType.KEY_REVOKED, act="keys.revoke_key", by=by, at=at, about=row, changes=[changes])
    return row
