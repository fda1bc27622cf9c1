"""Before signing electronically: what that means, and that the reader can open documents (15 USC 7001(c))."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from consents.actions.visits import accept_disclosures
from consents.disclosures import disclosures_in
from consents.pages.page import Problem, onward
from consents.pages.visitor import Visitor, in_visit, turned_away
from pledge.rules.refusals import Rejected

BAD = 400


@in_visit
def records(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the disclosures, and take the code that shows that the reader can open the document."""
    disclosures = disclosures_in(visitor.visit.language)
    if request.method != "POST":
        return visitor.shown(request, "records.html", disclosures=disclosures)
    typed = "".join(request.POST.get("reading_code", "").split()).upper()
    try:
        accept_disclosures(
            visit=visitor.visit, reading_code=typed, disclosures=disclosures, by=visitor.by, at=visitor.at
        )
    except Rejected as rejected:
        if rejected.field != "reading_code":
            return turned_away(request, visitor, rejected)
        sentence = _("This is not the code that is printed in the document. Open the document and look for its frame.")
        problems = [Problem("reading_code", sentence)]
        return visitor.shown(request, "records.html", status=BAD, problems=problems, disclosures=disclosures)
    return onward(visitor.address("sign-forms"))


@in_visit
def document(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the document that has the reading code printed in it."""
    return visitor.shown(request, "document.html", disclosures=disclosures_in(visitor.visit.language))
