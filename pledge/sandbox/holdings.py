"""What a pharmacy's test keys hold in the sandbox, each as it is judged at the instant of asking."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from pledge.models import SandboxAuthorization
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus
from pledge.sandbox.judging import status_now
from pledge.sandbox.people import person_numbered


class Shown(NamedTuple):
    """An authorization, the number of its made-up registrant, and its status at the instant of asking."""

    authorization: SandboxAuthorization
    registrant_number: str
    status: AuthorizationStatus


class Page(NamedTuple):
    """One page, newest first; ``next_after`` is the RMA number after which others are."""

    shown: tuple[Shown, ...]
    next_after: str | None


def live_of(pharmacy_id: int, numbers: Iterable[str]) -> dict[str, SandboxAuthorization]:
    """Give, by the numbers of made-up registrants, the authorization not yet used that a pharmacy holds for each."""
    rows = SandboxAuthorization.objects.filter(
        pharmacy_id=pharmacy_id, registrant_number__in=set(numbers), status=AuthorizationStatus.ISSUED
    )
    return {row.registrant_number: row for row in rows}


def authorization_numbered(pharmacy_id: int, rma_number: str, at: datetime) -> Shown | None:
    """Give one of a pharmacy's own, or None."""
    kept = SandboxAuthorization.objects.filter(pharmacy_id=pharmacy_id, rma_number=rma_number).first()
    return _shown(kept, at) if kept else None


def page_of_authorizations(
    pharmacy_id: int, *, status: AuthorizationStatus | None, client_reference: str, after: str, at: datetime
) -> Page:
    """Give one page of a pharmacy's own; as in the live list, it may be short where a status is asked for.

    :param after: the RMA number at which the page before ended.
    """
    own = SandboxAuthorization.objects.filter(pharmacy_id=pharmacy_id)
    rows = own.order_by("-id")
    if client_reference:
        rows = rows.filter(client_reference=client_reference)
    if status is not None:
        rows = rows.filter(status__in={status, *LIVE_STATUSES})
    if after:
        rows = rows.filter(pk__lt=own.filter(rma_number=after).values("pk"))
    found = list(rows[: settings.API_PAGE_ROWS + 1])
    page, others = found[: settings.API_PAGE_ROWS], found[settings.API_PAGE_ROWS :]
    shown = (_shown(row, at) for row in page)
    return Page(tuple(one for one in shown if status in {None, one.status}), page[-1].rma_number if others else None)


def _shown(row: SandboxAuthorization, at: datetime) -> Shown:
    person = person_numbered(row.registrant_number)
    status = status_now(person, row, at) if person else AuthorizationStatus(row.status)
    return Shown(row, row.registrant_number, status)
