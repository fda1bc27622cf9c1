"""The rules approved."""

from pledge.actions import editions
from pledge.models import EventType
from pledge.rules.editions import EDITIONS
from pledge.rules.rulebook import digest_of
from tests import lives
from tests.pledge.actions.one_step import Step


def _approve_edition(program: lives.Program) -> Step:
    given = {"name": EDITIONS[-1].name, "digest": digest_of(EDITIONS[-1]), "note": "read in full"}
    return Step(editions.approve_edition, EventType.EDITION_APPROVED, given, program.administrator)


EDITION_APPROVALS = {"editions.approve_edition": _approve_edition}
