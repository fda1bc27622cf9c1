"""May this registrant be dispensed to here and now: asked without changing anything (sections 7, 9 and 13).

A check and an authorization are judged by the same rule from the same facts, so the two agree (section 13).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from pledge.access import NotThere, authorization_for
from pledge.callers import (
    CALLED,
    FOUND,
    NAMED_REGISTRANT,
    UNLESS_PAUSED,
    Presented,
    admit,
    admitted,
    calling,
    naming_authorization,
    wrong_registrant,
)
from pledge.facts import RECORD_COLUMNS, RECORD_TABLES, record_from_row, record_of, signatures_of_many
from pledge.models import Authorization, Pharmacy, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.dispensing import Decision, authorizing, status_of_live
from pledge.rules.history import Record, Signature, Standing
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus
from pledge.trail import PharmacyAccess, by_pharmacy, pharmacy_access, record_pharmacy_access, record_pharmacy_accesses

CHECK, SHOW, NOT_THERE = "eligibility-check", "authorization shown", "not there"
_ENROLLED_ON = 12  # among the columns of a record

_CALLER_AND_RECORD = f"""
    WITH {CALLED} SELECT called.*, {RECORD_COLUMNS} FROM called LEFT JOIN ({RECORD_TABLES}) ON {NAMED_REGISTRANT}
"""  # noqa: S608
# Number and date of birth belong together; the dates alone are asked too, so that whom a wrong one names is dropped
# where an unknown number is, before anything of theirs is gathered.
_CALLER_AND_RECORDS = f"""
      WITH {CALLED}
    SELECT called.*, r.number, {RECORD_COLUMNS}
      FROM called LEFT JOIN ({RECORD_TABLES}) ON r.number = ANY((SELECT %(numbers)s::text[] {UNLESS_PAUSED})::text[])
       AND r.born_on = ANY(%(days)s::date[])
       AND EXISTS (SELECT 1 FROM unnest(%(numbers)s::text[], %(days)s::date[]) AS named (number, born_on)
                    WHERE named.number = r.number AND named.born_on = r.born_on)
       AND r.merged_into_id IS NULL
"""  # noqa: S608


class Check(NamedTuple):
    """What a pharmacy asks: whether a supply may be handed over to whom, and which pharmacist asks."""

    number: str
    born_on: date
    days_supply: int
    pharmacist: str


class Shown(NamedTuple):
    """A pharmacy's own authorization, and its status as it is judged at the instant of asking."""

    authorization: Authorization
    registrant_number: str
    status: AuthorizationStatus


def eligibility_of(registrant: Registrant, pharmacy: Pharmacy, days_supply: int, at: datetime) -> Decision:
    """Judge what a request for an authorization would be told at an instant.

    :param days_supply: whole days, at least one.
    :raises Refused: with ``not_enrolled`` where the record is gone or was merged into another.
    """
    on = program_day(at)
    return authorizing(record_of(registrant, on), pharmacy.standing, days_supply, on)


def check_for_key(
    *, key: Presented, number: str, born_on: date, days_supply: int, pharmacist: str, at: datetime
) -> Decision:
    """Answer a pharmacy's check and leave a line in the access trail: two statements in all.

    One gathers the key, its pharmacy's standing and the registrant's whole record; one counts the call and, where it
    is not one too many, records who asked about whom and what is answered. Where the consents are not complete, the
    signatures cost two more.

    :raises UnknownKey, PharmacySuspended, TooManyCalls: where the key's holder may not ask.
    :raises NotThere: where no registrant has this number and date of birth; the trail keeps that too.
    """
    on = program_day(at)
    who: dict[str, Any] = {"number": number, "born_on": born_on}
    with connection.cursor() as cursor:
        cursor.execute(_CALLER_AND_RECORD, {**who, "digest": key.digest, "at": at, "on": on})
        row = cursor.fetchone()
    caller = calling(row)
    if row[FOUND] is None:
        key.missed.append(wrong_registrant(number, born_on))
    decision = _judge(row[FOUND:], caller.standing, days_supply, on)
    line = PharmacyAccess(CHECK, caller.pharmacy_id, pharmacist, row[FOUND], _outcome(decision))
    admit(key, caller, at, names=True, writing=pharmacy_access(line, at=at))
    if decision is None:
        raise NotThere("registrant_number", "no registrant has this number and date of birth")
    return decision


def checks_for_key(*, key: Presented, checks: Sequence[Check], at: datetime) -> list[Decision | None]:
    """Answer several checks as :func:`check_for_key` answers each, in the same few statements however many there are.

    :returns: a decision for each check, in the same order; None where no registrant has its number and date of birth.
    :raises UnknownKey, PharmacySuspended, TooManyCalls: where the key's holder may not ask; nothing is then answered.
    """
    on = program_day(at)
    who: dict[str, Any] = {"numbers": [check.number for check in checks], "days": [check.born_on for check in checks]}
    with connection.cursor() as cursor:
        cursor.execute(_CALLER_AND_RECORDS, {**who, "digest": key.digest, "at": at, "on": on})
        rows = cursor.fetchall()
    found = {(row[FOUND], row[FOUND + 2]): row[FOUND + 1 :] for row in rows if row[FOUND] is not None}
    missed = {check[:2] for check in checks} - found.keys()
    key.missed += [wrong_registrant(number, born_on) for number, born_on in sorted(missed)]
    caller = admitted(key, rows[0] if rows else None, at, names=True)
    signatures = signatures_of_many([row[0] for row in found.values() if _is_unenrolled(row)])
    records = {named: _with_signatures(record_from_row(row), signatures) for named, row in found.items()}
    decisions = [
        authorizing(records[check[:2]], caller.standing, check.days_supply, on) if check[:2] in records else None
        for check in checks
    ]
    record_pharmacy_accesses(
        (
            PharmacyAccess(
                what=CHECK,
                pharmacy_id=caller.pharmacy_id,
                pharmacist=check.pharmacist,
                registrant_id=records[check[:2]].registrant_id if decision else None,
                outcome=_outcome(decision),
            )
            for check, decision in zip(checks, decisions, strict=True)
        ),
        at=at,
    )
    return decisions


def read_authorization(*, key: Presented, rma_number: str, at: datetime) -> Shown:
    """Show a pharmacy one of its own authorizations, and leave a line in the access trail.

    :raises UnknownKey, PharmacySuspended, TooManyCalls: where the key's holder may not ask.
    :raises NotThere: where the pharmacy has no authorization of this number; the trail keeps that too.
    """
    caller, registrant = naming_authorization(key, rma_number, at)
    by = by_pharmacy(caller.pharmacy, caller.key_prefix)
    found = authorization_for(by, rma_number) if registrant else None
    status = _status_now(found, at) if found else None
    record_pharmacy_access(
        what=SHOW,
        pharmacy_id=caller.pharmacy_id,
        pharmacist=caller.key_prefix,
        registrant_id=registrant.pk if registrant else None,
        outcome=status or NOT_THERE,
        at=at,
    )
    if found is None or registrant is None or status is None:
        raise NotThere("rma_number", "this pharmacy has no such authorization")
    return Shown(found, registrant.number, status)


def status_of(authorization: Authorization, record: Record, on: date) -> AuthorizationStatus:
    """Give what an authorization is on a program day; the nightly work only records it (section 13).

    One that is not live any more stays as it is kept.
    """
    live = record.authorization
    if live is None or live.id != authorization.pk:
        return AuthorizationStatus(authorization.status)
    return status_of_live(live, record, on)


def _status_now(authorization: Authorization, at: datetime) -> AuthorizationStatus:
    status = AuthorizationStatus(authorization.status)
    if status not in LIVE_STATUSES:
        return status
    on = program_day(at)
    return status_of(authorization, record_of(authorization.registrant, on), on)


def _judge(row: Sequence[Any], pharmacy: Standing, days_supply: int, on: date) -> Decision | None:
    if row[0] is None:
        return None
    signatures = signatures_of_many([row[0]] if _is_unenrolled(row) else [])
    return authorizing(_with_signatures(record_from_row(row), signatures), pharmacy, days_supply, on)


def _is_unenrolled(row: Sequence[Any]) -> bool:
    return row[_ENROLLED_ON] is None


def _with_signatures(record: Record, signatures: Mapping[int, tuple[Signature, ...]]) -> Record:
    """Give a record with the signatures that were read for it; of who is enrolled none are (facts)."""
    found = signatures.get(record.registrant_id)
    return record if found is None else record._replace(signatures=found)


def _outcome(decision: Decision | None) -> str:
    if decision is None:
        return NOT_THERE
    return " ".join(refusal.code for refusal in decision.refusals) or "eligible"
