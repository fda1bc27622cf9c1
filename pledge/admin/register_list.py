"""The list of a visitor's registrants: sought by number or name, narrowed, and each with where they stand."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from pledge.admin.listing import NUMBERS_AN_ENTRY, note_listed, records_of, standing_in
from pledge.admin.panels import pointers_for
from pledge.admin.steps import new_steps
from pledge.admin.visitor import CLINIC, Visitor
from pledge.admin.whereabouts import Place, whereabouts
from pledge.admin.worklist.filters import saved_by
from pledge.admin.worklist.words import Listing, Narrowing, address_of, narrowing_of, seek, sought_in
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import RiskCategory

ROWS = NUMBERS_AN_ENTRY


def register_list(request: HttpRequest, site: AdminSite, visitor: Visitor) -> HttpResponse:
    """Show a visitor's registrants, or keep what they seek and show those."""
    narrowing = narrowing_of(request.GET, Listing.REGISTRANTS, visitor, sought_in(request, Listing.REGISTRANTS))
    if request.method == "POST":
        seek(request, Listing.REGISTRANTS)
        return redirect(address_of(Listing.REGISTRANTS, narrowing.kept()))
    return _list(request, site, visitor, narrowing, timezone.now())


def _list(request: HttpRequest, site: AdminSite, visitor: Visitor, narrowing: Narrowing, at: datetime) -> HttpResponse:
    on = program_day(at)
    rows, place = narrowing.among(visitor.registrants()), narrowing.words.get("place")
    if place is not None:
        rows = standing_in(rows, Place(place), on)
    # A clinic's own few are in order of name; the whole program's are not sorted for one page.
    order = ("name", "number") if visitor.role in CLINIC else ("-pk",)
    page = Paginator(rows.order_by(*order).select_related("prescriber"), ROWS).get_page(request.GET.get("page"))
    records = records_of([row.pk for row in page], on, with_signatures=True)
    shown = [(row, whereabouts(records[row.pk], on)) for row in page]
    note_listed(page, visitor=visitor, at=at)
    context = {
        **site.each_context(request),
        "title": "Registrants",
        "rows": shown,
        "page": page,
        "narrowing": narrowing,
        "here": address_of(Listing.REGISTRANTS, narrowing.kept()),
        "everything": address_of(Listing.REGISTRANTS, {}),
        "kept": f"{urlencode(narrowing.kept())}&" if narrowing.kept() else "",
        "categories": list(RiskCategory),
        "places": list(Place),
        "prescribers": [by.prescriber for by in visitor.acts_as] if len(visitor.acts_as) > 1 else [],
        "saved": saved_by(request, Listing.REGISTRANTS, visitor, narrowing),
        "listing": Listing.REGISTRANTS,
        "steps": new_steps(visitor),
        "pointers": pointers_for(visitor, at),
        "several_prescribers": visitor.by().prescriber is None or len(visitor.acts_as) > 1,
    }
    return TemplateResponse(request, "pledge/admin/registrants.html", context)
