"""What a document shows of a record: its words, and instants by the clock of a zone."""

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parent.parent / "typst"
_LANGUAGE_OF_LAST_RESORT = "en"
# What the embedded typeface draws; anything else is spelled out by its number (PDF/A allows no missing glyph).
_DRAWN = ((0x20, 0x7E), (0xA0, 0x482), (0x48A, 0x4FF), (0x1E00, 0x1FFF), (0x2010, 0x2040), (0x20A0, 0x20BF))
_UNDRAWN_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def template() -> bytes:
    """Give the document's typst source."""
    return (FOLDER / "consent.typ").read_bytes()


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
    return {
        "signer": words["signers"].get(signature["signer"], signature["signer"]),
        "name": signature["name"],
        "drawn": _strokes(signature["drawn"]),
        "meaning": words["meanings"].get(signature["meaning"], signature["meaning_in_words"]),
        "method": words["methods"].get(signature["method"], signature["method"]),
        "signed_at": _local(signature["signed_at"], zone, words),
        "signed_at_utc": f"{signature['signed_at'].replace('T', ' ').removesuffix('Z')} UTC",
        "initialed": len(signature["initials"]),
        "evidence": [list(pair) for pair in _proof(signature["evidence"], zone, words)],
        "scan": signature["scan"],
        "binding": signature["binding"],
    }


def _proof(evidence: Mapping[str, Any], zone: ZoneInfo, words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what a reader wants to know of how a signer proved who they are; the attached record has all of it."""
    labels, proofs = words["proof"], words["proofs"]
    if components := evidence.get("components"):
        yield labels["components"], ", ".join(proofs.get(one, one) for one in components)
    if checked := evidence.get("identity_check"):
        yield labels["identity_check"], proofs.get(checked, checked)
    if accepted := evidence.get("disclosures"):
        at = _local(accepted["accepted_at"], zone, words)
        yield labels["disclosures"], f"{accepted['version']} ({accepted['language']}), {at}"
    if read := evidence.get("read"):
        language = words["languages"].get(read["language"], read["language"])
        yield labels["read"], f"{language}, SHA-256 {read['digest']}"
    if who := evidence.get("recorded_by"):
        whom = evidence.get("recorded_for")
        yield labels["recorded_by"], labels["recorded_for"].format(who=who, whom=whom) if whom else who


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


def spelled_out(value: Any) -> Any:
    """Give what is shown with every character that the typeface lacks spelled out, such as ``[U+674E]``."""
    if isinstance(value, str):
        return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", value))
    if isinstance(value, Mapping):
        return {name: inner if name == "drawn" else spelled_out(inner) for name, inner in value.items()}
    return [spelled_out(inner) for inner in value] if isinstance(value, list) else value


def _letter(letter: str) -> str:
    known = any(first <= ord(letter) <= last for first, last in _DRAWN)
    return letter if known and unicodedata.category(letter) not in _UNDRAWN_CATEGORIES else f"[U+{ord(letter):04X}]"
