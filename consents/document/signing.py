"""The document's own signature, over every byte of it (PAdES, no changes allowed)."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from consents.sealing import Seal


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
    signing = _SignerAt(at, terms, signer, new_field_spec=field)
    # pyHanko runs an event loop of its own, and a thread has but one: ours may be taken.
    with ThreadPoolExecutor(1) as elsewhere:
        signed = elsewhere.submit(signing.sign_pdf, _Addition(io.BytesIO(unsigned))).result()
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
