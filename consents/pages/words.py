"""What the pages say of instants, people and signatures, in the reader's language."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consents.models import SignedConsent
from consents.vocabulary import Language, Meaning, SigningMethod
from pledge.rules.vocabulary import Signer

PLACE = (600, 200)  # width and height of where a name is drawn
MOST_POINTS = 2000

WHO = {
    Signer.REGISTRANT: _("patient"),
    Signer.GUARDIAN: _("parent or guardian"),
    Signer.PRESCRIBER: _("prescriber"),
}
MEANINGS = {
    Meaning.CONSENT: _("I have read and understood each statement, and I consent"),
    Meaning.GUARDIAN_CONSENT: _("I have read and understood each statement, and consent for my child"),
    Meaning.COUNTERSIGNATURE: _("I explained this form, and the signers understood it before they signed"),
}
METHODS = {
    SigningMethod.ELECTRONIC: _("Electronically"),
    SigningMethod.PAPER: _("On paper, with a scan"),
    SigningMethod.RECORDED: _("Recorded as a fact"),
}


_MOMENTS = {True: r"j \d\e F \d\e Y, H:i", False: "F j, Y, g:i A"}


def moment(at: datetime, zone: str) -> str:
    """Give an instant as words, with the zone that it is told in."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{date_format(local, _MOMENTS[get_language() == Language.SPANISH])} {local.tzname()}"


def drawn_from(text: str) -> list[list[list[int]]] | None:
    """Give the strokes that a browser sent, each a list of points in whole numbers; None where they are none."""
    try:
        strokes = json.loads(text or "[]")
        drawn = [[_point(point) for point in stroke] for stroke in strokes if stroke]
    except (ValueError, TypeError, RecursionError):
        return None
    return drawn if sum(len(stroke) for stroke in drawn) <= MOST_POINTS else None


def signature_in_words(signature: SignedConsent, zone: str) -> dict[str, object]:
    """Give printed name, instant with its zone, meaning and method of a signature (21 CFR 11.50)."""
    return {
        "name": signature.signer_name,
        "who": WHO[Signer(signature.signer)],
        "at": moment(signature.signed_at, zone),
        "meaning": MEANINGS[Meaning(signature.meaning)] if signature.meaning else "—",
        "method": METHODS[SigningMethod(signature.method)],
        "strokes": [" ".join(f"{x},{y}" for x, y in stroke) for stroke in signature.drawn],
    }


def _point(point: object) -> list[int]:
    match point:
        case [int(x), int(y)] if {type(x), type(y)} == {int} and 0 <= x <= PLACE[0] and 0 <= y <= PLACE[1]:
            return [x, y]
    raise ValueError("a point is two whole numbers within the place")
