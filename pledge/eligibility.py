"""May this registrant be dispensed to here and now: asked without changing anything (sections 7, 9 and 13).

A check and an authorization are judged by the same rule from the same facts, so the two agree (section 13).
"""

from datetime import datetime

from pledge.facts import record_of
from pledge.models import Pharmacy, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.dispensing import Decision, authorizing


def eligibility_of(registrant: Registrant, pharmacy: Pharmacy, days_supply: int, at: datetime) -> Decision:
    """Judge what a request for an authorization would be told at an instant.

    :param days_supply: whole days, at least one.
    :raises Refused: with ``not_enrolled`` where the record is gone or was merged into another.
    """
    on = program_day(at)
    return authorizing(record_of(registrant, on), pharmacy.standing, days_supply, on)
