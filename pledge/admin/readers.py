"""Who looked at a registrant's record, and who asked about them: access entries as lines of the timeline."""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus

from django.contrib.auth import get_user_model
from django.http import HttpResponse

from pledge.admin.timeline import NAMES, Line, Said, Spot
from pledge.models import AccessEntry, Designee, Prescriber, Registrant
from pledge.rules.refusals import RefusalCode
from pledge.trail import By, record_access

READS = 2  # the rank among the sources of a timeline
WHAT = {
    "registrant_read": "Looked at the record",
    "step_opened": "Looked at the form of a step",
    "eligibility-check": "Asked whether it may be handed over",
    "authorization shown": "Looked at its own authorization",
    "to_countersign_read": "Looked at what was signed, to countersign it",
}


def reads(registrant: Registrant, before: Spot | None, most: int) -> list[Line]:
    """Give who looked, newest first.

    :param before: the spot below which to go on; the newest without it.
    :param most: how many lines at most.
    """
    rows = AccessEntry.objects.filter(registrant=registrant)
    if before is not None:
        rows = rows.filter(before.older(READS, "at"))
    entries = list(rows.select_related("pharmacy").order_by("-at", "-id")[:most])
    names = _names(entries)
    return [_line(entry, names) for entry in entries]


def note_opened(answer: HttpResponse, *registrants: Registrant, by: By, at: datetime) -> None:
    """Write that a step's page showed registrants, however it came to be shown; one that leads on shows no one."""
    if answer.status_code == HTTPStatus.OK:
        for registrant in registrants:
            record_access(what="step_opened", by=by, at=at, registrant=registrant)


def _line(entry: AccessEntry, names: dict[tuple[str, str], str]) -> Line:
    who = names.get((entry.actor_kind, entry.actor_id), NAMES.get(entry.actor_kind, entry.actor_kind))
    if entry.pharmacy is not None:
        who = f"{entry.pharmacy.name} / {entry.actor_id}"
    title = WHAT.get(entry.what, entry.what.replace("_", " ").replace("-", " ").capitalize())
    said = _answered(entry.outcome)
    spot, behalf = Spot(entry.at, READS, entry.pk), entry.on_behalf_of
    return Line(spot, title, who=who, on_behalf_of=behalf, said=said, alike=(entry.outcome,))


def _answered(outcome: str) -> tuple[Said, ...]:
    """Say what was answered, where anything was: the codes of refusals are kept with blanks between them."""
    words = outcome.split()
    if words and set(words) <= set(RefusalCode):
        return tuple(Said(RefusalCode(word).label) for word in words)
    return (Said(f"Answered: {outcome}."),) if outcome else ()


def _names(entries: Iterable[AccessEntry]) -> dict[tuple[str, str], str]:
    """Name the clinic's and the program's people, in one statement for each kind of them."""
    ids: dict[str, set[int]] = {}
    for entry in entries:
        if entry.actor_id.isascii() and entry.actor_id.isdigit() and entry.pharmacy_id is None:
            ids.setdefault(entry.actor_kind, set()).add(int(entry.actor_id))
    found: dict[tuple[str, str], str] = {}
    for kind, model in (("prescriber", Prescriber), ("designee", Designee)):
        rows = model._default_manager.filter(pk__in=ids[kind]) if kind in ids else ()
        found |= {(kind, str(row.pk)): row.name for row in rows}
    for kind in ids.keys() & {"program", "auditor"}:
        users = get_user_model().objects.filter(pk__in=ids[kind])
        found |= {(kind, str(user.pk)): user.get_full_name() or user.get_username() for user in users}
    return found
