"""The canonical form of what is signed, and the digests over it; pure, so that anyone can compute them again.

Everything is JSON in UTF-8 with sorted keys, no spaces and composed characters (NFC): equal content has equal bytes.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any


def canonical(value: Any) -> bytes:
    """Give a value of JSON as its canonical bytes.

    :raises TypeError, ValueError: where the value is none of JSON's, or has keys that composing would make equal.
    """
    return json.dumps(
        _composed(value), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def text_digest(*, form: str, version: str, language: str, body: Mapping[str, Any]) -> str:
    """Give the digest of a form's words in one language, its version among them."""
    return digest_of(canonical({"form": form, "version": version, "language": language, "body": body}))


def instant(at: datetime) -> str:
    """Give an instant in UTC as the record writes it, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def binding_of(
    signature: Mapping[str, Any], *, registrant: str, course: int, text: str, form: str, version: str, language: str
) -> str:
    """Give the digest that binds a signature to its text and its registrant: moved or touched, it no longer fits.

    :param signature: as the record has it (:func:`consents.record.signature_entry`); its own ``binding`` is left out.
    :param registrant: the registrant's number; ``course`` is the course's, so that nobody else's record takes it.
    :param text: the digest of the text.
    """
    bound = {name: value for name, value in signature.items() if name != "binding"}
    place = {"registrant": registrant, "course": course, "form": form, "version": version, "language": language}
    return digest_of(canonical({"signature": bound, "text": text, **place}))


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        composed = {_composed(name): _composed(inner) for name, inner in value.items()}
        if len(composed) != len(value):
            raise ValueError("two names of one object are the same once composed")
        return composed
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_composed(inner) for inner in value]
    return value
