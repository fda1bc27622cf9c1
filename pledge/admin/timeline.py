"""The timeline: a registrant's events as people read them, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from pledge.models import EventType, Prescriber, ProgramEvent, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refusal, RefusalCode

PAGE = 40
MOST_EVENTS = 5 * PAGE  # that one page may fold
FOLDED_FROM = 3  # events of a kind in a row; two are as short as their fold
OWN_MODELS = ("pledge", "consents")
# Numbers of rows, and what the line says already.
UNTOLD = {"id", "number", "registrant", "opened_at", "entered_at", "entered_by", "on_behalf_of", "confirmed_at",
          "answered_at", "signed_at", "raised_at", "started_at", "is_current", "digest", "supersedes", "merged_into",
          "issued_at", "dispensed_at", "consents_since", "tests_from"}  # fmt: skip


class Change(NamedTuple):
    """One thing that an event changed, in words; empty where there was or is nothing."""

    what: str
    old: str
    new: str


class Line(NamedTuple):
    """One event of the timeline; or, with ``folded``, the newest of a run of events alike, which holds them all."""

    event: ProgramEvent
    title: str
    refused: bool
    reasons: list[Refusal]
    changes: list[Change]
    folded: tuple[Line, ...] = ()

    @property
    def first(self) -> ProgramEvent:
        """The oldest event of the run."""
        return self.folded[-1].event if self.folded else self.event


class Page(NamedTuple):
    """A page of the timeline, and the id below which the next one goes on; None where nothing is older."""

    lines: list[Line]
    earlier: int | None


def page_of(registrant: Registrant, before: int | None = None) -> Page:
    """Give a page of a registrant's events, newest first.

    :param before: the id below which to go on; the newest page without it.
    """
    events = ProgramEvent.objects.filter(registrant=registrant)
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events.order_by("-id")[: MOST_EVENTS + 1])
    prescribers = _names(found)
    lines = folded([line_of(event, prescribers) for event in found[:MOST_EVENTS]])[:PAGE]
    last = lines[-1].first.pk if lines else None
    return Page(lines, last if found and found[-1].pk != last else None)


def folded(lines: Iterable[Line]) -> list[Line]:
    """Fold what the same actor did several times in a row on one program day; a refusal keeps its own line."""
    shown = []
    for _, run in groupby(lines, key=_alike):
        them = list(run)
        fold = len(them) >= FOLDED_FROM and not them[0].refused
        shown.extend([them[0]._replace(folded=tuple(them))] if fold else them)
    return shown


def _alike(line: Line) -> tuple[object, ...]:
    event = line.event
    actor = (event.actor_kind, event.actor_id, event.actor_name, event.on_behalf_of)
    return (event.type, *actor, program_day(event.at))


def line_of(event: ProgramEvent, prescribers: dict[int, str] | None = None) -> Line:
    """Give one event in words."""
    refused = event.type == EventType.ACT_REFUSED
    title = event.get_type_display().capitalize()
    if refused:
        title = f"Refused: {event.act.rpartition('.')[2].replace('_', ' ')}"
    changes = list(_changes(event, prescribers or {}))
    return Line(event, title, refused, list(_reasons(event)), changes)


def _reasons(event: ProgramEvent) -> Iterator[Refusal]:
    for said in event.refusals:
        clears_on = said.get("clears_on")
        yield Refusal(RefusalCode(said["code"]), date.fromisoformat(clears_on) if clears_on else None)


def _changes(event: ProgramEvent, prescribers: dict[int, str]) -> Iterator[Change]:
    for subject, fields in event.changes.items():
        model = _model(subject.partition(":")[0])
        for name, (old, new) in fields.items():
            field = _field(model, name)
            if name in UNTOLD or name.removesuffix("_id") in UNTOLD:
                continue
            if name.removesuffix("_id") == "prescriber":
                yield Change("Prescriber", prescribers.get(old, ""), prescribers.get(new, ""))
            elif field is None or not field.is_relation:
                yield Change(_label(field, name), _said(field, old), _said(field, new))


def _model(name: str) -> type[Model] | None:
    for label in OWN_MODELS:
        if name in apps.get_app_config(label).models:
            return apps.get_model(label, name)
    return None


def _field(model: type[Model] | None, name: str) -> Field[Any, Any] | None:
    if model is None:
        return None
    try:
        found = model._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _label(field: Field[Any, Any] | None, name: str) -> str:
    said = str(field.verbose_name) if field is not None else name.replace("_", " ")
    return said[:1].upper() + said[1:]


def _said(field: Field[Any, Any] | None, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(getattr(field, "base_field", None), part) for part in value)
    choices: dict[Any, Any] = dict(getattr(field, "flatchoices", ()) or ())
    return str(choices.get(value, value))


def _names(page: list[ProgramEvent]) -> dict[int, str]:
    ids = {
        pk
        for event in page
        for fields in event.changes.values()
        for name, pair in fields.items()
        if name in {"prescriber", "prescriber_id"}
        for pk in pair
        if pk is not None
    }
    return dict(Prescriber.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
