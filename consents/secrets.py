"""Links, codes and visit tokens: derived or drawn here, kept only as digests (21 CFR 11.300).

A link and a code are derived from a row's nonce and the service's secret key, so that a mail can be sent again with
the same words, and a stolen copy of the database opens nothing.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from django.conf import settings
from django.utils.crypto import salted_hmac

CODE_DIGITS = 6
_LINK, _CODE, _KEPT_CODE = "consents.link", "consents.code", "consents.code.kept"


def new_nonce() -> str:
    """Give 256 random bits to derive from."""
    return secrets.token_hex(32)


def link_token(nonce: str, digest: str = "") -> str:
    """Give a request's link token.

    :param digest: of the token that was sent, where one was: a token of a former secret key is found by it.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    tokens = [urlsafe_b64encode(_derived(_LINK, nonce, key)[:24]).decode() for key in keys]
    return next((token for token in tokens if digest_of_token(token) == digest), tokens[0])


def code_for(nonce: str, digest: str = "") -> str:
    """Give the six digits of a signing code; ``digest`` as in :func:`link_token`."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    codes = [f"{int.from_bytes(_derived(_CODE, nonce, key)) % 10**CODE_DIGITS:0{CODE_DIGITS}}" for key in keys]
    return next((code for code in codes if same_code(code, nonce, digest)), codes[0])


def digest_of_code(code: str, nonce: str) -> str:
    """Give what is kept of a code: keyed, since a million guesses are few."""
    return _keyed(code, nonce, settings.SECRET_KEY)


def same_code(code: str, nonce: str, digest: str) -> bool:
    """Tell whether a typed code is the one whose digest was kept, in a time that does not tell how near it is."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return sum(hmac.compare_digest(_keyed(code, nonce, key), digest) for key in keys) > 0


def new_visit_token() -> str:
    """Give the secret of a visit's cookie."""
    return secrets.token_urlsafe(32)


def digest_of_token(token: str) -> str:
    """Give what is kept of a link token or a visit's; both are too long to be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derived(purpose: str, nonce: str, key: str) -> bytes:
    return salted_hmac(purpose, nonce, secret=key, algorithm="sha256").digest()


def _keyed(code: str, nonce: str, key: str) -> str:
    return salted_hmac(_KEPT_CODE, f"{nonce}:{code}", secret=key, algorithm="sha256").hexdigest()
