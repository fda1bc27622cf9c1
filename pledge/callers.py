"""The pharmacies' software at the door: a key, its pharmacy and what the call names, found in one statement.

A number that is not there, a wrong date of birth and another pharmacy's authorization find the same nothing by the
same work (pharmacy-api, Problems).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from pledge.models import Pharmacy, Registrant
from pledge.rules.history import Standing

CALLER_COLUMNS = "k.prefix, f.id, f.name, f.certified_on, f.certified_through, f.suspended_at IS NOT NULL"
CALLER_TABLES = "pledge_pharmacykey k JOIN pledge_pharmacy f ON f.id = k.pharmacy_id"
CALLER_IS_KNOWN = "k.digest = %(digest)s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %(at)s)"
NAMED_REGISTRANT = "r.number = %(number)s AND r.born_on = %(born_on)s AND r.merged_into_id IS NULL"

_ALONE = f"SELECT {CALLER_COLUMNS} FROM {CALLER_TABLES} WHERE {CALLER_IS_KNOWN}"  # noqa: S608
_WITH_REGISTRANT = f"""
    SELECT {CALLER_COLUMNS}, r.id, r.number
      FROM {CALLER_TABLES} LEFT JOIN pledge_registrant r ON {NAMED_REGISTRANT}
     WHERE {CALLER_IS_KNOWN}
"""  # noqa: S608
_WITH_AUTHORIZATION = f"""
    SELECT {CALLER_COLUMNS}, r.id, r.number
      FROM {CALLER_TABLES}
      LEFT JOIN pledge_authorization x ON x.rma_number = %(rma_number)s AND x.pharmacy_id = f.id
      LEFT JOIN pledge_registrant r ON r.id = x.registrant_id
     WHERE {CALLER_IS_KNOWN}
"""  # noqa: S608


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

    @property
    def pharmacy(self) -> Pharmacy:
        """The pharmacy's row, as far as it was read; the rest is fetched when asked for."""
        return Pharmacy.from_db("default", ("id", "name"), (self.pharmacy_id, self.pharmacy_name))


class Named(NamedTuple):
    """A caller, and the registrant that the call names, or None where the caller may not know of one."""

    caller: Caller
    registrant: Registrant | None


def caller_with_key(digest: str, at: datetime) -> Caller:
    """Give who calls with a key.

    :param digest: of the key, as it is kept.
    :raises UnknownKey: where no such key is usable at that instant.
    :raises PharmacySuspended: where its pharmacy is.
    """
    return caller_of(_one_row(_ALONE, {"digest": digest, "at": at}))


def naming_registrant(digest: str, number: str, born_on: date, at: datetime) -> Named:
    """Give who calls, and the registrant of that number and date of birth (section 7).

    :raises UnknownKey, PharmacySuspended: as :func:`caller_with_key` does.
    """
    row = _one_row(_WITH_REGISTRANT, {"digest": digest, "at": at, "number": number, "born_on": born_on})
    return Named(caller_of(row), _registrant(row))


def naming_authorization(digest: str, rma_number: str, at: datetime) -> Named:
    """Give who calls, and the registrant of the caller's own authorization of that number.

    :raises UnknownKey, PharmacySuspended: as :func:`caller_with_key` does.
    """
    row = _one_row(_WITH_AUTHORIZATION, {"digest": digest, "at": at, "rma_number": rma_number})
    return Named(caller_of(row), _registrant(row))


def caller_of(row: Sequence[Any] | None) -> Caller:
    """Build a caller from a row that begins with ``CALLER_COLUMNS``.

    :raises UnknownKey: where there is no row.
    :raises PharmacySuspended: where the row's pharmacy is.
    """
    if row is None:
        raise UnknownKey
    if row[5]:
        raise PharmacySuspended
    return Caller(row[0], row[1], row[2], Standing(row[3], row[4], suspended=False))


def _one_row(statement: str, values: dict[str, Any]) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def _registrant(row: Sequence[Any] | None) -> Registrant | None:
    if row is None or row[6] is None:
        return None
    return Registrant.from_db("default", ("id", "number"), row[6:8])
