"""Checks a sealed file by itself: bytes and published certificates in, findings out; no database, no network.

Nothing inside a file is unpacked before its seal has shown that it is one of ours.
"""

from collections.abc import Iterable

from cryptography import x509

from consents.sealing import fingerprint_of
from consents.verification.findings import Finding, Findings, Trouble
from consents.verification.pdf import attached_record, check_pdf
from consents.verification.record import check_file

__all__ = ["Finding", "Findings", "Trouble", "trusted_from", "verify"]

MOST_BYTES = 20 * 1024 * 1024
_PDF = b"%PDF-"


def trusted_from(pems: Iterable[str]) -> frozenset[str]:
    """Give the fingerprints of published certificates; each text may hold several.

    :raises ValueError: where a text holds none.
    """
    return frozenset(
        fingerprint_of(certificate) for pem in pems for certificate in x509.load_pem_x509_certificates(pem.encode())
    )


def verify(content: bytes, trusted: frozenset[str], *, most: int = MOST_BYTES) -> Findings:
    """Check a file, sealed PDF or sealed JSON, against the certificates that the program published.

    :param trusted: what :func:`trusted_from` gave.
    :param most: bytes of the largest file that is looked into.
    """
    if len(content) > most:
        return Findings("", (Finding(Trouble.TOO_LARGE, {"most": str(most // 2**20)}),))
    if content.startswith(_PDF):
        fingerprint, trouble = check_pdf(content, trusted)
        if trouble is not None:
            return Findings("pdf", (trouble,), fingerprint=fingerprint)
        attached = attached_record(content)
        if attached is None:
            return Findings("pdf", (Finding(Trouble.NO_RECORD),), fingerprint=fingerprint)
        return check_file(attached, trusted, kind="pdf")
    return check_file(content, trusted, kind="json")
