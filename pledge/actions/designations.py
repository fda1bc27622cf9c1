"""Designations: a prescriber gives a designee a part of their work, and takes it back (section 1)."""

from collections.abc import Iterable
from datetime import date, datetime

from pledge.actions.steps import Changes
from pledge.frame import action
from pledge.models import Designation, Designee, EventType, Prescriber
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Scope
from pledge.trail import By, changed, created, record


@action
def designate(
    *,
    designee: Designee,
    prescriber: Prescriber,
    scopes: Iterable[Scope],
    ends_on: date | None = None,
    by: By,
    at: datetime,
) -> Designation:
    """Let a designee act on behalf of a prescriber, from today through a program day or until it is taken back.

    What stood between the two before is ended; the newest word counts. Without scopes the designee only reads.

    :raises Rejected: for another prescriber's word, or an end day that has passed.
    """
    prescriber = Prescriber.objects.locked(prescriber.pk)
    _check_own(prescriber, by)
    if ends_on is not None and ends_on < program_day(at):
        raise Rejected("ends_on", f"{ends_on.isoformat()} has passed already")
    ended = _end(designee, prescriber, at)
    row = Designation.objects.create(
        designee=designee,
        prescriber=prescriber,
        scopes=sorted(set(scopes)),
        begins_on=program_day(at),
        ends_on=ends_on,
        granted_at=at,
    )
    record(EventType.DESIGNATION_GRANTED, act="designations.designate", by=by, at=at, about=row,
           changes=[*ended, created(row)])  # fmt: skip
    return row


@action
def end_designation(*, designee: Designee, prescriber: Prescriber, by: By, at: datetime) -> None:
    """Take back, at once, what a designee does on behalf of a prescriber.

    :raises Rejected: where nothing stands between the two, or for another prescriber's word.
    """
    prescriber = Prescriber.objects.locked(prescriber.pk)
    _check_own(prescriber, by)
    ended = _end(designee, prescriber, at)
    if not ended:
        raise Rejected("designee", f"{designee.name} does not act for {prescriber.name}")
    record(EventType.DESIGNATION_ENDED, act="designations.end_designation", by=by, at=at, about=designee,
           changes=ended)  # fmt: skip


def _check_own(prescriber: Prescriber, by: By) -> None:
    in_person = by.designee is None and by.prescriber is not None and by.prescriber.pk == prescriber.pk
    if not in_person and by.kind != "program":
        raise Rejected("by", "a prescriber designates in person, or the program does")


def _end(designee: Designee, prescriber: Prescriber, at: datetime) -> Changes:
    standing = Designation.objects.filter(designee=designee, prescriber=prescriber, ended_at=None)
    return [changed(row, ended_at=at) for row in standing]
