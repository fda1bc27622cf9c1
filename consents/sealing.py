"""The seal: an ECDSA P-256 key and its certificate, and the signature (ES256) over a record's canonical bytes.

The pair is the one that ``SEAL_KEY_FILE`` and ``SEAL_CERTIFICATE_FILE`` name, else one of our own making in
``SEAL_FOLDER``. A self-made certificate has no end (RFC 5280, 4.1.2.5): who trusts it trusts it by its fingerprint.
"""

import fcntl
import os
import tempfile
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from django.conf import settings

ALGORITHM = "ES256"
SELF_MADE = "seal.pem"  # key and certificate in one file, so that they come and go together
_HALF = 32  # bytes of each of the two numbers in an ES256 signature
_BEGINNING, _NO_END = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


class SealUnusable(RuntimeError):
    """The seal cannot be used; the text names the variable or the file, and what is wrong with it."""


@dataclass(frozen=True)
class Seal:
    """A key and its certificate."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate as it is published."""
        return pem_of(self.certificate)

    @property
    def fingerprint(self) -> str:
        """The certificate's fingerprint."""
        return fingerprint_of(self.certificate)

    def over(self, content: bytes) -> bytes:
        """Give the seal over bytes: 64 bytes, the same each time (RFC 6979)."""
        numbers = decode_dss_signature(self.key.sign(content, ECDSA(hashes.SHA256(), deterministic_signing=True)))
        return b"".join(number.to_bytes(_HALF) for number in numbers)


def seal(content: bytes, *, at: datetime) -> bytes:
    """Seal bytes with the present key.

    :raises SealUnusable: as :func:`present_seal`.
    """
    return present_seal(at).over(content)


def check_seal(content: bytes, signature: bytes, certificate_pem: str) -> bool:
    """Tell whether a seal fits the bytes and the certificate; whether the certificate is to be trusted is not asked."""
    try:
        key = certificate_from(certificate_pem).public_key()
        if len(signature) != 2 * _HALF or not isinstance(key, EllipticCurvePublicKey):
            return False
        numbers = (int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:]))
        key.verify(encode_dss_signature(*numbers), content, ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def present_seal(at: datetime) -> Seal:
    """Give the pair that seals at an instant; where none is configured and none was made, make one.

    :raises SealUnusable: where a file is missing, unreadable or of the wrong kind, the two do not belong together,
        or the certificate is not valid at that instant.
    """
    if settings.SEAL_KEY_FILE or settings.SEAL_CERTIFICATE_FILE:
        pair = configured_seal()
        named = "SEAL_CERTIFICATE_FILE"
    else:
        pair = _self_made(Path(settings.SEAL_FOLDER))
        named = "SEAL_FOLDER"
    if pair.certificate.not_valid_before_utc > at:
        raise SealUnusable(f"{named}: the certificate is valid only from {pair.certificate.not_valid_before_utc}")
    if pair.certificate.not_valid_after_utc < at:
        raise SealUnusable(f"{named}: the certificate expired at {pair.certificate.not_valid_after_utc}; rotate it")
    return pair


def own_certificates() -> list[str]:
    """Give the certificate that is configured or was made, as PEM; none where there is none yet. Makes nothing.

    :raises SealUnusable: where a file that is there cannot be read.
    """
    if settings.SEAL_CERTIFICATE_FILE:
        return [pem_of(_certificate("SEAL_CERTIFICATE_FILE", _read("SEAL_CERTIFICATE_FILE")))]
    made = Path(settings.SEAL_FOLDER) / SELF_MADE
    return [_from_one_file(made).pem] if made.exists() else []


def certificate_from(pem: str) -> x509.Certificate:
    """Read a certificate.

    :raises ValueError: where the text holds none.
    """
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except x509.InvalidVersion as failure:
        raise ValueError("a certificate of a version that does not exist") from failure


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Give the SHA-256 of a certificate in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def pem_of(certificate: x509.Certificate) -> str:
    """Give a certificate as PEM, in the one form in which it is published."""
    return certificate.public_bytes(Encoding.PEM).decode()


def as_text(signature: bytes) -> str:
    """Give a seal as the record's file has it."""
    return b64encode(signature).decode()


def from_text(text: str) -> bytes:
    """Read a seal from the record's file.

    :raises ValueError: where it is not written exactly as :func:`as_text` writes it.
    """
    signature = b64decode(text, validate=True)
    if as_text(signature) != text:
        raise ValueError("not in its one form")
    return signature


def configured_seal() -> Seal:
    """Give the pair that the settings name, whatever the instant.

    :raises SealUnusable: as :func:`present_seal`.
    """
    if not (settings.SEAL_KEY_FILE and settings.SEAL_CERTIFICATE_FILE):
        lacking = "SEAL_CERTIFICATE_FILE" if settings.SEAL_KEY_FILE else "SEAL_KEY_FILE"
        raise SealUnusable(f"{lacking} is not set; the two files are given together or not at all")
    key = _key("SEAL_KEY_FILE", _read("SEAL_KEY_FILE"))
    certificate = _certificate("SEAL_CERTIFICATE_FILE", _read("SEAL_CERTIFICATE_FILE"))
    if certificate.public_key() != key.public_key():
        raise SealUnusable("SEAL_KEY_FILE and SEAL_CERTIFICATE_FILE do not belong together")
    return Seal(key, certificate)


def _read(variable: str) -> bytes:
    try:
        return Path(getattr(settings, variable)).read_bytes()
    except OSError as failure:
        raise SealUnusable(f"{variable}: the file cannot be read ({failure.strerror})") from failure


def _key(named: str, pem: bytes) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as failure:
        raise SealUnusable(f"{named}: the file holds no private key in PEM that is not encrypted") from failure
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise SealUnusable(f"{named}: the key is not an ECDSA key on P-256")
    return key


def _certificate(named: str, pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as failure:
        raise SealUnusable(f"{named}: the file holds no certificate in PEM") from failure


def _self_made(folder: Path) -> Seal:
    """Give the pair that was made in a folder, or make it; whoever comes second waits and takes the first one's."""
    made = folder / SELF_MADE
    try:
        if not made.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (folder / "making.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not made.exists():
                    _make(made)
    except OSError as failure:
        raise SealUnusable(f"SEAL_FOLDER: the seal cannot be kept there ({failure.strerror})") from failure
    return _from_one_file(made)


def _from_one_file(made: Path) -> Seal:
    named = f"SEAL_FOLDER: {SELF_MADE}"
    try:
        pem = made.read_bytes()
    except OSError as failure:
        raise SealUnusable(f"{named} cannot be read ({failure.strerror})") from failure
    pair = Seal(_key(named, pem), _certificate(named, pem))
    if pair.certificate.public_key() != pair.key.public_key():
        raise SealUnusable(f"{named}: key and certificate do not belong together")
    return pair


def _make(made: Path) -> None:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Pledge seal")])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), _BEGINNING, _NO_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    written, unfinished = tempfile.mkstemp(dir=made.parent, prefix="unfinished-")  # readable by its owner alone
    with os.fdopen(written, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.write(certificate.public_bytes(Encoding.PEM))
        file.flush()
        os.fsync(file.fileno())
    Path(unfinished).replace(made)
