"""The seal of a PDF: a signature over every byte of the file, read without unpacking anything in it.

Every bit of the file is accounted for: what the signature does not cover is the signature itself, and that is
compared with the one way in which it can be written.
"""

import io
import re
from typing import Any

from asn1crypto import cms, parser
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from pyhanko.pdf_utils.reader import PdfFileReader

from consents.document import ATTACHED
from consents.sealing import fingerprint_of
from consents.verification.findings import Finding, Trouble

_COVERED = re.compile(rb"/ByteRange \[0 ([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9})\]")
_MOST_WRITTEN = 64 * 1024  # of a signature with its certificate, in hexadecimal; the seal's own has some two thousand
_SHA256 = {"algorithm": "sha256", "parameters": None}


class _Damaged(Exception):
    """The signature is not written as ours are."""


def check_pdf(content: bytes, trusted: frozenset[str]) -> tuple[str, Finding | None]:
    """Give the fingerprint of the certificate a PDF was sealed under, where it can be read, and what is wrong."""
    covered = _COVERED.search(content)
    if covered is None:
        return "", Finding(Trouble.NO_SEAL)
    begins, resumes, rest = (int(number) for number in covered.groups())
    if resumes + rest != len(content):
        return "", Finding(Trouble.PDF_CUT if resumes + rest > len(content) else Trouble.PDF_ADDED_TO)
    gap = content[begins:resumes]
    try:
        _require(gap[:1] == b"<", gap[-1:] == b">", len(gap) <= _MOST_WRITTEN)
        certificate, signed_digest = _read_signature(gap[1:-1])
    except Exception:  # noqa: BLE001 - whatever a library makes of a damaged signature, it is damaged
        return "", Finding(Trouble.PDF_SEAL_DAMAGED)
    fingerprint = fingerprint_of(certificate)
    if signed_digest != _digest(content[:begins] + content[resumes:]):
        return fingerprint, Finding(Trouble.PDF_CHANGED)
    if fingerprint not in trusted:
        return fingerprint, Finding(Trouble.UNPUBLISHED_CERTIFICATE, {"fingerprint": fingerprint})
    return fingerprint, None


def attached_record(content: bytes) -> bytes | None:
    """Give the record that is attached to a PDF which :func:`check_pdf` found to be ours; None where there is none."""
    try:
        names = PdfFileReader(io.BytesIO(content)).root["/Names"]["/EmbeddedFiles"]["/Names"]
        place = next(place for place in range(0, len(names), 2) if str(names[place]) == ATTACHED)
        return bytes(names[place + 1]["/EF"]["/F"].data)
    except Exception:  # noqa: BLE001 - sealed by us, and yet not as we make them
        return None


def _read_signature(written: bytes) -> tuple[x509.Certificate, bytes]:
    """Give the certificate of a signature, which fits it, and the digest that was signed.

    :raises Exception: where it is not written bit for bit as a signature of ours is, or does not fit its certificate.
    """
    padded = bytes.fromhex(written.decode("ascii"))
    length = _length_of(padded)
    _require(padded.hex().upper().encode() == written, not any(padded[length:]))
    outer = cms.ContentInfo.load(padded[:length], strict=True)
    signed = outer["content"]
    certificates, signers = signed["certificates"], signed["signer_infos"]
    _require(
        outer["content_type"].native == "signed_data",
        signed["version"].native == "v1",
        signed["digest_algorithms"].native == [_SHA256],
        signed["encap_content_info"].native == {"content_type": "data", "content": None},
        not signed["crls"],
        len(certificates) == len(signers) == 1,
        _has_nothing_between(outer),
        _has_nothing_between(signed),
        _has_nothing_between(signers[0]),
    )
    certificate: asn1_x509.Certificate = certificates[0].chosen
    read = x509.load_der_x509_certificate(certificate.dump())
    digest = _signed_digest(signers[0], certificate, read.public_key())
    return read, digest


def _signed_digest(signer: Any, certificate: Any, key: Any) -> bytes:
    _require(
        signer["version"].native == "v1",
        signer["sid"].name == "issuer_and_serial_number",
        signer["sid"].chosen["issuer"].dump() == certificate.issuer.dump(),
        signer["sid"].chosen["serial_number"].native == certificate.serial_number,
        signer["digest_algorithm"].native == _SHA256,
        signer["signature_algorithm"].native == {"algorithm": "sha256_ecdsa", "parameters": None},
        not signer["unsigned_attrs"],
        isinstance(key, EllipticCurvePublicKey),
    )
    attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
    _require(len(attributes) == len(signer["signed_attrs"]), attributes["content_type"].native == ["data"])
    try:
        key.verify(signer["signature"].native, signer["signed_attrs"].untag().dump(), ECDSA(hashes.SHA256()))
    except InvalidSignature as unfit:
        raise _Damaged from unfit
    (digest,) = attributes["message_digest"].native
    return bytes(digest)


def _length_of(padded: bytes) -> int:
    """Give how many bytes of a padded signature are the signature."""
    *_, header, content, trailer = parser.parse(padded)
    return len(header) + len(content) + len(trailer)


def _has_nothing_between(sequence: Any) -> bool:
    """Tell whether a sequence is its parts and no byte more."""
    return bytes(sequence.contents) == b"".join(sequence[name].dump() for name in sequence)


def _require(*conditions: bool) -> None:
    if not all(conditions):
        raise _Damaged


def _digest(covered: bytes) -> bytes:
    made = hashes.Hash(hashes.SHA256())
    made.update(covered)
    return made.finalize()
