"""The worklist's page: a clinic's home. Counts for each queue, the first of each, all of one, and how to narrow it."""

from datetime import datetime

from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.admin.doors import HOMES
from pledge.admin.listing import note_listed
from pledge.admin.panels import pointers_for
from pledge.admin.steps import new_steps
from pledge.admin.visitor import CLINIC, Role, Visitor
from pledge.admin.worklist.filters import saved_by
from pledge.admin.worklist.queues import Queue
from pledge.admin.worklist.rows import Shown, Waiting, shown, waiting_for
from pledge.admin.worklist.wording import HINTS, NOTHING
from pledge.admin.worklist.words import Listing, Narrowing, address_of, narrowing_of, seek, sought_in
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import RiskCategory

FIRST_OF_EACH = 8
FOR_TODAY = {Role.PRESCRIBER: (Queue.DUE, Queue.COUNTERSIGN), Role.DESIGNEE: (Queue.DUE,)}
ROWS = 36  # of one queue, on a page of its own


@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request: HttpRequest, site: AdminSite, visitor: Visitor) -> HttpResponse:
    """Show what waits for a clinic's visitor, or keep what they seek and show that."""
    narrowing = narrowing_of(request.GET, Listing.WORKLIST, visitor, sought_in(request, Listing.WORKLIST))
    if request.method == "POST":
        seek(request, Listing.WORKLIST)
        return redirect(address_of(Listing.WORKLIST, narrowing.kept()))
    return _page(request, site, visitor, narrowing, timezone.now())


def _page(request: HttpRequest, site: AdminSite, visitor: Visitor, narrowing: Narrowing, at: datetime) -> HttpResponse:
    on = program_day(at)
    everyone = narrowing._replace(sought="")
    everything = waiting_for(visitor, everyone.among(visitor.registrants()), at, narrowed=everyone.narrows)
    waiting, idle = (
        _sought(visitor, narrowing, everything) if narrowing.sought else (everything, Registrant.objects.none())
    )
    resting = list(idle[: FIRST_OF_EACH + 1])
    only = narrowing.words.get("queue")
    queue = Queue(only) if only is not None else None
    page = Paginator(waiting.queues[queue], ROWS).get_page(request.GET.get("page")) if queue else None
    chosen = (
        list(page)
        if page is not None
        else [row for all_of in waiting.queues.values() for row in all_of[:FIRST_OF_EACH]]
    )
    lines = shown(visitor, chosen, waiting.found, on)
    named = [line.registrant for line in lines if line.registrant is not None]
    note_listed([*named, *resting[:FIRST_OF_EACH]], visitor=visitor, at=at)
    context = {
        **site.each_context(request),
        "title": "Worklist",
        "on": on,
        "narrowing": narrowing,
        "only": queue,
        "page": page,
        "tiles": _tiles(everything, narrowing),
        "resting": resting[:FIRST_OF_EACH],
        "more_resting": len(resting) > FIRST_OF_EACH,
        "sections": _sections(waiting, lines, narrowing, queue),
        "total": len({row.registrant_id for all_of in waiting.queues.values() for row in all_of if row.registrant_id}),
        "today": sum(len(waiting.queues[queue]) for queue in FOR_TODAY[visitor.role]),
        "here": address_of(Listing.WORKLIST, narrowing.kept()),
        "everything": address_of(Listing.WORKLIST, {}),
        "back": address_of(Listing.WORKLIST, narrowing.kept(queue="")),
        "categories": list(RiskCategory),
        "prescribers": [by.prescriber for by in visitor.acts_as] if len(visitor.acts_as) > 1 else [],
        "saved": saved_by(request, Listing.WORKLIST, visitor, narrowing),
        "listing": Listing.WORKLIST,
        "steps": new_steps(visitor),
        "pointers": pointers_for(visitor, at),
    }
    return TemplateResponse(request, "pledge/admin/worklist.html", context)


def _sought(visitor: Visitor, narrowing: Narrowing, everything: Waiting) -> tuple[Waiting, QuerySet[Registrant]]:
    """Give what waits about those who are sought, and whoever of them waits for nothing."""
    matching = narrowing.among(visitor.registrants())
    pks = set(matching.values_list("pk", flat=True))
    queues = {queue: [row for row in rows if row.registrant_id in pks] for queue, rows in everything.queues.items()}
    busy = {row.registrant_id for rows in queues.values() for row in rows}
    return everything._replace(queues=queues), matching.filter(pk__in=pks - busy).order_by("name", "number")


def _tiles(waiting: Waiting, narrowing: Narrowing) -> list[tuple[Queue, int, str]]:
    """Give each queue with how much waits in it, whoever is sought, and where it is shown whole."""
    return [
        (queue, len(rows), address_of(Listing.WORKLIST, narrowing.kept(queue=queue.value)))
        for queue, rows in waiting.queues.items()
    ]


def _sections(
    waiting: Waiting, lines: list[Shown], narrowing: Narrowing, only: Queue | None
) -> list[dict[str, object]]:
    """Give the queues that are shown, each with its first rows; empty ones are left out unless one was asked for."""
    return [
        {
            "queue": queue,
            "hint": HINTS[queue],
            "nothing": NOTHING[queue],
            "lines": [line for line in lines if line.row.queue is queue],
            "count": len(rows),
            "all": address_of(Listing.WORKLIST, narrowing.kept(queue=queue.value)) if len(rows) > FIRST_OF_EACH else "",
        }
        for queue, rows in waiting.queues.items()
        if (rows if only is None else queue is only)
    ]


HOMES.update(dict.fromkeys(CLINIC, worklist))
