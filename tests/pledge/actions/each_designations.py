"""Designations given and taken back."""

from pledge.actions import designations
from pledge.models import EventType
from pledge.rules.vocabulary import Scope
from tests import lives
from tests.pledge.actions.acting import a_designee
from tests.pledge.actions.one_step import AT, THROUGH, Step


def _designate(program: lives.Program) -> Step:
    between = {"designee": a_designee(program, AT).designee, "prescriber": program.prescriber}
    given = {**between, "scopes": [Scope.MONTH], "ends_on": THROUGH}
    return Step(designations.designate, EventType.DESIGNATION_GRANTED, given, program.clinic)


def _end_designation(program: lives.Program) -> Step:
    given = {"designee": a_designee(program, AT).designee, "prescriber": program.prescriber}
    return Step(designations.end_designation, EventType.DESIGNATION_ENDED, given, program.clinic)


DESIGNATIONS = {"designations.designate": _designate, "designations.end_designation": _end_designation}
