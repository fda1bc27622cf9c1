"""The signer's way through a form: what is left, its introduction, its statements one by one."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from consents.actions.visits import initial
from consents.models import FormText, Initial
from consents.owed import texts_to_sign
from consents.pages.documents import waiting_for
from consents.pages.page import Problem, onward, shown
from consents.pages.visitor import Visitor, signed_by, turned_away, with_disclosures
from consents.pages.words import moment
from pledge.rules.refusals import Refused, Rejected

BAD, CONFLICT = 400, 409


class Left(NamedTuple):
    """A form that is left to sign, how much of it is initialed, and where the signer goes on."""

    text: FormText
    initials: dict[int, Initial]
    address: str

    @property
    def done(self) -> int:
        """How many statements are initialed."""
        return len(self.initials)

    @property
    def total(self) -> int:
        """How many statements there are."""
        return len(self.text.body["statements"])


def left_of(visitor: Visitor) -> list[Left]:
    """Give what is left to sign in the language of the visit, in order."""
    texts = texts_to_sign(visitor.asked, visitor.visit.language, visitor.at)
    initials: dict[int, dict[int, Initial]] = {text.pk: {} for text in texts}
    for row in Initial.objects.filter(request=visitor.asked, text__in=texts):
        initials[row.text_id][row.number] = row
    return [Left(text, initials[text.pk], visitor.address("sign-form", text.pk)) for text in texts]


@with_disclosures
def forms(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """List what is left to sign, with how far each form has come."""
    left, signed = left_of(visitor), list(signed_by(visitor))
    waiting = "" if left else waiting_for(visitor, *(row.form_version for row in signed))
    return visitor.shown(request, "forms.html", left=left, signed=bool(signed), waiting=waiting)


@with_disclosures
def form(request: HttpRequest, visitor: Visitor, text_id: int, *, whole: bool = False) -> HttpResponse:
    """Show a form's introduction, or with ``whole`` all of it on one page."""
    left = left_to_sign(visitor, text_id)
    if left is None:
        return onward(visitor.address("sign-forms"))
    return visitor.shown(
        request,
        "form.html",
        text=left.text,
        whole=whole,
        total=left.total,
        done=left.done,
        next=_next_address(visitor, left),
    )


@with_disclosures
def statement(request: HttpRequest, visitor: Visitor, text_id: int, number: int) -> HttpResponse:
    """Show one statement and take its initials, which are kept at once with their time."""
    left = left_to_sign(visitor, text_id)
    if left is None or not 1 <= number <= left.total:
        return onward(visitor.address("sign-forms"))
    if request.method != "POST":
        return _statement_page(request, visitor, left, number)
    typed = request.POST.get("initials", "").strip()
    try:
        kept = initial(visit=visitor.visit, text=left.text, number=number, initials=typed, by=visitor.by, at=visitor.at)
    except Refused:
        return stopped(request)
    except Rejected as rejected:
        if rejected.field != "initials":
            return turned_away(request, visitor, rejected)
        wanted = _("Statement %(number)d: type your initials, one to eight letters.") % {"number": number}
        return _statement_page(request, visitor, left, number, Problem("initials", wanted), typed=typed)
    left.initials[number] = kept
    return onward(_next_address(visitor, left, after=number))


def left_to_sign(visitor: Visitor, text_id: int) -> Left | None:
    """Give one of the forms that are left, or None."""
    return next((left for left in left_of(visitor) if left.text.pk == text_id), None)


def stopped(request: HttpRequest) -> HttpResponse:
    """Say that something beyond the signer's reach stops the signing now."""
    sentences = [
        _("Something has changed at the clinic. What you have initialed and signed is kept. Please call them.")
    ]
    heading = _("This form cannot be signed right now")
    return shown(request, "parting.html", status=CONFLICT, heading=heading, sentences=sentences)


def _statement_page(
    request: HttpRequest, visitor: Visitor, left: Left, number: int, *problems: Problem, typed: str = ""
) -> HttpResponse:
    text, kept = left.text, left.initials.get(number)
    before = ("sign-statement", text.pk, number - 1) if number > 1 else ("sign-form", text.pk)
    return visitor.shown(
        request,
        "statement.html",
        status=BAD if problems else 200,
        problems=problems,
        text=text,
        number=number,
        total=left.total,
        statement=text.body["statements"][number - 1],
        typed=typed,
        initial=kept,
        initialed_at=moment(kept.initialed_at, visitor.asked.registrant.time_zone) if kept else "",
        back=visitor.address(*before),
        next=_next_address(visitor, left, after=number),
    )


def _next_address(visitor: Visitor, left: Left, after: int = 0) -> str:
    """Give the first statement that is not initialed yet, first those after ``after``; else where it is signed."""
    open_numbers = [number for number in range(1, left.total + 1) if number not in left.initials]
    later = [number for number in open_numbers if number > after]
    for number in [*later, *open_numbers][:1]:
        return visitor.address("sign-statement", left.text.pk, number)
    return visitor.address("sign-signature", left.text.pk)
