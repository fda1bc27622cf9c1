"""One signature as a prescriber sees it before countersigning: the text, every statement's initials, the drawn name."""

from datetime import datetime
from typing import NamedTuple

from consents.models import SignedConsent


class Initialed(NamedTuple):
    """How one statement was initialed, and when."""

    initials: str
    at: datetime


class Preview(NamedTuple):
    """A signature with the statements of its text and the strokes of a drawn name, as SVG writes points."""

    signature: SignedConsent
    statements: list[tuple[str, Initialed | None]]
    strokes: list[str]


def preview_of(signature: SignedConsent) -> Preview:
    """Give a signature as it was given; without statements where no text was kept."""
    statements = signature.text.body["statements"] if signature.text is not None else []
    done = {one["number"]: Initialed(one["initials"], datetime.fromisoformat(one["at"])) for one in signature.initials}
    strokes = [" ".join(f"{x},{y}" for x, y in stroke) for stroke in signature.drawn]
    return Preview(signature, [(text, done.get(number)) for number, text in enumerate(statements, start=1)], strokes)
