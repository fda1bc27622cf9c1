"""The answers to the pharmacies' repeated requests, kept in the transaction of the decision itself (pharmacy-api)."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from pledge.frame import action
from pledge.models import IdempotencyRecord
from pledge.rules.refusals import Refused
from pledge.trail import By, record_pharmacy_access

_KEEP = """
    INSERT INTO pledge_idempotencyrecord AS kept (pharmacy_id, call, key, request_digest, status, body, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (pharmacy_id, call, key) DO UPDATE
       SET (request_digest, status, body, created_at)
         = (EXCLUDED.request_digest, EXCLUDED.status, EXCLUDED.body, EXCLUDED.created_at)
     WHERE kept.created_at < %s
    RETURNING id
"""
_STANDING = """
    SELECT request_digest, status, body FROM pledge_idempotencyrecord
     WHERE pharmacy_id = %s AND call = %s AND key = %s AND created_at >= %s
"""


class Answer(NamedTuple):
    """What a call was answered: the status and the body, word for word."""

    status: int
    body: str


class Request(NamedTuple):
    """A call that may be repeated: whose it is, which call, under which key, and a digest of all it says."""

    pharmacy_id: int
    call: str
    key: str
    digest: str


class StillRunning(Exception):
    """A request with the same key is being decided at this moment."""


class KeyReused(Exception):
    """The key was used before, for a request that said something else."""


class Replayed(Exception):
    """The request was decided before; ``answer`` is what it was answered."""

    def __init__(self, answer: Answer) -> None:
        """Take the answer that stands."""
        super().__init__("decided before")
        self.answer = answer


class AnswerMemory:
    """Keeps one request's answer beside its decision, or finds the one it was given before (frame's ``Memory``).

    A refusal is recorded after a rollback, in a transaction of its own, before which another request with the same
    key may have decided; the unique key then lets one answer stand, and both give it.

    :param answer_to: gives the answer to what an action returned, or to the :class:`Refused` it raised.
    :param since: answers given earlier are forgotten.
    """

    def __init__(self, request: Request, answer_to: Callable[[Any], Answer], *, since: datetime, at: datetime) -> None:
        """Take the request, and how its outcome is answered."""
        self.request = request
        self.answer_to = answer_to
        self.since = since
        self.at = at
        self.answer: Answer | None = None
        self.replayed = False

    @property
    def given(self) -> Answer:
        """The answer that came to stand."""
        if self.answer is None:
            raise RuntimeError("nothing was decided yet")
        return self.answer

    def claim(self) -> None:
        """Hold the key until the transaction ends.

        :raises StillRunning: where another request holds it.
        :raises Replayed: where the request was answered before.
        :raises KeyReused: where another one was, under this key.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(self.request)])
            if not cursor.fetchone()[0]:
                raise StillRunning
        # Asked only now: what was decided while the lock was another's is visible from here on.
        standing = self.standing()
        if standing is not None:
            raise Replayed(standing)

    def keep(self, outcome: Any) -> None:
        """Keep the answer to an outcome, unless one has come to stand since the claim."""
        answer = self.answer_to(outcome)
        if self._kept(answer):
            self.answer = answer
            return
        standing = self.standing()
        if standing is None:
            raise StillRunning
        if not isinstance(outcome, Refused):
            raise Replayed(standing)  # and so roll this decision back
        self.answer, self.replayed = standing, True

    def _kept(self, answer: Answer) -> bool:
        pharmacy_id, call, key, digest = self.request
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [pharmacy_id, call, key, digest, *answer, self.at, self.since])
            return cursor.fetchone() is not None

    def standing(self) -> Answer | None:
        """Give the answer that was given before, if one was.

        :raises KeyReused: where it was given to another request, under this key.
        """
        pharmacy_id, call, key, digest = self.request
        with connection.cursor() as cursor:
            cursor.execute(_STANDING, [pharmacy_id, call, key, self.since])
            row = cursor.fetchone()
        if row is None:
            return None
        if row[0] != digest:
            raise KeyReused
        return Answer(row[1], row[2])


@action
def note_unknown(*, what: str, pharmacist: str, by: By, at: datetime) -> None:
    """Leave a line in the access trail for a pharmacy that named no one it may know of.

    :param what: the call, as the access trail names it.
    """
    record_pharmacy_access(
        what=what,
        pharmacy_id=by.pharmacy.pk if by.pharmacy else None,
        pharmacist=pharmacist,
        registrant_id=None,
        outcome="not there",
        at=at,
    )


def kept_since(at: datetime) -> datetime:
    """Give the instant since which answers are kept, as seen from another (pharmacy-api, Idempotency)."""
    return at - timedelta(days=settings.ANSWERS_KEPT_DAYS)


def forget_answers(at: datetime, *, dry_run: bool = False) -> int:
    """Delete the answers that are kept no longer at an instant, and give how many; the nightly work calls it.

    :param dry_run: only count them.
    """
    old = IdempotencyRecord.objects.filter(created_at__lt=kept_since(at))
    return old.count() if dry_run else old.delete()[0]


def _lock_number(request: Request) -> int:
    named = f"{request.pharmacy_id}\n{request.call}\n{request.key}"
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], signed=True)
