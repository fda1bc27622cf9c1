"""The documents made of a sealed record: the JSON file, and the PDF (PDF/UA-1, PDF/A-3a) that has it attached.

The same record gives the same unsigned PDF, byte for byte; the PDF's own signature (PAdES, no changes allowed) covers
every byte of it.
"""

import io
import json
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import segno
import typst
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from consents.canonical import canonical, digest_of
from consents.models import ConsentRecord
from consents.sealing import ALGORITHM, Seal, as_text

FOLDER = Path(__file__).resolve().parent / "typst"
ATTACHED = "record.json"
ADDRESS_DIGITS = 32  # of the digest, in the address of a record's check
_LANGUAGE_OF_LAST_RESORT = "en"
# What the embedded typeface draws; anything else is spelled out by its number (PDF/A allows no missing glyph).
_DRAWN = ((0x20, 0x7E), (0xA0, 0x482), (0x48A, 0x4FF), (0x1E00, 0x1FFF), (0x2010, 0x2040), (0x20A0, 0x20BF))
_UNDRAWN_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


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
    content: bytes, *, file: bytes, fingerprint: str, zone: ZoneInfo, public_address: str, template: bytes | None = None
) -> bytes:
    """Set a record as a PDF.

    :param content: the record in canonical bytes; ``file`` is what :func:`sealed_file` made of it.
    :param zone: in which instants are shown, beside UTC.
    :param template: typst source instead of the one that comes with the program.
    :raises typst.TypstError: where it cannot be set.
    """
    record = json.loads(content)
    paper = paper_of(record, zone)
    address = checking_address(digest_of(content), public_address)
    code = io.BytesIO()
    segno.make(address, error="m").save(code, kind="svg", dark="#1b2a3a", border=0, omitsize=True)
    paper |= {"digest": digest_of(content), "fingerprint": fingerprint, "address": address}
    shown = _spelled_out(paper)
    shown |= {"spelled_out": shown != paper, "qr": code.getvalue().decode()}
    shown["labels"] = words_in(paper["language"])["labels"]
    inputs = {"paper": json.dumps(shown, ensure_ascii=False), "file": file.decode()}
    completed_at = datetime.fromisoformat(record["completed_at"])
    return typst.compile(
        template or (FOLDER / "consent.typ").read_bytes(),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["ua-1", "a-3a"],
        ignore_system_fonts=True,  # the same letters on every machine
        timestamp=int(completed_at.timestamp()),
    )


def signed_document(unsigned: bytes, seal: Seal, at: datetime) -> bytes:
    """Sign a PDF so that nothing in it can be changed without breaking the signature."""
    certificate = x509.Certificate.load(seal.certificate.public_bytes(Encoding.DER))
    key = seal.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    no_others = SimpleCertificateStore()
    signer = signers.SimpleSigner(
        signing_cert=certificate, signing_key=keys.PrivateKeyInfo.load(key), cert_registry=no_others
    )
    terms = signers.PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    # Nothing is drawn: print flag, no area, outside the page, as PDF/A and PDF/UA each ask of such a field.
    unseen = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    field = fields.SigFieldSpec("Seal", readable_field_name="Seal", invis_sig_settings=unseen)
    signed = _SignerAt(at, terms, signer, new_field_spec=field).sign_pdf(_Addition(io.BytesIO(unsigned)))
    return bytes(signed.getvalue())


class _Addition(IncrementalPdfFileWriter):
    """pyHanko's writer, which adds the signature and leaves title, dates and standards as they were set."""

    def _update_meta(self) -> None:
        pass


class _SignerAt(signers.PdfSigner):
    """pyHanko's signer, which is told the instant instead of reading a clock, and leaves the PDF's version alone."""

    def __init__(self, at: datetime, *terms: Any, **others: Any) -> None:
        super().__init__(*terms, **others)
        self.at = at

    def init_signing_session(self, *given: Any, **others: Any) -> PdfSigningSession:
        session = super().init_signing_session(*given, **others)
        session.system_time = self.at
        return session

    def register_extensions(self, *given: Any, **others: Any) -> None:
        pass


@cache
def words_in(language: str) -> dict[str, Any]:
    """Give the document's own words in a language, English where there are none."""
    path = FOLDER / f"{language}.toml"
    known = path if language.isalpha() and path.exists() else FOLDER / f"{_LANGUAGE_OF_LAST_RESORT}.toml"
    return tomllib.loads(known.read_text(encoding="utf-8"))


def paper_of(record: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Give what the template shows of a record, in the words of its text's language and by the clock of a zone."""
    text, body = record["text"], record["text"]["body"]
    words = words_in(text["language"])
    signatures = record["signatures"]
    return {
        "language": text["language"],
        "language_name": words["languages"].get(text["language"], text["language"]),
        "title": body["title"],
        "form": words["forms"].get(text["form"], text["form"]),
        "version": text["version"],
        "registrant": record["registrant"],
        "course": str(record["course"]),
        "completed_at": _local(record["completed_at"], zone, words),
        "zone": zone.key,
        "text_digest": text["digest"],
        "introduction": body["introduction"],
        "closing": body["closing"],
        "statements": [
            {"words": statement, "initials": _initials_of(number, signatures, zone, words)}
            for number, statement in enumerate(body["statements"], start=1)
        ],
        "signatures": [_signature(signature, zone, words) for signature in signatures],
    }


def _initials_of(
    number: int, signatures: Sequence[Mapping[str, Any]], zone: ZoneInfo, words: Mapping[str, Any]
) -> list[dict[str, str]]:
    return [
        {
            "initials": initial["initials"],
            "signer": words["signers"].get(signature["signer"], signature["signer"]),
            "at": _local(initial["at"], zone, words),
        }
        for signature in signatures
        for initial in signature["initials"]
        if initial["number"] == number
    ]


def _signature(signature: Mapping[str, Any], zone: ZoneInfo, words: Mapping[str, Any]) -> dict[str, Any]:
    shown = words.get("evidence", {})
    return {
        "signer": words["signers"].get(signature["signer"], signature["signer"]),
        "name": signature["name"],
        "drawn": _strokes(signature["drawn"]),
        "meaning": words["meanings"].get(signature["meaning"], signature["meaning_in_words"]),
        "method": words["methods"].get(signature["method"], signature["method"]),
        "signed_at": _local(signature["signed_at"], zone, words),
        "signed_at_utc": f"{signature['signed_at'].replace('T', ' ').removesuffix('Z')} UTC",
        "initialed": len(signature["initials"]),
        "evidence": [[shown[name], str(value)] for name, value in signature["evidence"].items() if name in shown],
        "scan": signature["scan"],
        "binding": signature["binding"],
    }


def _local(instant: str, zone: ZoneInfo, words: Mapping[str, Any]) -> str:
    """Give an instant of the record by the clock of a zone, which is named."""
    at = datetime.fromisoformat(instant).astimezone(zone)
    month = words["months"][at.month - 1]
    return words["labels"]["instant"].format(
        day=at.day, month=month, year=at.year, time=f"{at:%H:%M:%S}", zone=at.tzname()
    )


def _strokes(drawn: Sequence[Sequence[Sequence[int]]]) -> str:
    """Give a drawn name as an SVG of its strokes, empty where none was drawn."""
    strokes = [[(int(x), int(y)) for x, y in stroke] for stroke in drawn if stroke]
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return ""
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    pen = max(width, height, 1) / 90
    lines = "".join(
        f'<polyline points="{" ".join(f"{x - left},{y - top}" for x, y in [*stroke, stroke[-1]])}"/>'
        for stroke in strokes
    )
    box = f"{-2 * pen} {-2 * pen} {width + 4 * pen} {height + 4 * pen}"
    ink = f'fill="none" stroke="#16324f" stroke-width="{pen}" stroke-linecap="round" stroke-linejoin="round"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><g {ink}>{lines}</g></svg>'


def _spelled_out(value: Any) -> Any:
    """Give what is shown with every character that the typeface lacks spelled out, such as ``[U+674E]``."""
    if isinstance(value, str):
        return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", value))
    if isinstance(value, Mapping):
        return {name: inner if name == "drawn" else _spelled_out(inner) for name, inner in value.items()}
    return [_spelled_out(inner) for inner in value] if isinstance(value, list) else value


def _letter(letter: str) -> str:
    known = any(first <= ord(letter) <= last for first, last in _DRAWN)
    return letter if known and unicodedata.category(letter) not in _UNDRAWN_CATEGORIES else f"[U+{ord(letter):04X}]"
