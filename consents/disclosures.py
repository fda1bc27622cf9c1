"""What a signer is told about electronic records before agreeing to sign electronically (15 USC 7001(c)).

The statements come with a release, in ``consents/texts/disclosures``, one file for each version and language. A
version that was shown never changes: new words are a new version, named here.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from consents.canonical import canonical, digest_of
from consents.vocabulary import Language

FOLDER = Path(__file__).resolve().parent / "texts" / "disclosures"
VERSION = "2026"


class Disclosures(NamedTuple):
    """The statements in one language: under each heading its paragraphs."""

    version: str
    language: str
    title: str
    sections: list[tuple[str, list[str]]]

    @property
    def paragraphs(self) -> list[str]:
        """Every paragraph in order, without the headings."""
        return [paragraph for _, paragraphs in self.sections for paragraph in paragraphs]

    @property
    def digest(self) -> str:
        """The digest of the words, their version and language among them."""
        return digest_of(canonical(self._asdict()))


@cache
def disclosures_in(language: str, version: str = VERSION) -> Disclosures:
    """Give the statements in a language, the present ones or those of an earlier version.

    :raises ValueError: where the language is none in which forms are written.
    :raises FileNotFoundError: where there never was such a version.
    """
    known = Language(language).value
    words = tomllib.loads((FOLDER / f"{version}.{known}.toml").read_text())
    sections = [(section["heading"], list(section["paragraphs"])) for section in words["sections"]]
    return Disclosures(version, known, words["title"], sections)
