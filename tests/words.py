"""The words of the signers' pages: gathered from the code, kept with their Spanish, compiled for Django.

``python -m tests.words`` (``make words``) adds what is new to the catalog, drops what is gone and compiles it.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "consents" / "locale" / "es" / "LC_MESSAGES" / "django.po"
COMPILED = WORDS.with_suffix(".mo")
TEMPLATES, MODULES = ROOT / "consents" / "templates" / "consents", ROOT / "consents" / "pages"
KEYWORDS = [*DEFAULT_KEYWORDS, "gettext_lazy", "ngettext_lazy"]
# No file's bytes depend on the day on which it was made.
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)

Message = str | tuple[str, str]


def gathered() -> dict[Message, list[tuple[str, int]]]:
    """Every message of the pages, in order, with the places that say it."""
    found: dict[Message, list[tuple[str, int]]] = {}
    for path in [*sorted(MODULES.glob("*.py")), *sorted(TEMPLATES.glob("*.html"))]:
        for line, message in _messages_of(path):
            found.setdefault(message, []).append((path.relative_to(ROOT).as_posix(), line))
    return found


def kept() -> Catalog:
    """The catalog as it was written."""
    with WORDS.open("rb") as file:
        return read_po(file, locale="es")


def compiled(catalog: Catalog) -> bytes:
    """What Django reads."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def gather() -> None:
    """Write the catalog anew, with the Spanish that was there, and compile it."""
    before = kept() if WORDS.exists() else Catalog(locale="es")
    after = Catalog(
        locale="es",
        project="Pledge",
        version="1",
        msgid_bugs_address="Pledge",
        last_translator="Pledge",
        language_team="Spanish",
        header_comment="# Spanish of the signers' pages.",
        creation_date=SOME_DAY,
        revision_date=SOME_DAY,
        fuzzy=False,
    )
    for message, places in gathered().items():
        known = before.get(message if isinstance(message, str) else message[0])
        # A place is a file: lines would change the catalog with every edit above them.
        files = [(name, 0) for name in dict.fromkeys(name for name, _ in places)]
        after.add(message, known.string if known else None, locations=files)
    with WORDS.open("wb") as file:
        write_po(file, after, width=120, sort_by_file=False, include_lineno=False)
    COMPILED.write_bytes(compiled(kept()))


def _messages_of(path: Path) -> Iterator[tuple[int, Message]]:
    source = path.read_text()
    if path.suffix == ".html":
        from django.utils.translation.template import templatize

        source = templatize(source, origin=str(path))
    yield from messages_in(source, within_f_strings=path.suffix == ".py")


def messages_in(source: str, *, within_f_strings: bool = True) -> Iterator[tuple[int, Message]]:
    """Every message that a source says; Babel reads over those inside f-strings, which are one token to it."""
    pieces = [(0, source)]
    if within_f_strings:
        pieces += [(node.lineno - 1, ast.unparse(node)) for node in _calls_in_f_strings(source)]
    for above, piece in pieces:
        file = io.BytesIO(piece.encode())
        for line, _, said, _ in extract_python(file, [*KEYWORDS, "_"], [], {"encoding": "utf-8"}):
            yield above + line, said if isinstance(said, str) else (said[0], said[1])


def _calls_in_f_strings(source: str) -> Iterator[ast.Call]:
    strings = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr))
    for node in (part for string in strings for part in ast.walk(string)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {*KEYWORDS, "_"}:
            yield node


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    gather()
