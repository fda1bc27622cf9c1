"""Before signing electronically: what that means, and that the reader can open documents (15 USC 7001(c))."""

import json
import logging
from pathlib import Path

import typst
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from consents.actions.visits import accept_disclosures
from consents.disclosures import Disclosures, disclosures_in
from consents.pages.page import Problem, onward
from consents.pages.visitor import Visitor, in_visit, turned_away
from pledge.rules.refusals import Rejected

logger = logging.getLogger(__name__)

TEMPLATE = Path(__file__).resolve().parents[1] / "typst" / "disclosures.typ"
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
    """Show the document that has the reading code printed in it, as a page."""
    return visitor.shown(request, "document.html", disclosures=disclosures_in(visitor.visit.language))


@in_visit
def document_file(_request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Give the same document as a PDF, the format of the copies; where it cannot be set, the page stands in for it."""
    try:
        content = _as_pdf(disclosures_in(visitor.visit.language), visitor.visit.reading_code)
    except (RuntimeError, OSError):
        logger.exception("the document with the reading code cannot be set")
        return onward(visitor.address("sign-document"))
    # Taken like the copies; a browser's own viewer may not run under our content security policy.
    headers = {"Content-Disposition": 'attachment; filename="document.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _as_pdf(disclosures: Disclosures, code: str) -> bytes:
    paper = {
        "language": disclosures.language,
        "title": disclosures.title,
        "version": _("Version %(version)s") % {"version": disclosures.version},
        "sections": disclosures.sections,
        "heading": _("Your reading code"),
        "code": code,
        "next": _(
            "Go back to the page that you came from and type this code there. "
            "It shows that you can open documents like this one."
        ),
    }
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
