"""The texts that come with a release, read from ``consents/texts``: one file for each form, version and language."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from consents.canonical import text_digest

FOLDER = Path(__file__).resolve().parent / "texts"


class Released(NamedTuple):
    """One text of a release, from ``form.version.language.toml``."""

    form: str
    version: str
    language: str
    body: dict[str, Any]

    @property
    def digest(self) -> str:
        """The digest of its words."""
        return text_digest(form=self.form, version=self.version, language=self.language, body=self.body)


def released_texts() -> list[Released]:
    """Give every text of the release, in order of form, version and language."""
    texts = []
    for path in sorted(FOLDER.glob("*.toml")):
        form, version, language, _ = path.name.split(".")
        texts.append(Released(form, version, language, tomllib.loads(path.read_text())))
    return texts
