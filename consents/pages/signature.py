"""The end of the signer's way: look over what was initialed, sign, and see what was signed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from consents.actions.signing import sign_electronically
from consents.actions.steps import NotProven
from consents.models import SignedConsent
from consents.names import name_of, same_name
from consents.pages.documents import waiting_for
from consents.pages.door import wrong_pin
from consents.pages.page import Problem, onward
from consents.pages.signing import BAD, Left, left_of, left_to_sign, stopped
from consents.pages.visitor import DENIED, Visitor, by_signer, closed, signed_by, turned_away, with_disclosures
from consents.pages.words import MEANINGS, drawn_from, moment, signature_in_words
from consents.vocabulary import MEANINGS as MEANING_OF
from pledge.rules.refusals import Refused, Rejected

CREATED = 201


@with_disclosures
def signature(request: HttpRequest, visitor: Visitor, text_id: int) -> HttpResponse:
    """Show all that was initialed, and take the signature. Sent again, it answers with the signature that stands."""
    left = left_to_sign(visitor, text_id)
    if left is None:
        mine = signed_by(visitor).filter(text_id=text_id).first()
        return _signed(request, visitor, mine) if mine else onward(visitor.address("sign-forms"))
    if request.method != "POST":
        return _page(request, visitor, left)
    try:
        kept = sign_electronically(**_typed(request, visitor, left), by=visitor.by, at=visitor.at)
    except NotProven as unproven:
        return _unproven(request, visitor, left, unproven.pins_left)
    except Refused:
        return stopped(request)
    except Rejected as rejected:
        return _rejected(request, visitor, left, rejected)
    return _signed(request, visitor, kept, status=CREATED)


def _typed(request: HttpRequest, visitor: Visitor, left: Left) -> dict[str, Any]:
    """Give what was typed and drawn, as the action takes it.

    :raises Rejected: where what was drawn is nothing that our script sends, or another name is to be confirmed.
    """
    drawn = drawn_from(request.POST.get("drawn", ""))
    if drawn is None:
        raise Rejected("drawn", "it is no list of strokes")
    pin = "".join(request.POST.get("pin", "").split())
    name = _typed_name(request)
    if _is_to_be_confirmed(request, visitor, left, name):
        raise Rejected("confirmed", "it is not the name that the clinic has")
    return {"visit": visitor.visit, "text": left.text, "name": name, "drawn": drawn, "pin": pin}


def _typed_name(request: HttpRequest) -> str:
    return " ".join(request.POST.get("name", "").split())


def _is_to_be_confirmed(request: HttpRequest, visitor: Visitor, left: Left, name: str) -> bool:
    """Tell whether to ask, once for each name typed, about one that is not the clinic's; names vary, none is refused.

    What the action refuses anyway is left to it: whoever is not the signer, no name, statements not initialed.
    """
    known = name_of(visitor.asked.registrant, visitor.asked.signer)
    if visitor.by != by_signer(visitor.asked) or left.done < left.total or not name or not known:
        return False
    return not same_name(name, known) and not same_name(name, request.POST.get("confirmed", ""))


def _another_name(request: HttpRequest, visitor: Visitor) -> Problem:
    sentence = _("The clinic knows you as %(known)s, and you typed %(name)s. Is this how you sign?")
    known = name_of(visitor.asked.registrant, visitor.asked.signer)
    return Problem("confirmed", sentence % {"known": known, "name": _typed_name(request)})


def _unproven(request: HttpRequest, visitor: Visitor, left: Left, pins_left: int) -> HttpResponse:
    if not pins_left:
        return closed(request)
    return _page(request, visitor, left, wrong_pin(pins_left), status=DENIED)


def _rejected(request: HttpRequest, visitor: Visitor, left: Left, rejected: Rejected) -> HttpResponse:
    problems = {
        "initials": [
            Problem(f"statement-{number}", _("Statement %(number)s is not initialed yet") % {"number": number})
            for number in range(1, left.total + 1)
            if number not in left.initials
        ],
        "confirmed": [_another_name(request, visitor)],
        "name": [Problem("name", _("Type your full name."))],
        "pin": [Problem("pin", _("Type the PIN that you chose at the clinic."))],
        "drawn": [Problem("", _("The drawing did not arrive whole. Draw it again, or leave it empty."))],
    }.get(rejected.field)
    if not problems:
        return turned_away(request, visitor, rejected)
    return _page(request, visitor, left, *problems, status=BAD)


def _page(request: HttpRequest, visitor: Visitor, left: Left, *problems: Problem, status: int = 200) -> HttpResponse:
    zone = visitor.asked.registrant.time_zone
    lines = [
        {
            "number": number,
            "statement": words,
            "initial": left.initials.get(number),
            "initialed_at": moment(left.initials[number].initialed_at, zone) if number in left.initials else "",
        }
        for number, words in enumerate(left.text.body["statements"], start=1)
    ]
    return visitor.shown(
        request,
        "signature.html",
        status=status,
        problems=problems,
        text=left.text,
        lines=lines,
        meaning=MEANINGS[MEANING_OF[visitor.asked.signer]],
        typed={name: request.POST.get(name, "") for name in ("name", "drawn", "confirmed")},
    )


def _signed(request: HttpRequest, visitor: Visitor, kept: SignedConsent, *, status: int = 200) -> HttpResponse:
    visitor.visit.refresh_from_db()
    return visitor.shown(
        request,
        "signed.html",
        status=status,
        text=kept.text,
        signatures=[signature_in_words(kept, visitor.asked.registrant.time_zone)],
        left=left_of(visitor),
        waiting=waiting_for(visitor, kept.form_version),
    )
