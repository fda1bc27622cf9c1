"""What a test key asks for in the sandbox: kept apart from every live row, and no act of the program.

Hence no event in the trail and no ``By``: made-up registrants have no record that anyone may ever ask about (decision
0021). What is decided is remembered with its answer as a live call's is, in one transaction.
"""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from pledge.actions.answers import AnswerMemory
from pledge.actions.steps import insert_numbered, new_number
from pledge.models import SandboxAuthorization
from pledge.rows import update
from pledge.rules.dispensing import ended_refusal
from pledge.rules.refusals import Refused
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus
from pledge.sandbox.judging import judge_hand_over, judge_request, status_now
from pledge.sandbox.people import MadeUp, person_numbered

BEGINNING, DIGITS_DRAWN = "0", 11  # no live number begins with a zero, so none is ever the same
_LOCK = "SELECT pg_advisory_xact_lock(named) FROM (SELECT %s::bigint AS named) AS one"

Outcome = SandboxAuthorization | Refused | None


class Asked(NamedTuple):
    """What an authorization in the sandbox is asked for with."""

    days_supply: int
    pharmacist: str
    client_reference: str = ""


class Report(NamedTuple):
    """A dispense without an authorization, as the sandbox acknowledges it; it is kept nowhere."""

    report_number: str
    days_supply: int
    dispensed_on: date


def authorize(*, person: MadeUp | None, pharmacy_id: int, asked: Asked, memory: AnswerMemory, at: datetime) -> None:
    """Issue an authorization for a made-up registrant, or refuse with every reason; None is found by no one."""

    def decide() -> Outcome:
        if person is None:
            return None
        live = _live_locked(pharmacy_id, person)
        decision = judge_request(person, live, asked.days_supply, at)
        if decision.refusals:
            return Refused(decision.refusals)
        if live is not None:  # it ended, else it would have refused this one
            live.status = status_now(person, live, at)
            update(live, ["status"])
        issued = insert_numbered(
            SandboxAuthorization(
                pharmacy_id=pharmacy_id,
                registrant_number=person.number,
                pharmacist=asked.pharmacist,
                client_reference=asked.client_reference,
                days_supply=asked.days_supply,
                status=AuthorizationStatus.ISSUED,
                edition=decision.edition,
                issued_at=at,
                do_not_dispense_after=decision.do_not_dispense_after,
            ),
            "rma_number",
            DIGITS_DRAWN,
            beginning=BEGINNING,
        )
        _forget_oldest(pharmacy_id)
        return issued

    _decided(decide, memory)


def dispense(*, rma_number: str, pharmacy_id: int, memory: AnswerMemory, at: datetime) -> None:
    """Dispense an authorization of the sandbox, everything judged again; it uses nothing up."""

    def decide() -> Outcome:
        person, kept = _locked(rma_number, pharmacy_id)
        if person is None or kept is None:
            return None
        decision = judge_hand_over(person, kept, at)
        if decision.refusals:
            return Refused(decision.refusals)
        kept.status, kept.dispensed_at = AuthorizationStatus.DISPENSED, at
        update(kept, ["status", "dispensed_at"])
        return kept

    _decided(decide, memory)


def reverse(*, rma_number: str, pharmacy_id: int, memory: AnswerMemory, at: datetime) -> None:
    """Give back an authorization of the sandbox; a lapsed one too."""

    def decide() -> Outcome:
        person, kept = _locked(rma_number, pharmacy_id)
        if person is None or kept is None:
            return None
        status = status_now(person, kept, at)
        if status not in LIVE_STATUSES | {AuthorizationStatus.LAPSED}:
            return Refused([ended_refusal(status)])
        kept.status, kept.reversed_at = AuthorizationStatus.REVERSED, at
        update(kept, ["status", "reversed_at"])
        return kept

    _decided(decide, memory)


def report_dispense(*, person: MadeUp | None, days_supply: int, dispensed_on: date, memory: AnswerMemory) -> None:
    """Acknowledge a report about a made-up registrant; only the answer is kept."""
    number = f"{BEGINNING}{new_number(DIGITS_DRAWN)}"
    _decided(lambda: Report(number, days_supply, dispensed_on) if person else None, memory)


def forget_sandbox(at: datetime, *, dry_run: bool = False) -> int:
    """Delete what was issued in the sandbox longer ago than answers are kept, and give how many; the night calls it.

    :param dry_run: only count them.
    """
    old = SandboxAuthorization.objects.filter(issued_at__lt=at - timedelta(days=settings.ANSWERS_KEPT_DAYS))
    return old.count() if dry_run else old.delete()[0]


def _forget_oldest(pharmacy_id: int) -> None:
    """Delete a pharmacy's oldest beyond the number that is kept; one that is held at this moment goes with the next."""
    own = SandboxAuthorization.objects.filter(pharmacy_id=pharmacy_id)
    newest_forgotten = own.order_by("-pk").values("pk")[settings.SANDBOX_KEPT : settings.SANDBOX_KEPT + 1]
    forgotten = own.filter(pk__lte=newest_forgotten).order_by().select_for_update(skip_locked=True).values("pk")
    SandboxAuthorization.objects.filter(pk__in=forgotten).delete()


def _decided(decide: Callable[[], Outcome | Report], memory: AnswerMemory) -> None:
    with transaction.atomic(durable=True):
        memory.claim()
        memory.keep(decide())  # a refusal has written nothing, so it needs no rollback


def _live_locked(pharmacy_id: int, person: MadeUp) -> SandboxAuthorization | None:
    """Give the authorization not yet used that a pharmacy holds; until the transaction ends, it can get no other."""
    named = hashlib.sha256(f"sandbox\n{pharmacy_id}\n{person.number}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [int.from_bytes(named[:8], signed=True)])
    rows = SandboxAuthorization.objects.filter(pharmacy_id=pharmacy_id, registrant_number=person.number)
    return rows.filter(status=AuthorizationStatus.ISSUED).select_for_update(no_key=True).first()


def _locked(rma_number: str, pharmacy_id: int) -> tuple[MadeUp | None, SandboxAuthorization | None]:
    rows = SandboxAuthorization.objects.filter(rma_number=rma_number, pharmacy_id=pharmacy_id)
    kept = rows.select_for_update(no_key=True).first()
    return (person_numbered(kept.registrant_number), kept) if kept else (None, None)
