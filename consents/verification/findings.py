"""What a check finds, and how it says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from consents.verification.wording import NAMES, SENTENCES


class Trouble(StrEnum):
    """Why a file does not hold."""

    NOT_OURS = "not_ours"
    TOO_LARGE = "too_large"
    NO_SEAL = "no_seal"
    PDF_ADDED_TO = "pdf_added_to"
    PDF_CUT = "pdf_cut"
    PDF_CHANGED = "pdf_changed"
    PDF_SEAL_DAMAGED = "pdf_seal_damaged"
    NO_RECORD = "no_record"
    UNPUBLISHED_CERTIFICATE = "unpublished_certificate"
    FILE_CHANGED = "file_changed"
    SEAL_DAMAGED = "seal_damaged"
    SEAL_DOES_NOT_FIT = "seal_does_not_fit"
    MISSHAPEN = "misshapen"
    TEXT_CHANGED = "text_changed"
    VERSION_NOT_SIGNED = "version_not_signed"
    SIGNATURE_NOT_OF_THIS_TEXT = "signature_not_of_this_text"
    WRONG_MEANING = "wrong_meaning"
    INITIALS_MISSING = "initials_missing"
    TIMES_DO_NOT_FIT = "times_do_not_fit"
    SIGNATURE_MISSING = "signature_missing"
    SIGNED_TWICE = "signed_twice"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and what it is about."""

    trouble: Trouble
    about: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """Give it as a sentence in English or Spanish."""
        names = NAMES.get(language, NAMES["en"])
        about = {name: names.get(value, value) for name, value in self.about.items()}
        return SENTENCES[self.trouble.value][language if language in NAMES else "en"].format(**about)


@dataclass(frozen=True)
class Findings:
    """What became of a check.

    :param kind: ``pdf``, ``json``, or empty where the file is neither.
    :param record: what was signed, as far as it could be read.
    :param digest: of the record's canonical bytes.
    :param fingerprint: of the certificate it was sealed under.
    """

    kind: str
    troubles: tuple[Finding, ...] = ()
    record: Mapping[str, Any] | None = None
    digest: str = ""
    fingerprint: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles
