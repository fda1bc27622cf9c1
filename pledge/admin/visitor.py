"""Who is at the admin's door: a log-in turned into an actor of the program, or no one."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from pledge.access import prescribers_of, registrants_for
from pledge.models import Prescriber, Registrant
from pledge.rules.calendar import PROGRAM_ZONE, program_day
from pledge.rules.vocabulary import Word
from pledge.trail import By, by_designee, by_prescriber, by_program

PROGRAM_ADMINISTRATORS = "Program administrators"


class Role(Word):
    """In which capacity someone is here; whoever has none is not let in."""

    PRESCRIBER = "prescriber", "Prescriber"
    DESIGNEE = "designee", "Designee"
    PROGRAM = "program", "Program administrator"


CLINIC = frozenset({Role.PRESCRIBER, Role.DESIGNEE})
STAFF = frozenset({Role.PROGRAM})
EVERYONE = CLINIC | STAFF


@dataclass(frozen=True)
class Visitor:
    """Someone logged in, with every actor they may be: a designee is one for each of their prescribers."""

    role: Role
    acts_as: tuple[By, ...]
    zone: str

    def registrants(self) -> QuerySet[Registrant]:
        """Give the registrants that are there for this visitor."""
        return reduce(or_, (registrants_for(by) for by in self.acts_as))

    def prescribers(self, on: date) -> QuerySet[Prescriber]:
        """Give the prescribers whom this visitor may act for on a program day."""
        return prescribers_of(self.acts_as[0], on)

    def by(self, prescriber_id: int | None = None) -> By:
        """Give the actor: a designee acts on behalf of the prescriber of that id, or of their first."""
        for by in self.acts_as:
            if by.prescriber is not None and by.prescriber.pk == prescriber_id:
                return by
        return self.acts_as[0]


def by_of(visitor: Visitor, registrant: Registrant | None = None) -> By:
    """Give the actor for an act about a registrant, whose own prescriber a designee then acts for."""
    return visitor.by(registrant.prescriber_id if registrant else None)


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Give who a request's log-in is in the program, or None; asked of the database once a request."""
    if not hasattr(request, "program_visitor"):
        today = program_day(timezone.now())
        request.program_visitor = visitor_behind(request.user, today)  # type: ignore[attr-defined]
    return request.program_visitor  # type: ignore[attr-defined]


def visitor_behind(user: object, on: date) -> Visitor | None:
    """Give who a log-in is on a program day: a prescriber, else a designee, else an administrator, else no one.

    The narrowest capacity comes first, so that a log-in linked to a clinic never sees more than the clinic.
    """
    if not getattr(user, "is_active", False):
        return None
    prescriber = getattr(user, "prescriber", None)
    if prescriber is not None:
        return Visitor(Role.PRESCRIBER, (by_prescriber(prescriber),), prescriber.time_zone)
    designee = getattr(user, "designee", None)
    if designee is not None:
        designations = designee.designations.in_force(on).select_related("prescriber").order_by("prescriber__name")
        acts_as = tuple(by_designee(designee, designation.prescriber) for designation in designations)
        return Visitor(Role.DESIGNEE, acts_as, designee.time_zone) if acts_as else None
    if _administers(user):
        name = user.get_full_name() or user.get_username()  # type: ignore[attr-defined]
        return Visitor(Role.PROGRAM, (by_program(name, str(user.pk)),), PROGRAM_ZONE.key)  # type: ignore[attr-defined]
    return None


def _administers(user: object) -> bool:
    if getattr(user, "is_superuser", False):
        return True
    return user.groups.filter(name=PROGRAM_ADMINISTRATORS).exists()  # type: ignore[attr-defined]
