"""Pharmacists enrolled and ended, and what goes back to stock."""

from pledge.actions import participants, pharmacists, stock
from pledge.models import EventType
from tests import lives
from tests.pledge.actions.one_step import AT, Step

SAM = {"own_id": "rph-30", "name": "Sam Seong", "username": "sam"}


def _enroll_pharmacist(program: lives.Program) -> Step:
    given = {**SAM, "pharmacy": program.pharmacy}
    return Step(pharmacists.enroll_pharmacist, EventType.PHARMACIST_ENROLLED, given, program.administrator)


def _end_pharmacist(program: lives.Program) -> Step:
    sam = _enroll_pharmacist(program).take().row
    return Step(pharmacists.end_pharmacist, EventType.PHARMACIST_ENDED, {"pharmacist": sam}, program.administrator)


def _return_to_stock(program: lives.Program) -> Step:
    life = lives.authorized(program, AT)
    participants.suspend(party=program.pharmacy, by=program.administrator, at=AT)
    return Step(stock.return_to_stock, EventType.STOCK_RETURNED, {"authorization": life.authorization}, program.counter)


PHARMACISTS = {
    "pharmacists.end_pharmacist": _end_pharmacist,
    "pharmacists.enroll_pharmacist": _enroll_pharmacist,
    "stock.return_to_stock": _return_to_stock,
}
