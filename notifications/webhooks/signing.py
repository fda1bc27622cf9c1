"""How a webhook proves where it comes from: signed as the Standard Webhooks specification says, by its own library.

A secret is shown once and kept sealed, as authenticators are: a stolen copy of the database signs nothing.
"""

import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook

from pledge.actions.log_in_secrets import sealed, unsealed

PREFIX = "whsec_"
_SECRET_BYTES = 32
_SEAL = "pledge.webhook"


def new_secret() -> str:
    """Give a new secret, 256 random bits as the specification writes them."""
    return PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sealed_secret(secret: str) -> str:
    """Give a secret as it is kept."""
    return sealed(secret, purpose=_SEAL)


def unsealed_secret(kept: str) -> str:
    """Give a secret that was kept, or nothing where no key that we have sealed it."""
    return unsealed(kept, purpose=_SEAL)


def signed_headers(public_id: str, body: str, signers: Iterable[str], at: datetime) -> dict[str, str]:
    """Give the headers of one try.

    :param signers: the secrets that sign; after a rotation the former one too, so that either is accepted.
    :param at: the instant of this try: a receiver turns away what was signed long ago.
    """
    instant = at.astimezone(UTC)
    return {
        "webhook-id": public_id,
        "webhook-timestamp": str(int(instant.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(public_id, instant, body) for secret in signers),
    }
