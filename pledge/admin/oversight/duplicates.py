"""Records that are likely one person's: side by side, with what differs, and a way to merge them."""

from typing import NamedTuple

from django.contrib import admin
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pledge.admin.course_steps import Merge
from pledge.admin.doors import DOORS, Door
from pledge.admin.readers import note_opened
from pledge.admin.stepping import take_step
from pledge.admin.steps import Scene, Step
from pledge.admin.visitor import STAFF, Visitor, by_of
from pledge.facts import record_of
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.trail import record_access

SHOWN = 9  # pairs: their numbers fit into one access entry
MOST_FOUND = 200
NEWEST_COMPARED = 200_000  # unless all are asked for
NAME_TOO, MAIL_TOO = "the same date of birth and the same name", "the same date of birth and the same e-mail"
# Both groupings read the table once: eight seconds of a busy machine in a million, so pages compare the newest alone.
_ALIKE = """
    WITH person AS (
        SELECT id, born_on, lower(email) AS mail, regexp_replace(lower(name), '[^[:alnum:]]+', '', 'g') AS called
          FROM pledge_registrant WHERE merged_into_id IS NULL AND id > %(after)s
    ), alike AS (
        SELECT array_agg(id ORDER BY id) AS ids, %(name)s AS because
          FROM person WHERE called <> '' GROUP BY born_on, called HAVING count(*) > 1
        UNION ALL
        SELECT array_agg(id ORDER BY id), %(mail)s
          FROM person WHERE mail <> '' GROUP BY born_on, mail HAVING count(*) > 1
    )
    SELECT ids[1], other, min(because) FROM alike, unnest(ids[2:]) AS other
     GROUP BY ids[1], other ORDER BY other DESC LIMIT %(most)s
"""


class Pair(NamedTuple):
    """Two records: the older, which would stay, the newer, and why they are likely one person's."""

    kept: Registrant
    other: Registrant
    because: str

    @property
    def sides(self) -> list[tuple[str, str, str, bool]]:
        """What each record says, part by part, and whether they differ there."""
        both = [_said(self.kept), _said(self.other)]
        return [(label, both[0][label], both[1][label], both[0][label] != both[1][label]) for label in both[0]]


def likely_duplicates(*, newest: int | None = None) -> list[Pair]:
    """Give pairs of records alike in date of birth and name or e-mail, those with the newest record first.

    :param newest: how many of the newest records are compared with one another; all without it.
    """
    after = 0
    if newest is not None:
        last = Registrant.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        after = last - newest
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"after": after, "name": NAME_TOO, "mail": MAIL_TOO, "most": MOST_FOUND})
        found = cursor.fetchall()
    ids = {pk for kept, other, _ in found for pk in (kept, other)}
    rows = Registrant.objects.select_related("prescriber").in_bulk(ids)
    return [Pair(rows[kept], rows[other], because) for kept, other, because in found]


def _said(row: Registrant) -> dict[str, str]:
    basis = f" ({row.get_basis_display().lower()})" if row.basis else ""
    return {
        "Name": row.name,
        "Born": row.born_on.isoformat(),
        "E-mail": row.email,
        "Prescriber": row.prescriber.name,
        "Category": row.get_category_display() + basis,
        "Parent or guardian": row.guardian_name,
        "Registered": row.registered_on.isoformat(),
        "On hold since": row.hold_since.isoformat() if row.hold_since else "",
        "Supplied through": row.supply_through.isoformat() if row.supply_through else "",
    }


@require_safe
def duplicates_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show likely duplicates, newest first."""
    everyone = "all" in request.GET
    pairs = likely_duplicates(newest=None if everyone else NEWEST_COMPARED)
    shown = pairs[:SHOWN]
    numbers = " ".join(dict.fromkeys(row.number for pair in shown for row in (pair.kept, pair.other)))
    record_access(what="duplicates_listed", by=visitor.by(), at=timezone.now(), registrant=None, outcome=numbers)
    context = {
        **admin.site.each_context(request),
        "title": "Duplicates",
        "pairs": shown,
        "further": len(pairs) - len(shown),
        "everyone": everyone,
        "newest": NEWEST_COMPARED,
    }
    return TemplateResponse(request, "pledge/admin/oversight/duplicates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge_view(request: HttpRequest, visitor: Visitor, kept: str, other: str) -> HttpResponse:
    """Take the step that merges one record into another, with its number filled in."""
    at, on = timezone.now(), program_day(timezone.now())
    numbers = [number.replace("\x00", "") for number in (kept, other)]
    theirs = visitor.registrants().select_related("prescriber").filter(number__in=numbers)
    rows = {row.number: row for row in theirs}
    if kept == other or set(rows) != {kept, other}:
        raise Http404("there are no two such records")
    scene = Scene(visitor, by_of(visitor, rows[kept]), on, rows[kept], record_of(rows[kept], on))
    answer = take_step(request, admin.site, _merging(other), scene, at=at, back=reverse("admin:duplicates"))
    note_opened(answer, rows[kept], rows[other], by=scene.by, at=at)
    return answer


def _merging(other: str) -> type[Step]:
    """Give the step of merging, its number filled in."""

    def prepare(form: Merge) -> None:
        Merge.prepare(form)
        form.initial["duplicate"] = other

    return type("MergeThese", (Merge,), {"prepare": prepare})


DOORS.append(Door("duplicates/", duplicates_view, "duplicates", STAFF, "Duplicates"))
DOORS.append(Door("duplicates/<str:kept>/<str:other>/", merge_view, "duplicates_merge", STAFF))
