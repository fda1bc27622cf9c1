"""One line of a timeline: an event of the trail, or what another app tells of, as people read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Field, Model, Q
from django.utils import formats, timezone

from pledge.admin.titles import title_of
from pledge.models import EventType, Prescriber, ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refusal, RefusalCode

PAGE = 40
FOLDED_FROM = 3  # lines alike in a row; two are as short as their fold
EVENTS = 0  # the rank of the trail among the sources of a timeline
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
WRITTEN = re.compile(r"[0-9]{1,17}\.[0-9]\.[0-9]{1,18}", re.ASCII)
NAMES = {"registrant": "the registrant", "guardian": "the parent or guardian"}
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


class Spot(NamedTuple):
    """A place in a timeline that merges several sources: newest first is the order of these, reversed.

    ``rank`` is the source's own, so that two lines of one instant keep their order on every page.
    """

    at: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        """Write it into an address."""
        return f"{(self.at - EPOCH) // MICROSECOND}.{self.rank}.{self.pk}"

    @classmethod
    def read(cls, text: str) -> Spot | None:
        """Read what was written into an address; None where it is nothing of ours."""
        if not WRITTEN.fullmatch(text):
            return None
        micros, rank, pk = map(int, text.split("."))
        return cls(EPOCH + micros * MICROSECOND, rank, pk)

    def older(self, rank: int, field: str) -> Q:
        """Give what narrows the rows of a source of that rank, whose instant is ``field``, to those that follow."""
        if rank > self.rank:
            return Q(**{f"{field}__lt": self.at})
        if rank < self.rank:
            return Q(**{f"{field}__lte": self.at})
        return Q(**{f"{field}__lt": self.at}) | Q(**{field: self.at, "pk__lt": self.pk})


class Said(NamedTuple):
    """One thing more that a line says, and the instant that belongs to it, shown in the reader's zone."""

    text: str
    at: datetime | None = None


class Line(NamedTuple):
    """One line of a timeline; with ``folded``, the newest of a run of lines alike, which holds them all.

    ``who`` is who did it, empty where nobody did. ``stopped`` marks a refusal, or what did not reach its reader.
    """

    spot: Spot
    title: str
    who: str = ""
    on_behalf_of: str = ""
    stopped: bool = False
    said: tuple[Said, ...] = ()
    reasons: tuple[Refusal, ...] = ()
    changes: tuple[Change, ...] = ()
    alike: tuple[object, ...] = ()
    event: ProgramEvent | None = None
    folded: tuple[Line, ...] = ()

    @property
    def at(self) -> datetime:
        """Its instant."""
        return self.spot.at

    @property
    def first(self) -> Line:
        """The oldest line of the run."""
        return self.folded[-1] if self.folded else self


def folded(lines: Iterable[Line]) -> list[Line]:
    """Fold what was alike several times in a row on one program day; what was stopped keeps its own line."""
    shown = []
    for _, run in groupby(lines, key=_alike):
        them = list(run)
        fold = len(them) >= FOLDED_FROM and not them[0].stopped
        shown.extend([them[0]._replace(folded=tuple(them))] if fold else them)
    return shown


def _alike(line: Line) -> tuple[object, ...]:
    return (line.spot.rank, line.title, line.who, line.on_behalf_of, *line.alike, program_day(line.at))


def line_of(event: ProgramEvent, prescribers: dict[int, str] | None = None) -> Line:
    """Give one event in words."""
    return Line(
        Spot(event.at, EVENTS, event.pk),
        title_of(event),
        who=NAMES.get(event.actor_kind, event.actor_name),
        on_behalf_of=event.on_behalf_of,
        stopped=event.type == EventType.ACT_REFUSED,
        reasons=tuple(_reasons(event)),
        changes=tuple(_changes(event, prescribers or {})),
        alike=(event.type, event.actor_kind, event.actor_id),
        event=event,
    )


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
    if isinstance(field, DateTimeField) and isinstance(value, str):
        return formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    choices: dict[Any, Any] = dict(getattr(field, "flatchoices", ()) or ())
    return str(choices.get(value, value))


def prescribers_named(events: Iterable[ProgramEvent]) -> dict[int, str]:
    """Give the names of the prescribers whom events changed from or to, in one statement."""
    ids = {
        pk
        for event in events
        for fields in event.changes.values()
        for name, pair in fields.items()
        if name in {"prescriber", "prescriber_id"}
        for pk in pair
        if pk is not None
    }
    return dict(Prescriber.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
