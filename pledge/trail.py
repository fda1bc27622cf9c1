"""The audit trail: one event for every action, written in the action's own transaction, announced after commit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.dispatch import Signal

from pledge.models import AccessEntry, Designee, EventType, Pharmacist, Pharmacy, Prescriber, ProgramEvent, Registrant
from pledge.rows import insert, update
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on
from pledge.rules.refusals import Refusal

_LONGEST_NAME = ProgramEvent._meta.get_field("actor_name").max_length or 0

event_recorded = Signal()
"""Sent after commit with ``event_id`` and its ``type``; a nudge only: the event table is the truth."""


@dataclass(frozen=True)
class By:
    """Who acts: ``kind`` is a word, ``id`` and ``name`` are kept in the trail.

    A designee carries the prescriber on whose behalf they act. A party's row is carried along for scoping.
    """

    kind: str
    id: str
    name: str
    prescriber: Prescriber | None = None
    designee: Designee | None = None
    pharmacy: Pharmacy | None = None
    registrant: Registrant | None = None
    pharmacist: Pharmacist | None = None  # only where they came by their own log-in

    @property
    def on_behalf_of(self) -> str:
        """The prescriber's name where a designee acts, else empty."""
        return self.prescriber.name if self.designee and self.prescriber else ""


def by_prescriber(prescriber: Prescriber) -> By:
    """Give the actor for a prescriber in person."""
    return By("prescriber", str(prescriber.pk), prescriber.name, prescriber=prescriber)


def by_designee(designee: Designee, prescriber: Prescriber) -> By:
    """Give the actor for a designee acting on behalf of a prescriber."""
    return By("designee", str(designee.pk), designee.name, prescriber=prescriber, designee=designee)


def by_pharmacy(pharmacy: Pharmacy, pharmacist: str) -> By:
    """Give the actor for a named pharmacist of a pharmacy."""
    shown = pharmacy.name[: _LONGEST_NAME - len(pharmacist) - 3]
    return By("pharmacy", str(pharmacy.pk), f"{shown} / {pharmacist}", pharmacy=pharmacy)


def by_pharmacist(pharmacist: Pharmacist) -> By:
    """Give the actor for a pharmacist who came by their own log-in: as :func:`by_pharmacy`, and known to be them."""
    return replace(by_pharmacy(pharmacist.pharmacy, pharmacist.own_id), pharmacist=pharmacist)


def by_key(pharmacy: Pharmacy, prefix: str) -> By:
    """Give who reads for a pharmacy with one of its keys, no pharmacist being named; they act in nothing."""
    return By("pharmacist", prefix, prefix, pharmacy=pharmacy)


def by_registrant(registrant: Registrant, kind: str = "registrant") -> By:
    """Give the actor for a registrant, or with ``kind`` their guardian."""
    return By(kind, str(registrant.pk), kind, registrant=registrant)


def by_program(name: str, user_id: str = "") -> By:
    """Give the actor for a program administrator."""
    return By("program", user_id, name)


def by_auditor(name: str, user_id: str) -> By:
    """Give the one who reads for an auditor: they act in nothing."""
    return By("auditor", user_id, name)


SYSTEM = By("system", "", "nightly work")


def plain(value: Any) -> Any:
    """Give a value as JSON keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value


def changed(row: models.Model, **new: Any) -> dict[str, dict[str, list[Any]]]:
    """Set fields of a row, save them, and give what changed as ``{"model:id": {field: [old, new]}}``."""
    changes = {}
    for field, value in new.items():
        old = getattr(row, field)
        if old != value:
            changes[field] = [plain(old), plain(value)]
        setattr(row, field, value)
    if changes:
        update(row, changes)
    return {subject_of(row): changes} if changes else {}


def created(row: models.Model) -> dict[str, dict[str, list[Any]]]:
    """Give a new row's fields as changes from nothing; empty ones are left out."""
    fields = {f.attname: [None, plain(getattr(row, f.attname))] for f in row._meta.concrete_fields}
    return {subject_of(row): {name: pair for name, pair in fields.items() if pair[1] not in (None, "", [])}}


def subject_of(row: models.Model) -> str:
    """Name a row in the trail, such as ``authorization:12``."""
    return f"{row._meta.model_name}:{row.pk}"


def record(
    type: EventType,  # noqa: A002 - the trail's own word
    *,
    act: str,
    by: By,
    at: datetime,
    registrant: Registrant | None = None,
    about: models.Model | None = None,
    changes: Iterable[Mapping[str, Any]] = (),
    overlays: Iterable[str] = (),
    refusals: Iterable[Refusal] = (),
) -> ProgramEvent:
    """Write one event of the trail and announce it once the transaction has committed.

    :param at: the instant of the act; its program day names the edition.
    :param changes: what :func:`changed` and :func:`created` gave, in order.
    """
    merged: dict[str, Any] = {}
    for change in changes:
        for subject, fields in change.items():
            merged.setdefault(subject, {}).update(fields)
    event = ProgramEvent(
        type=type,
        act=act,
        at=at,
        recorded_at=at,  # the database writes its own clock instead
        registrant=registrant,
        subject=(about._meta.model_name or "") if about is not None else "",
        subject_id=about.pk if about is not None else None,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        on_behalf_of=by.on_behalf_of,
        edition=edition_on(program_day(at)).name,
        overlays=list(overlays),
        refusals=[{"code": r.code.value, "clears_on": plain(r.clears_on)} for r in refusals],
        changes=merged,
    )
    insert(event)
    transaction.on_commit(partial(event_recorded.send_robust, sender=ProgramEvent, event_id=event.pk, type=type))
    return event


def record_access(*, what: str, by: By, at: datetime, registrant: Registrant | None, outcome: str = "") -> AccessEntry:
    """Write who read whose record; interfaces call it whenever they show a registrant."""
    return AccessEntry.objects.create(
        at=at,
        what=what,
        actor_kind=by.kind,
        actor_id=by.id,
        on_behalf_of=by.on_behalf_of,
        pharmacy=by.pharmacy,
        registrant=registrant,
        outcome=outcome,
    )


def record_listing(*, what: str, by: By, at: datetime, numbers: Iterable[str]) -> None:
    """Write which registrants a page showed, by number: as many lines as they fill, in one statement.

    :param by: on whose behalf, too: the registrants of several prescribers are written one prescriber after the other.
    """
    lines, longest = [""], _LONGEST_OUTCOME or 0
    for number in numbers:
        if len(lines[-1]) + 1 + len(number) > longest:
            lines.append("")
        lines[-1] = f"{lines[-1]} {number}".lstrip()
    acts = {"actor_kind": by.kind, "actor_id": by.id, "on_behalf_of": by.on_behalf_of, "pharmacy": by.pharmacy}
    AccessEntry.objects.bulk_create(AccessEntry(at=at, what=what, outcome=line, **acts) for line in lines)


_ACCESS_OF_PHARMACY = """
    INSERT INTO pledge_accessentry (at, what, actor_kind, actor_id, pharmacy_id, registrant_id, outcome)
    VALUES (%s, %s, 'pharmacist', %s, %s, %s, %s)
"""
_ACCESS_OF_PHARMACY_FROM = """
    INSERT INTO pledge_accessentry (at, what, actor_kind, actor_id, pharmacy_id, registrant_id, outcome)
    SELECT %s::timestamptz, %s, 'pharmacist', %s, %s::bigint, %s::bigint, %s
"""
_LONGEST_OUTCOME = AccessEntry._meta.get_field("outcome").max_length


def record_pharmacy_access(
    *, what: str, pharmacy_id: int | None, pharmacist: str, registrant_id: int | None, outcome: str, at: datetime
) -> None:
    """Write, in one plain statement, what a pharmacy asked about whom and what it was told.

    :param pharmacist: the pharmacist's own id as the pharmacy gives it, or the key's prefix where no one is named.
    :param registrant_id: None where the pharmacy named no one it may know of.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ACCESS_OF_PHARMACY, (at, what, pharmacist, pharmacy_id, registrant_id, outcome[:_LONGEST_OUTCOME])
        )


class PharmacyAccess(NamedTuple):
    """What one line of the access trail says of a pharmacy, as :func:`record_pharmacy_access` takes it."""

    what: str
    pharmacy_id: int
    pharmacist: str
    registrant_id: int | None
    outcome: str


def pharmacy_access(line: PharmacyAccess, *, at: datetime) -> tuple[str, list[Any]]:
    """Give such a line as a statement up to its FROM, and the values in it, to be written beside something else."""
    what, pharmacy_id, pharmacist, registrant_id, outcome = line
    return _ACCESS_OF_PHARMACY_FROM, [at, what, pharmacist, pharmacy_id, registrant_id, outcome[:_LONGEST_OUTCOME]]


def record_pharmacy_accesses(lines: Iterable[PharmacyAccess], *, at: datetime) -> None:
    """Write several such lines in one statement."""
    AccessEntry.objects.bulk_create(
        AccessEntry(
            at=at,
            what=line.what,
            actor_kind="pharmacist",
            actor_id=line.pharmacist,
            pharmacy_id=line.pharmacy_id,
            registrant_id=line.registrant_id,
            outcome=line.outcome[:_LONGEST_OUTCOME],
        )
        for line in lines
    )
