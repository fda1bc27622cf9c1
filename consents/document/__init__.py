"""The documents made of a sealed record: the JSON file, and the PDF (PDF/UA-1, PDF/A-3a) that has it attached.

The same record gives the same unsigned PDF, byte for byte; the PDF's own signature (PAdES, no changes allowed) covers
every byte of it.
"""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import segno
import typst

from consents.canonical import canonical, digest_of
from consents.document.paper import paper_of, spelled_out, template, words_in
from consents.document.signing import signed_document
from consents.models import ConsentRecord
from consents.sealing import ALGORITHM, as_text

__all__ = ["checking_address", "file_of", "sealed_file", "signed_document", "unsigned_document"]

ATTACHED = "record.json"
ADDRESS_DIGITS = 32  # of the digest, in the address of a record's check


def file_of(record: ConsentRecord) -> bytes:
    """Give the JSON file of a sealed record, the same bytes each time.

    :raises ValueError: where it is not sealed yet.
    """
    if record.seal is None or record.certificate is None:
        raise ValueError(f"{record} is not sealed yet")
    return sealed_file(bytes(record.content), bytes(record.seal), record.certificate.pem)


def sealed_file(content: bytes, seal: bytes, certificate_pem: str) -> bytes:
    """Give the JSON file of a record in canonical bytes, with the seal over them."""
    sealed = {"algorithm": ALGORITHM, "certificate": certificate_pem, "signature": as_text(seal)}
    return canonical({"record": json.loads(content), "seal": sealed}) + b"\n"


def checking_address(digest: str, public_address: str) -> str:
    """Give the address of the page that tells about a record."""
    return f"{public_address}/verify/{digest[:ADDRESS_DIGITS]}/"


def unsigned_document(
    content: bytes, *, file: bytes, fingerprint: str, zone: ZoneInfo, public_address: str, source: bytes | None = None
) -> bytes:
    """Set a record as a PDF.

    :param content: the record in canonical bytes; ``file`` is what :func:`sealed_file` made of it.
    :param zone: in which instants are shown, beside UTC.
    :param source: typst instead of the one that comes with the program.
    :raises typst.TypstError: where it cannot be set.
    """
    record = json.loads(content)
    paper = paper_of(record, zone)
    address = checking_address(digest_of(content), public_address)
    code = segno.make(address, error="m").svg_inline(dark="#1b2a3a", border=0, omitsize=True)
    code = code.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    paper |= {"digest": digest_of(content), "fingerprint": fingerprint, "address": address}
    shown = spelled_out(paper)
    shown |= {"spelled_out": shown != paper, "qr": code}
    shown["labels"] = words_in(paper["language"])["labels"]
    inputs = {"paper": json.dumps(shown, ensure_ascii=False), "file": file.decode()}
    completed_at = datetime.fromisoformat(record["completed_at"])
    return typst.compile(
        source or template(),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["ua-1", "a-3a"],
        ignore_system_fonts=True,  # the same letters on every machine
        timestamp=int(completed_at.timestamp()),
    )
