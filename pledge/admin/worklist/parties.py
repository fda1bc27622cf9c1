"""What runs out around a clinic: certifications, attestations and designations, before and after the day."""

from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from pledge.admin.visitor import Role, Visitor
from pledge.admin.whereabouts import long
from pledge.admin.worklist.queues import Queue, Who, WorkRow
from pledge.models import Designation, Designee, Prescriber
from pledge.rules.calendar import days_after, program_day

WRITE = "Write to the program"


def endings_for(visitor: Visitor, at: datetime) -> Iterator[WorkRow]:
    """Give what ends soon, or has, for who is here: their own standing, and that of those they work with."""
    on = program_day(at)
    soon = days_after(on, settings.WORK_BEFORE_CERTIFICATION_ENDS_DAYS)
    prescribers = [by.prescriber for by in visitor.acts_as if by.prescriber is not None]
    for prescriber in prescribers:
        yield from _certification(prescriber, "certification", on, soon)
    own = visitor.by().designee
    shown = Designation.objects.in_force(on).filter(prescriber__in=prescribers).select_related("designee", "prescriber")
    designations = list(shown if own is None else shown.filter(designee=own))
    for designee in {designation.designee_id: designation.designee for designation in designations}.values():
        yield from _certification(designee, "attestation", on, soon)
    for designation in designations:
        if designation.ends_on is not None and designation.ends_on <= soon:
            yield _designation(designation, visitor)


def _certification(party: Prescriber | Designee, what: str, on: date, soon: date) -> Iterator[WorkRow]:
    last = party.certified_through
    write = f"mailto:{settings.EMAIL_PROGRAM}" if settings.EMAIL_PROGRAM else ""
    if party.suspended_at is not None:
        said = f"Suspended by the program: nothing can be confirmed or dispensed on this {what}."
        yield WorkRow(Queue.ENDING, Who.PROGRAM, said, name=party.name, label=WRITE, address=write)
    elif last is None or last < on:
        said = f"The {what} ran out on {long(last)}." if last else f"There is no {what}."
        said += " The program renews it."
        yield WorkRow(Queue.ENDING, Who.PROGRAM, said, day=last, name=party.name, label=WRITE, address=write)
    elif last <= soon:
        said = f"The {what} holds through {long(last)}: have the program renew it before."
        yield WorkRow(Queue.ENDING, Who.PROGRAM, said, day=last, name=party.name, label=WRITE, address=write)


def _designation(designation: Designation, visitor: Visitor) -> WorkRow:
    designee, prescriber = designation.designee, designation.prescriber
    said = f"{designee.name} acts for {prescriber.name} through {long(designation.ends_on)}."  # type: ignore[arg-type]
    own = visitor.role is Role.PRESCRIBER
    name = designee.name if own else prescriber.name
    label, address = ("Your designees", "admin:designees") if own else ("For whom you act", "admin:designations")
    return WorkRow(
        Queue.ENDING, Who.PRESCRIBER, said, day=designation.ends_on, name=name, label=label, address=reverse(address)
    )
