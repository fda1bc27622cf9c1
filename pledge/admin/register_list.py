"""The list of a visitor's registrants: sought by number or name, narrowed, and each with where they stand."""

from datetime import datetime

from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from pledge.admin.listing import found, records_of, standing_in
from pledge.admin.panels import pointers_for
from pledge.admin.steps import STEPS
from pledge.admin.visitor import CLINIC, Visitor
from pledge.admin.whereabouts import Place, whereabouts
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import RiskCategory
from pledge.trail import record_access

SEARCH = "registrant_search"  # kept in the session: a name never travels in an address
ROWS = 18  # their numbers fit into one access entry
LONGEST_SEARCH = 100


def register_list(request: HttpRequest, site: AdminSite, visitor: Visitor) -> HttpResponse:
    """Show a visitor's registrants, or keep what they seek and show those."""
    if request.method == "POST":
        request.session[SEARCH] = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
        return redirect("admin:pledge_registrant_changelist")
    return _list(request, site, visitor, timezone.now())


def _list(request: HttpRequest, site: AdminSite, visitor: Visitor, at: datetime) -> HttpResponse:
    on = program_day(at)
    sought = request.session.get(SEARCH, "")
    category, place = (request.GET.get(name, "") for name in ("category", "place"))
    rows = found(visitor.registrants(), sought)
    if category in list(RiskCategory):
        rows = rows.filter(category=category)
    if place in list(Place):
        rows = standing_in(rows, Place(place), on)
    # A clinic's own few are in order of name; the whole program's are not sorted for one page.
    order = ("name", "number") if visitor.role in CLINIC else ("-pk",)
    page = Paginator(rows.order_by(*order).select_related("prescriber"), ROWS).get_page(request.GET.get("page"))
    records = records_of([row.pk for row in page], on)
    shown = [(row, whereabouts(records[row.pk], on)) for row in page]
    numbers = " ".join(row.number for row, _ in shown)
    record_access(what="registrants_listed", by=visitor.by(), at=at, registrant=None, outcome=numbers)
    context = {
        **site.each_context(request),
        "title": "Registrants",
        "rows": shown,
        "page": page,
        "sought": sought,
        "category": category,
        "place": place,
        "categories": list(RiskCategory),
        "places": list(Place),
        "steps": [taken for taken in STEPS[Registrant].values() if taken.about_new and visitor.role in taken.roles],
        "pointers": pointers_for(visitor, at),
        "several_prescribers": visitor.by().prescriber is None or len(visitor.acts_as) > 1,
    }
    return TemplateResponse(request, "pledge/admin/registrants.html", context)
