"""Cells that a spreadsheet program takes for text, whatever stands in them (R47)."""

import csv
import unicodedata
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"  # without it some programs do not take the file for UTF-8
BEGIN_A_FORMULA = "=+-@"


class Line:
    """What the csv module writes into, and gives back as it was written."""

    def write(self, text: str) -> str:
        """Give back what was written."""
        return text


_WRITER = csv.writer(Line(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")


def line_of(cells: Iterable[str]) -> str:
    """Give cells as one line of a file, every one quoted and none of them a formula."""
    return str(_WRITER.writerow([as_text(cell) for cell in cells]))


def as_text(cell: str) -> str:
    """Give a cell on one line, with an apostrophe before whatever could begin a formula.

    Spaces, control characters and full-width forms before it are looked through, as some programs do.
    """
    flat = "".join(" " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in cell)
    seen = unicodedata.normalize("NFKC", flat)
    first = next((one for one in seen if not one.isspace() and unicodedata.category(one) != "Cf"), "")
    return f"'{flat}" if (first and first in BEGIN_A_FORMULA) or cell[:1] in ("\t", "\r", "\n") else flat
