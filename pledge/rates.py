"""How many calls a pharmacy may make: counted by the database, so that all processes count together (trust-bar R49).

This is an operator's bound and no rule of the program; its numbers are in the settings.
"""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection

SECONDS = 60
_COUNT = """
    INSERT INTO pledge_callrate AS rate (pharmacy_id, sandbox, minute, calls) VALUES (%s, %s, %s, %s)
    ON CONFLICT (pharmacy_id, sandbox) DO UPDATE
       SET calls = CASE WHEN rate.minute = EXCLUDED.minute THEN rate.calls ELSE 0 END + EXCLUDED.calls,
           minute = EXCLUDED.minute
    RETURNING calls, slowed_until
"""


class Allowance(NamedTuple):
    """What is left to a pharmacy: how many calls a minute, how many of them now, and the seconds until all are back."""

    most: int
    left: int
    seconds: int


class TooManyCalls(Exception):
    """The pharmacy has made all the calls that it may make for now; ``allowance`` says when it may again."""

    def __init__(self, allowance: Allowance) -> None:
        """Take what is left, which is nothing."""
        super().__init__("too many calls")
        self.allowance = allowance


def count_calls(pharmacy_id: int, at: datetime, *, calls: int = 1, sandbox: bool = False) -> Allowance:
    """Count calls of a pharmacy and give what is left to it, in one statement of its own.

    :param calls: how many; a batch counts each of its checks.
    :raises TooManyCalls: where more were made than may be, this one included.
    """
    minute, second = divmod(int(at.timestamp()), SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [pharmacy_id, sandbox, minute, calls])
        counted, slowed_until = cursor.fetchone()
    most = settings.API_CALLS_A_MINUTE
    allowance = Allowance(most, max(most - counted, 0), SECONDS - second)
    if slowed_until is not None and slowed_until > at:
        raise TooManyCalls(allowance._replace(left=0, seconds=max(1, int((slowed_until - at).total_seconds()))))
    if counted > most:
        raise TooManyCalls(allowance)
    return allowance
