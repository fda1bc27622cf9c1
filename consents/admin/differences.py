"""What differs between two versions of a text, part by part and word by word, for a table that is read side by side."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, NamedTuple

ALIKE = 0.4  # of words that differ more than this, single ones in common would only confuse
LISTS = (("introduction", "Introduction"), ("statements", "Statement"), ("closing", "Closing"))


class Piece(NamedTuple):
    """Some words of one side: ``same`` on both, or only on this one."""

    words: str
    same: bool


class Difference(NamedTuple):
    """One part that differs: what it is, how, and both sides of it; a side that is not there is empty."""

    part: str
    how: str
    before: list[Piece]
    after: list[Piece]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Give every part of a body that is not the same in another, in the order in which it is read.

    :param before, after: bodies as ``FormText.body`` keeps them.
    """
    found = list(_differing("Title", [before["title"]], [after["title"]]))
    for name, label in LISTS:
        found += _differing(label, before[name], after[name])
    return found


def _differing(label: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    numbered = max(len(before), len(after)) > 1
    for how, first, end, other, other_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        for old, new in zip_longest(range(first, end), range(other, other_end)):
            number = new if new is not None else old
            part = f"{label} {number + 1}" if numbered and number is not None else label
            yield _difference(part, before[old] if old is not None else "", after[new] if new is not None else "")


def _difference(part: str, before: str, after: str) -> Difference:
    if not before or not after:
        pieces = [Piece(before or after, same=False)]
        return Difference(part, "Left out", pieces, []) if before else Difference(part, "New", [], pieces)
    old, new = (re.findall(r"\s*\S+", side) for side in (before, after))
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    matched = SequenceMatcher(None, old, new, autojunk=False)
    if matched.ratio() < ALIKE:
        return Difference(part, "Written anew", [Piece(before, same=False)], [Piece(after, same=False)])
    for how, first, end, other, other_end in matched.get_opcodes():
        for side, words in zip(sides, (old[first:end], new[other:other_end]), strict=True):
            if words:
                side.append(Piece("".join(words), same=how == "equal"))
    return Difference(part, "Changed", *sides)
