"""A file of registrants, read as a table: what it is is judged by its content, and how much before it is read (R53)."""

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

if TYPE_CHECKING:
    from _csv import Reader

COLUMNS = (
    "name",
    "born_on",
    "category",
    "basis",
    "email",
    "guardian_name",
    "guardian_email",
    "language",
    "time_zone",
)
NEEDED = ("name", "born_on")
SAVE_AS = "In your spreadsheet program choose “Save as” or “Download as”, then “CSV UTF-8”."
KINDS = (
    (b"PK", f"This is a spreadsheet or ZIP file, not CSV. {SAVE_AS}"),
    (b"\xd0\xcf\x11\xe0", f"This is an older spreadsheet file, not CSV. {SAVE_AS}"),
    (b"%PDF", "This is a PDF, not CSV."),
    (b"\x1f\x8b", "This is a compressed file. Unpack it first."),
    (b"\x89PNG", "This is a picture, not CSV."),
    (b"\xff\xd8\xff", "This is a picture, not CSV."),
    (b"\xff\xfe", f"This is UTF-16 text. {SAVE_AS}"),
    (b"\xfe\xff", f"This is UTF-16 text. {SAVE_AS}"),
)
DELIMITERS = ",;\t"
LONGEST_CELL = 1000


class Unreadable(Exception):
    """Why a file is no table of registrants: every reason that can be told at once, as sentences."""

    def __init__(self, *reasons: str) -> None:
        """Take the reasons."""
        self.reasons = reasons
        super().__init__(*reasons)


class Cells(NamedTuple):
    """One row: the line it begins on, what stands under each known column, and what is wrong with its shape."""

    line: int
    under: dict[str, str]
    problem: str = ""


def text_of(content: bytes) -> str:
    """Give a file's text.

    :raises Unreadable: where it is empty, another kind of file, too large, or not UTF-8.
    """
    if len(content) > settings.IMPORT_BYTES_MOST:
        raise Unreadable(too_large())
    for beginning, sentence in KINDS:
        if content.startswith(beginning):
            raise Unreadable(sentence)
    if b"\x00" in content:
        raise Unreadable(f"This is not a text file. {SAVE_AS}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise Unreadable(f"Line {line} is not UTF-8 text. {SAVE_AS}") from wrong
    if not text.strip():
        raise Unreadable("The file is empty.")
    return text


def too_large() -> str:
    """Say how large a file may be."""
    return (
        f"A file may have at most {settings.IMPORT_BYTES_MOST // 1024} KB and {settings.IMPORT_ROWS_MOST:,} rows. "
        "Split it and bring the parts one after the other."
    )


def rows_of(text: str) -> list[Cells]:
    """Give the rows of a table whose first line names the columns; lines without anything are passed over.

    :raises Unreadable: where the first line names no columns of ours, or the quotes do not close.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = _columns(next(lines, []))
        return list(_rows(lines, columns))
    except csv.Error as wrong:
        raise Unreadable(
            f"From line {lines.line_num} on the file cannot be read as a table: a quotation mark is not closed, or a "
            "cell is far too long."
        ) from wrong


def _rows(lines: "Reader", columns: list[str]) -> Iterator[Cells]:
    begins, count = lines.line_num + 1, 0
    for cells in lines:
        if any(cell.strip() for cell in cells):
            count += 1
            if count > settings.IMPORT_ROWS_MOST:
                raise Unreadable(too_large())
            yield Cells(begins, dict(zip(columns, cells, strict=False)), _problem(cells, columns))
        begins = lines.line_num + 1


def _problem(cells: list[str], columns: list[str]) -> str:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return f"This line has {len(cells)} cells under {len(columns)} columns. Put cells that hold a comma in quotes."
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return f"A cell is longer than {LONGEST_CELL:,} characters."
    return ""


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").replace("\r", "\n").partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _columns(cells: list[str]) -> list[str]:
    named = ["_".join(cell.strip().lower().replace("_", " ").split()) for cell in cells]
    while named and not named[-1]:
        named.pop()
    known = ", ".join(COLUMNS)
    unknown = [
        cell.strip()[:40] or "(no name)" for cell, name in zip(cells, named, strict=False) if name not in COLUMNS
    ]
    missing = [name for name in NEEDED if name not in named]
    twice = sorted({name for name in named if name in COLUMNS and named.count(name) > 1})
    reasons = [f"The first line has no column “{name}”." for name in missing]
    reasons += [f"The first line has a column “{name}” that is not one of ours." for name in unknown]
    reasons += [f"The first line has the column “{name}” twice." for name in twice]
    if reasons:
        raise Unreadable(*reasons[:20], f"The columns are: {known}. Only name and born_on are needed.")
    return named
