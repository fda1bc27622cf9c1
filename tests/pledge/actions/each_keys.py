"""Keys issued, rotated, revoked."""

from pledge.actions import keys
from pledge.models import EventType
from tests import lives
from tests.pledge.actions.one_step import AT, Step


def _issue_key(program: lives.Program) -> Step:
    return Step(keys.issue_key, EventType.KEY_ISSUED, {"pharmacy": program.pharmacy}, program.administrator)


def _rotate_key(program: lives.Program) -> Step:
    row = keys.issue_key(pharmacy=program.pharmacy, by=program.administrator, at=AT).row
    return Step(keys.rotate_key, EventType.KEY_ROTATED, {"key": row}, program.administrator)


def _revoke_key(program: lives.Program) -> Step:
    row = keys.issue_key(pharmacy=program.pharmacy, by=program.administrator, at=AT).row
    return Step(keys.revoke_key, EventType.KEY_REVOKED, {"key": row}, program.administrator)


KEYS = {"keys.issue_key": _issue_key, "keys.rotate_key": _rotate_key, "keys.revoke_key": _revoke_key}
