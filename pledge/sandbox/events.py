"""What happened to authorizations in the sandbox, as the pharmacies' messages tell it: made up from their fates."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from pledge.models import SandboxAuthorization
from pledge.rules.calendar import ONE_DAY, program_day, start_of
from pledge.rules.vocabulary import AuthorizationStatus
from pledge.sandbox.judging import PAUSED_FOR
from pledge.sandbox.people import PEOPLE, Fate, person_numbered

_MICROSECOND = timedelta(microseconds=1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST_NUMBER = 10**15  # in 2001; a live list's numbers are smaller
_BEFALLEN = tuple(person.number for person in PEOPLE if person.fate is not Fate.LIVES)


class MadeUpEvent(NamedTuple):
    """One message: its kind as the contract names it, when it happened, and what it tells."""

    kind: str
    at: datetime
    told: dict[str, str]

    @property
    def number(self) -> int:
        """Its place among a pharmacy's messages: microseconds since 1970, so that later ones have higher numbers."""
        return _number_at(self.at)

    def members(self) -> dict[str, Any]:
        """Give it as the pharmacies' software reads it."""
        digest = hashlib.sha256(f"{self.kind}\n{self.number}\n{self.told}".encode()).hexdigest()
        at = self.at.isoformat().replace("+00:00", "Z")
        return {"id": f"msg_{digest[:32]}", "type": self.kind, "timestamp": at, "data": self.told}


def page_of_events(pharmacy_id: int, behind: int, most: int, at: datetime) -> str | None:
    """Give as JSON what happened behind a cursor; None for one that this list cannot have given.

    What a cursor stands for may have been forgotten since: the list goes on behind its instant all the same.
    """
    if behind and not _LEAST_NUMBER <= behind <= _number_at(at):
        return None
    shown = events_of(pharmacy_id, behind, at)[:most]
    last = shown[-1].number if shown else behind
    return json.dumps({"items": [event.members() for event in shown], "next_cursor": str(last)})


def events_of(pharmacy_id: int, behind: int, at: datetime) -> list[MadeUpEvent]:
    """Give what happened behind a number and by an instant to what a pharmacy's test keys hold, oldest first."""
    since = _BEGINNING + behind * _MICROSECOND
    befallen = Q(registrant_number__in=_BEFALLEN, issued_at__gte=since - PAUSED_FOR)
    passed = Q(do_not_dispense_after__gte=program_day(since) - ONE_DAY, do_not_dispense_after__lt=program_day(at))
    rows = SandboxAuthorization.objects.filter(befallen | passed, pharmacy_id=pharmacy_id).select_related("pharmacy")
    found = (event for row in rows for event in _befallen(row) if behind < event.number and event.at <= at)
    return sorted(found, key=lambda event: event.number)


def _number_at(at: datetime) -> int:
    return (at - _BEGINNING) // _MICROSECOND


def _befallen(row: SandboxAuthorization) -> Iterator[MadeUpEvent]:
    person = person_numbered(row.registrant_number)
    fate = person.fate if person else Fate.LIVES
    first = row.issued_at + _MICROSECOND
    if fate is Fate.REVOKED:  # as it happens where a pharmacy's activation has run out
        through = row.pharmacy.certified_through or program_day(row.issued_at)  # as GET /pharmacy says
        yield MadeUpEvent("certification.expiring", first, {"certified_through": through.isoformat()})
        yield _about(row, AuthorizationStatus.REVOKED, "revoked", first + _MICROSECOND)
    elif fate is Fate.LAPSES:
        yield _about(row, AuthorizationStatus.LAPSED, "lapsed", first)
    elif fate is Fate.PAUSES:
        yield _about(row, AuthorizationStatus.SUSPENDED, "suspended", first)
        if _is_held(row, row.issued_at + PAUSED_FOR):
            yield _about(row, AuthorizationStatus.ISSUED, "resumed", row.issued_at + PAUSED_FOR)
    if fate in {Fate.LIVES, Fate.PAUSES} and row.do_not_dispense_after is not None:
        passed = start_of(row.do_not_dispense_after + ONE_DAY)
        if _is_held(row, passed):
            yield _about(row, AuthorizationStatus.LAPSED, "lapsed", passed)


def _is_held(row: SandboxAuthorization, at: datetime) -> bool:
    """Tell whether an authorization was neither dispensed nor reversed by an instant."""
    used_at = row.dispensed_at or row.reversed_at
    return used_at is None or used_at > at


def _about(row: SandboxAuthorization, status: AuthorizationStatus, what: str, at: datetime) -> MadeUpEvent:
    return MadeUpEvent(f"authorization.{what}", at, {"rma_number": row.rma_number, "status": status.value})
