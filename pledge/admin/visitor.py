"""Who is at the admin's door: a log-in turned into an actor of the program, or no one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from pledge.access import prescribers_of, registrants_for
from pledge.admin.signin.session import has_second_factor
from pledge.models import Prescriber, Registrant
from pledge.rules.calendar import PROGRAM_ZONE, program_day
from pledge.rules.vocabulary import Scope, Word
from pledge.trail import By, by_auditor, by_designee, by_pharmacist, by_prescriber, by_program

PROGRAM_ADMINISTRATORS = "Program administrators"
AUDITORS = "Auditors"


class Role(Word):
    """In which capacity someone is here; whoever has none is not let in."""

    PRESCRIBER = "prescriber", "Prescriber"
    DESIGNEE = "designee", "Designee"
    PHARMACIST = "pharmacist", "Pharmacist"
    REPRESENTATIVE = "representative", "Authorized representative"
    PROGRAM = "program", "Program administrator"
    AUDITOR = "auditor", "Auditor"


CLINIC = frozenset({Role.PRESCRIBER, Role.DESIGNEE})
COUNTER = frozenset({Role.PHARMACIST, Role.REPRESENTATIVE})
STAFF = frozenset({Role.PROGRAM})
EVERYONE = CLINIC | STAFF
OVERSIGHT = STAFF | {Role.AUDITOR}  # who reads the record; an auditor changes nothing


@dataclass(frozen=True)
class Visitor:
    """Someone logged in, with every actor they may be: a designee is one for each of their prescribers."""

    role: Role
    acts_as: tuple[By, ...]
    zone: str
    scopes: Mapping[int, frozenset[str]] = field(default_factory=dict)  # a designee's, by prescriber

    def registrants(self) -> QuerySet[Registrant]:
        """Give the registrants that are there for this visitor."""
        return reduce(or_, (registrants_for(by) for by in self.acts_as))

    def prescribers(self, on: date, scope: Scope | None = None) -> QuerySet[Prescriber]:
        """Give the prescribers whom this visitor may act for on a program day; a designee, in a scope."""
        theirs = prescribers_of(self.acts_as[0], on)
        if scope is None or self.role is not Role.DESIGNEE:
            return theirs
        return theirs.filter(pk__in=[pk for pk, given in self.scopes.items() if scope in given])

    def may(self, scope: Scope | None, prescriber_id: int | None = None) -> bool:
        """Tell whether a designee was given a scope by the prescriber of that id, or by any of theirs without one.

        Without a scope, and for everyone who is no designee, it does; the action judges it either way.
        """
        if scope is None or self.role is not Role.DESIGNEE:
            return True
        given = [self.scopes.get(prescriber_id, frozenset())] if prescriber_id is not None else self.scopes.values()
        return any(scope in theirs for theirs in given)

    def by(self, prescriber_id: int | None = None) -> By:
        """Give the actor: a designee acts on behalf of the prescriber of that id, or of their first."""
        for by in self.acts_as:
            if by.prescriber is not None and by.prescriber.pk == prescriber_id:
                return by
        return self.acts_as[0]

    def by_together(self) -> By:
        """Give the actor where no one prescriber is meant: who acts for several then acts for none by name."""
        return self.acts_as[0] if len(self.acts_as) == 1 else replace(self.acts_as[0], prescriber=None)


def by_of(visitor: Visitor, registrant: Registrant | None = None) -> By:
    """Give the actor for an act about a registrant, whose own prescriber a designee then acts for."""
    return visitor.by(registrant.prescriber_id if registrant else None)


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Give who a request's log-in is in the program, or None; asked of the database once a request.

    A session that has not passed the second factor is no one's, whichever door it came through.
    """
    if not hasattr(request, "program_visitor"):
        today = program_day(timezone.now())
        came_in = has_second_factor(request)
        request.program_visitor = visitor_behind(request.user, today) if came_in else None  # type: ignore[attr-defined]
    return request.program_visitor  # type: ignore[attr-defined]


def visitor_behind(user: object, on: date) -> Visitor | None:
    """Give who a log-in is on a program day: the narrowest of their capacities, or no one.

    A prescriber comes first, then a designee, a pharmacist, an auditor, an administrator, so that a log-in linked to a
    party never sees more than that party. Who acts for their pharmacy no more is no one; a suspended pharmacy's come
    in, and are told.
    """
    if not getattr(user, "is_active", False):
        return None
    for capacity in (_of_a_clinic, _of_a_pharmacy, _of_the_program):
        linked, visitor = capacity(user, on)
        if linked:
            return visitor
    return None


def _of_a_clinic(user: Any, on: date) -> tuple[bool, Visitor | None]:
    prescriber = getattr(user, "prescriber", None)
    if prescriber is not None:
        return True, Visitor(Role.PRESCRIBER, (by_prescriber(prescriber),), prescriber.time_zone)
    designee = getattr(user, "designee", None)
    if designee is None:
        return False, None
    designations = designee.designations.in_force(on).select_related("prescriber").order_by("prescriber__name")
    acts_as = tuple(by_designee(designee, designation.prescriber) for designation in designations)
    scopes = {designation.prescriber_id: frozenset(designation.scopes) for designation in designations}
    return True, Visitor(Role.DESIGNEE, acts_as, designee.time_zone, scopes) if acts_as else None


def _of_a_pharmacy(user: Any, on: date) -> tuple[bool, Visitor | None]:  # noqa: ARG001 - as the others
    pharmacist = getattr(user, "pharmacist", None)
    if pharmacist is None:
        return False, None
    if pharmacist.ended_at is not None:
        return True, None
    role = Role.REPRESENTATIVE if pharmacist.is_representative else Role.PHARMACIST
    return True, Visitor(role, (by_pharmacist(pharmacist),), pharmacist.pharmacy.time_zone)


def _of_the_program(user: Any, on: date) -> tuple[bool, Visitor | None]:  # noqa: ARG001 - as the others
    groups = set(user.groups.values_list("name", flat=True))
    name, pk = user.get_full_name() or user.get_username(), str(user.pk)
    if AUDITORS in groups:
        return True, Visitor(Role.AUDITOR, (by_auditor(name, pk),), PROGRAM_ZONE.key)
    if PROGRAM_ADMINISTRATORS in groups or user.is_superuser:
        return True, Visitor(Role.PROGRAM, (by_program(name, pk),), PROGRAM_ZONE.key)
    return False, None
