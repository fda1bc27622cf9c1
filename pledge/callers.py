"""The pharmacies' software at the door: a key, its pharmacy and what the call names, found in one statement.

A number that is not there, a wrong date of birth and another pharmacy's authorization find the same nothing by the
same work (pharmacy-api, Problems).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from pledge.models import Pharmacy, Registrant
from pledge.rates import Allowance, Writing, count_calls, is_slowed, pause_of, wrong_naming
from pledge.rules.history import Standing

CALLER_COLUMNS = (
    "k.prefix, f.id, f.name, f.certified_on, f.certified_through, f.suspended_at IS NOT NULL, s.slowed_until"
)
CALLER_TABLES = (
    "pledge_pharmacykey k JOIN pledge_pharmacy f ON f.id = k.pharmacy_id "
    "LEFT JOIN pledge_callrate s ON s.pharmacy_id = f.id AND NOT s.sandbox"
)
_KEY_IS_USABLE = "k.digest = %(digest)s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %(at)s)"
CALLER_IS_KNOWN = f"NOT k.sandbox AND {_KEY_IS_USABLE}"  # no test key ever finds a live row
TEST_CALLER_IS_KNOWN = f"k.sandbox AND {_KEY_IS_USABLE}"
# A number and a date are looked for only where the caller may be told of them: while it pauses the statement finds
# nobody, and a right one costs what a wrong one does.
CALLED = f"called AS MATERIALIZED (SELECT {CALLER_COLUMNS} FROM {CALLER_TABLES} WHERE {CALLER_IS_KNOWN})"  # noqa: S608
UNLESS_PAUSED = "FROM called WHERE slowed_until IS NULL OR slowed_until <= %(at)s"
NAMED_REGISTRANT = (
    f"r.number = (SELECT %(number)s::text {UNLESS_PAUSED}) AND r.born_on = %(born_on)s AND r.merged_into_id IS NULL"
)
FOUND = 7  # of a row, the first column of what is named

_ALONE = f"SELECT {CALLER_COLUMNS} FROM {CALLER_TABLES} WHERE {CALLER_IS_KNOWN}"  # noqa: S608
_OF_THE_SANDBOX = f"SELECT {CALLER_COLUMNS} FROM {CALLER_TABLES} WHERE {TEST_CALLER_IS_KNOWN}"  # noqa: S608
_WITH_REGISTRANT = f"""
    WITH {CALLED} SELECT called.*, r.id, r.number FROM called LEFT JOIN pledge_registrant r ON {NAMED_REGISTRANT}
"""  # noqa: S608
_WITH_AUTHORIZATION = f"""
    SELECT {CALLER_COLUMNS}, r.id, r.number
      FROM {CALLER_TABLES}
      LEFT JOIN pledge_authorization x ON x.rma_number = %(rma_number)s AND x.pharmacy_id = f.id
      LEFT JOIN pledge_registrant r ON r.id = x.registrant_id
     WHERE {CALLER_IS_KNOWN}
"""  # noqa: S608


class Presented:
    """The key that a call carries, as the digest under which it is kept; once admitted, what is left to its holder.

    ``calls`` is how many the call counts for; ``missed``, what it names that the caller may not know of. Both are said
    before the key is admitted, which counts them.
    """

    __slots__ = ("allowance", "calls", "digest", "is_test", "missed", "pharmacy_id")

    def __init__(self, digest: str, *, is_test: bool = False) -> None:
        """Take the digest, and whether the key says of itself that it is one of the sandbox."""
        self.digest = digest
        self.is_test = is_test
        self.calls = 1
        self.missed: list[str] = []
        self.pharmacy_id: int | None = None
        self.allowance: Allowance | None = None


class UnknownKey(Exception):
    """No key of this digest is usable: it never was, is revoked, has expired or was cut short."""


class PharmacySuspended(Exception):
    """The key is usable, but its pharmacy is suspended and may ask nothing."""


class Caller(NamedTuple):
    """A pharmacy that calls with one of its keys, not suspended."""

    key_prefix: str
    pharmacy_id: int
    pharmacy_name: str
    standing: Standing
    slowed_until: datetime | None

    @property
    def pharmacy(self) -> Pharmacy:
        """The pharmacy's row, as far as it was read; the rest is fetched when asked for."""
        return Pharmacy.from_db("default", ("id", "name"), (self.pharmacy_id, self.pharmacy_name))


class Named(NamedTuple):
    """A caller, and the registrant that the call names, or None where the caller may not know of one."""

    caller: Caller
    registrant: Registrant | None


def caller_with_key(key: Presented, at: datetime) -> Caller:
    """Give who calls with a key, and count the call.

    :raises UnknownKey: where no such key is usable at that instant.
    :raises PharmacySuspended: where its pharmacy is.
    :raises TooManyCalls: where it has made all the calls that it may.
    """
    statement = _OF_THE_SANDBOX if key.is_test else _ALONE
    return admitted(key, _one_row(statement, {"digest": key.digest, "at": at}), at)


def naming_registrant(key: Presented, number: str, born_on: date, at: datetime) -> Named:
    """Give who calls, and the registrant of that number and date of birth (section 7).

    :raises UnknownKey, PharmacySuspended, TooManyCalls: as :func:`caller_with_key` does.
    """
    row = _one_row(_WITH_REGISTRANT, {"digest": key.digest, "at": at, "number": number, "born_on": born_on})
    registrant = _registrant(row)
    if registrant is None:
        key.missed.append(wrong_registrant(number, born_on))
    return Named(admitted(key, row, at, names=True), registrant)


def naming_authorization(key: Presented, rma_number: str, at: datetime) -> Named:
    """Give who calls, and the registrant of the caller's own authorization of that number.

    One that is the caller's own is given while it pauses too: whoever is at the counter with it has been judged.

    :raises UnknownKey, PharmacySuspended, TooManyCalls: as :func:`caller_with_key` does.
    """
    row = _one_row(_WITH_AUTHORIZATION, {"digest": key.digest, "at": at, "rma_number": rma_number})
    registrant = _registrant(row)
    if registrant is None:
        key.missed.append(wrong_naming("authorization", rma_number))
    return Named(admitted(key, row, at, names=registrant is None), registrant)


def wrong_registrant(number: str, born_on: date) -> str:
    """Give the digest under which a number and a date of birth count that name no one."""
    return wrong_naming("registrant", number, born_on.isoformat())


def admitted(key: Presented, row: Sequence[Any] | None, at: datetime, *, names: bool = False) -> Caller:
    """Give the caller in a row that begins with ``CALLER_COLUMNS``, and count the call before it is answered.

    :param names: whether the call names anything that is not the caller's own.
    :raises UnknownKey: where there is no row.
    :raises PharmacySuspended: where the row's pharmacy is.
    :raises TooManyCalls: where it has made all the calls that it may, or is slowed down.
    :raises GuessedTooOften: where it has named too many that it may not know of.
    """
    caller = calling(row)
    admit(key, caller, at, names=names)
    return caller


def calling(row: Sequence[Any] | None) -> Caller:
    """Give the caller in a row that begins with ``CALLER_COLUMNS``; :func:`admit` comes before any answer.

    :raises UnknownKey: where there is no row.
    :raises PharmacySuspended: where the row's pharmacy is.
    """
    if row is None:
        raise UnknownKey
    if row[5]:
        raise PharmacySuspended
    return Caller(row[0], row[1], row[2], Standing(row[3], row[4], suspended=False), row[6])


def admit(key: Presented, caller: Caller, at: datetime, *, names: bool, writing: Writing | None = None) -> None:
    """Count the call, unless it is counted already; while the caller pauses, what it names is neither told nor counted.

    :param names: whether the call names anything that is not the caller's own.
    :param writing: a row that the same statement writes where the call is admitted.
    :raises TooManyCalls, GuessedTooOften: as :func:`admitted` does.
    """
    if key.allowance is not None:
        return
    key.pharmacy_id = caller.pharmacy_id
    if names and caller.slowed_until is not None and is_slowed(caller.slowed_until, at):
        counted = count_calls(caller.pharmacy_id, at, calls=key.calls, sandbox=key.is_test, names=False)
        refused = pause_of(counted, caller.slowed_until, at)
        key.allowance = refused.allowance
        raise refused
    key.allowance = count_calls(
        caller.pharmacy_id,
        at,
        calls=key.calls,
        sandbox=key.is_test,
        missed=key.missed,
        names=names,
        writing=writing,
    )


def _one_row(statement: str, values: dict[str, Any]) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def _registrant(row: Sequence[Any] | None) -> Registrant | None:
    if row is None or row[FOUND] is None:
        return None
    return Registrant.from_db("default", ("id", "number"), row[FOUND:])
