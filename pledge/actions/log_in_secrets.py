"""What proves who logs in, beside a password: the codes of an authenticator, and codes that are given once.

An authenticator's secret is kept sealed, and given codes only as keyed digests: a stolen copy of the database opens
nothing without the service's secret key. A former secret key still opens what it sealed (``SECRET_KEY_FALLBACKS``).
"""

import hashlib
import hmac
import secrets
from base64 import b32decode, b32encode, urlsafe_b64encode
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from django_otp.oath import hotp

STEP_SECONDS, DIGITS = 30, 6
DRIFT = 1  # half minutes that a phone's clock may be ahead or behind
RECOVERY_CODES = 10
# Without vowels and without what looks alike: no code spells a word, and each can be read out.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
_SEAL, _GIVEN = "pledge.authenticator", "pledge.given-code"
_SECRET_BYTES = 20


def new_secret() -> str:
    """Give the secret of a new authenticator, 160 random bits in base 32 as an app takes it."""
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sealed(secret: str, *, purpose: str = _SEAL) -> str:
    """Give a secret as it is kept.

    :param purpose: what it is for; what was sealed for one purpose opens for no other.
    """
    return _seals(purpose).encrypt(secret.encode()).decode()


def unsealed(kept: str, *, purpose: str = _SEAL) -> str:
    """Give a secret that was kept, or nothing where no key that we have sealed it for this purpose."""
    try:
        return _seals(purpose).decrypt(kept.encode()).decode()
    except InvalidToken:
        return ""


def is_sealed_anew(kept: str) -> bool:
    """Tell whether the present secret key sealed what is kept, so that it outlives the former ones."""
    try:
        Fernet(_keys_of_seals(_SEAL)[0]).decrypt(kept.encode())
    except InvalidToken:
        return False
    return True


def code_at(secret: str, step: int) -> str:
    """Give the six digits that an authenticator shows in a half minute, counted from 1970 (RFC 6238)."""
    return f"{hotp(b32decode(secret), step, DIGITS):0{DIGITS}}"


def step_at(at: datetime) -> int:
    """Give the half minute of an instant."""
    return int(at.timestamp()) // STEP_SECONDS


def step_of(code: str, secret: str, at: datetime, *, after: int = 0) -> int | None:
    """Give the half minute whose code was typed, or None; one that was taken already (``after``) is taken no more."""
    typed = "".join(code.split())
    if not secret or not typed.isascii():
        return None
    now = step_at(at)
    steps = [step for step in range(now - DRIFT, now + DRIFT + 1) if step > after]
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step), typed)]
    return found[0] if found else None


def address_for_apps(secret: str, username: str) -> str:
    """Give what the QR code says to an authenticator app."""
    said = {"secret": secret, "issuer": "Pledge"}  # six digits of SHA-1 each half minute are what every app assumes
    return f"otpauth://totp/{quote(f'Pledge:{username}')}?{urlencode(said)}"


def new_code(groups: int) -> str:
    """Give a random code of so many groups of four, nineteen bits each."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(groups))


def another_code() -> str:
    """Give a recovery code, long enough that it needs no end."""
    return new_code(4)


def digest_of_code(code: str, user_id: int) -> str:
    """Give what is kept of a code that was given to someone."""
    return _keyed(code, user_id, settings.SECRET_KEY)


def digests_of_code(code: str, user_id: int) -> list[str]:
    """Give what may have been kept of a typed code, one for each secret key; case, spaces and hyphens are no matter."""
    return [_keyed(code, user_id, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _keyed(code: str, user_id: int, key: str) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return salted_hmac(_GIVEN, f"{user_id}:{plain}", secret=key, algorithm="sha256").hexdigest()


def _seals(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _keys_of_seals(purpose)])


def _keys_of_seals(purpose: str) -> list[bytes]:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [urlsafe_b64encode(hashlib.sha256(f"{purpose}:{key}".encode()).digest()) for key in keys]
