"""The rows of a worklist: every queue in order of urgency, and each row that is shown with its one next button."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet, prefetch_related_objects
from django.urls import reverse

from pledge.admin.panels import READ_AHEAD, place_of, work_for
from pledge.admin.steps import STEPS, Scene
from pledge.admin.suggestion import Suggestion, judged, suggestion
from pledge.admin.visitor import Role, Visitor, by_of
from pledge.admin.worklist.gathering import Found, Known, known_of, work_about
from pledge.admin.worklist.parties import endings_for
from pledge.admin.worklist.queues import Queue, Who, WorkRow
from pledge.admin.worklist.wording import DAY_IS, in_days, sentence_of
from pledge.models import Registrant
from pledge.rules.calendar import program_day

OPEN = "Open the record"
STEPS_OF = {Queue.COUNTERSIGN: "countersign"}  # what the queue is about; of all others, what the page suggests
THE_CLINIC = {Who.CLINIC, Who.PRESCRIBER, Who.TOGETHER}


class Waiting(NamedTuple):
    """Everything that waits, by queue and in order of urgency, with what was found about whom on the way.

    A row of the core's own has no sentence yet: only those that are shown are put into words.
    """

    queues: Mapping[Queue, list[WorkRow]]
    found: Mapping[int, Found]


class Shown(NamedTuple):
    """One row as a template shows it."""

    row: WorkRow
    registrant: Registrant | None
    day_is: str
    in_days: str
    label: str
    address: str
    quiet: bool  # it is not the visitor's turn, or there is nothing to do but to look
    others: str = ""  # who can take the step that comes next, where the visitor may not


def waiting_for(visitor: Visitor, rows: QuerySet[Registrant], at: datetime, *, narrowed: bool) -> Waiting:
    """Give everything that waits for a visitor about some of their registrants.

    :param narrowed: whether ``rows`` are only some of theirs; what is about no registrant is then left out.
    """
    on = program_day(at)
    found = work_about(rows, on)
    own = {
        (work.queue, pk): WorkRow(
            work.queue, work.who, "", pk, work.until, STEPS_OF.get(work.queue, ""), day_is=work.day_is
        )
        for pk, (_, work) in found.items()
    }
    brought = [row for row in work_for(visitor, at) if row.registrant_id is not None]
    theirs = set(rows.filter(pk__in={row.registrant_id for row in brought}).values_list("pk", flat=True))
    own |= {(row.queue, row.registrant_id): row for row in brought if row.registrant_id in theirs}
    everything = [*own.values(), *([] if narrowed else endings_for(visitor, at))]
    queues = {queue: sorted((row for row in everything if row.queue is queue), key=_urgency) for queue in Queue}
    return Waiting(queues, found)


def _urgency(row: WorkRow) -> tuple[bool, bool, date, int]:
    """Order what the clinic itself must do before what it waits for, then by day, what has none last."""
    return (
        row.who not in THE_CLINIC,
        row.day is None,
        row.day or date.max,
        row.registrant_id or 0,
    )


def shown(visitor: Visitor, rows: Iterable[WorkRow], found: Mapping[int, Found], on: date) -> list[Shown]:
    """Give rows with whom they are about and the one next button, read in as many statements for many as for one."""
    rows = list(rows)
    people = people_of([row.registrant_id for row in rows if row.registrant_id is not None])
    unread = [pk for pk in people if pk not in found]
    known = {pk: one.known for pk, one in found.items() if pk in people} | (known_of(unread, on) if unread else {})
    worded = [row if row.sentence else row._replace(sentence=_sentence(row, found, on)) for row in rows]
    return [_shown(visitor, row, people.get(row.registrant_id or 0), known, on) for row in worded]


def _sentence(row: WorkRow, found: Mapping[int, Found], on: date) -> str:
    known, work = found[row.registrant_id or 0]
    return sentence_of(known.record, work, on)


def people_of(ids: Iterable[int]) -> dict[int, Registrant]:
    """Give registrants by key, with what the steps look at read ahead."""
    people = Registrant.objects.select_related("prescriber").in_bulk(list(ids))
    prefetch_related_objects(list(people.values()), *READ_AHEAD)
    return people


def _shown(
    visitor: Visitor, row: WorkRow, registrant: Registrant | None, known: Mapping[int, Known], on: date
) -> Shown:
    day, day_is = in_days(row.day, on) if row.day is not None else "", row.day_is or DAY_IS[row.queue]
    in_person = row.who is Who.PRESCRIBER and visitor.role is not Role.PRESCRIBER
    in_turn = row.who in THE_CLINIC and row.queue is not Queue.REGISTRANT and not in_person
    if registrant is None:
        return Shown(row, None, day_is, day, row.label, row.address, quiet=True)
    scene = Scene(visitor, by_of(visitor, registrant), on, registrant, known[registrant.pk].record)
    suggested = _suggested(scene, row, known[registrant.pk].last_dose_on)
    step = suggested.step
    if step is None:
        address = reverse("admin:pledge_registrant_page", args=[registrant.number])
        return Shown(row, registrant, day_is, day, OPEN, address, quiet=True, others=suggested.others)
    address = place_of(step.slug, scene) or reverse("admin:pledge_registrant_step", args=[registrant.number, step.slug])
    return Shown(row, registrant, day_is, day, step.title, address, quiet=not in_turn)


def _suggested(scene: Scene, row: WorkRow, last_dose_on: date | None) -> Suggestion:
    step = STEPS[Registrant].get(row.slug)
    if step is None or not step.offered(scene):
        return suggestion(scene, last_dose_on)
    return judged(scene, step)
