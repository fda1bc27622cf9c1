"""Who acts beside the prescriber: designees, attested or not, and strangers."""

from __future__ import annotations

from datetime import datetime

from pledge.actions import designations, participants
from pledge.rules.calendar import program_day
from pledge.trail import By, by_designee, by_prescriber, by_registrant
from tests import lives

STRANGER = By("stranger", "", "somebody's aunt")
BRINGERS = ["stranger", "other clinic", "pharmacy", "unattested designee", "registrant"]


def a_designee(program: lives.Program, at: datetime, *, attested: bool = True) -> By:
    """Give a designee of the program's prescriber, attested for the past month, or until the day before ``at``."""
    through = program_day(at) if attested else program_day(lives.days_before(at, 1))
    row = participants.enroll_designee(
        name="Dana Designee",
        prescribers=[program.prescriber],
        attested_through=through,
        by=program.administrator,
        at=lives.days_before(at, 90),
    )
    return by_designee(row, program.prescriber)


def delegated_no_more(by: By, at: datetime) -> By:
    """Take back what a designee does for their prescriber."""
    assert by.designee is not None
    assert by.prescriber is not None
    own = by_prescriber(by.prescriber)
    designations.end_designation(designee=by.designee, prescriber=by.prescriber, by=own, at=at)
    return by


def one_who_brings(who: str, life: lives.Life, other: lives.Program, at: datetime) -> By:
    """Give one of those who may bring what must be heard from anyone (section 13, Further)."""
    return {
        "stranger": STRANGER,
        "other clinic": other.clinic,
        "pharmacy": life.program.counter,
        "unattested designee": a_designee(life.program, at, attested=False),
        "registrant": by_registrant(life.registrant),
    }[who]
