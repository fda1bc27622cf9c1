"""What a pharmacy holds: its standing; its own authorizations, each as it is judged at the instant of asking."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from pledge.callers import (
    CALLER_COLUMNS,
    CALLER_IS_KNOWN,
    CALLER_TABLES,
    FOUND,
    TEST_CALLER_IS_KNOWN,
    Caller,
    Presented,
    admitted,
)
from pledge.eligibility import Shown, status_of
from pledge.facts import records_of_many
from pledge.models import Authorization
from pledge.rules.calendar import program_day
from pledge.rules.history import Record
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus
from pledge.trail import By, record_listing

LIST = "authorizations listed"
_KEPT_ALONE = frozenset({AuthorizationStatus.DISPENSED, AuthorizationStatus.REVERSED})  # no judgment leads to these


class Page(NamedTuple):
    """One page of a pharmacy's authorizations, newest first; ``next_after`` is the RMA number after which others are.

    None of those left out is of the status that was asked for, so a page may be short though others follow.
    """

    shown: tuple[Shown, ...]
    next_after: str | None


class Own(NamedTuple):
    """A caller, with its pharmacy's number and the instant at which the key that it calls with ends, or None."""

    caller: Caller
    number: str
    key_expires_at: datetime | None


def own_standing(key: Presented, at: datetime) -> Own:
    """Give what a key's holder may know of itself; a key of the sandbox is told the same.

    :raises UnknownKey, PharmacySuspended, TooManyCalls: where the key's holder may not ask.
    """
    known = TEST_CALLER_IS_KNOWN if key.is_test else CALLER_IS_KNOWN
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {CALLER_COLUMNS}, f.number, k.expires_at FROM {CALLER_TABLES} WHERE {known}",  # noqa: S608
            {"digest": key.digest, "at": at},
        )
        row = cursor.fetchone()
    caller = admitted(key, row, at)
    return Own(caller, *row[FOUND:])


def page_of_authorizations(
    *, by: By, status: AuthorizationStatus | None = None, client_reference: str = "", after: str = "", at: datetime
) -> Page:
    """Give one page of the acting pharmacy's own authorizations, and leave in the access trail whom it showed.

    Rows are read, their registrants' records gathered, and the trail written in one statement each.

    :param status: only those that are this at the instant of asking.
    :param after: the RMA number at which the page before ended; all later ones without it.
    """
    rows = _candidates(by, status, client_reference, after)
    page, others = rows[: settings.API_PAGE_ROWS], rows[settings.API_PAGE_ROWS :]
    shown = tuple(found for found in judged(page, at) if status is None or found.status == status)
    record_listing(what=LIST, by=by, at=at, numbers=dict.fromkeys(found.registrant_number for found in shown))
    return Page(shown, page[-1].rma_number if others else None)


def judged(authorizations: Sequence[Authorization], at: datetime) -> list[Shown]:
    """Give authorizations as they are at an instant; the records of those not yet used are read in one statement.

    :param authorizations: each with its registrant.
    """
    on = program_day(at)
    undecided = [row.registrant_id for row in authorizations if row.status in LIVE_STATUSES]
    records = records_of_many(undecided, on)
    return [Shown(row, row.registrant.number, _status(row, records, on)) for row in authorizations]


def _status(row: Authorization, records: Mapping[int, Record], on: date) -> AuthorizationStatus:
    if row.status not in LIVE_STATUSES:
        return AuthorizationStatus(row.status)
    record = records.get(row.registrant_id)
    if record is None:  # merged into another since the row was read, and so revoked
        return AuthorizationStatus.REVOKED
    return status_of(row, record, on)


def _candidates(
    by: By, status: AuthorizationStatus | None, client_reference: str, after: str
) -> Sequence[Authorization]:
    """Read one row more than a page holds of those that may be what is asked for."""
    own = Authorization.objects.of_pharmacy(by.pharmacy)
    rows: QuerySet[Authorization] = own.select_related("registrant").newest_first()
    if client_reference:
        rows = rows.filter(client_reference=client_reference)
    if status is not None:
        rows = rows.filter(status__in={status} if status in _KEPT_ALONE else {status, *LIVE_STATUSES})
    if after:
        rows = rows.filter(pk__lt=own.filter(rma_number=after).values("pk"))
    return list(rows[: settings.API_PAGE_ROWS + 1])
