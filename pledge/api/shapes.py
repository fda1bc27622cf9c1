"""What the program says, as the API's JSON: nothing beyond the contract's fields (pharmacy-api, Calls).

What is shown comes as it is kept: a live row or one of the sandbox, which bear the same names.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from pledge.api.problems import reasons_of
from pledge.rules.dispensing import Decision
from pledge.rules.vocabulary import AuthorizationStatus

REPORT_NEXT_STEP = (
    "The program follows this up with the authorized representative; "
    "ask for an authorization before anything else is handed over."
)


class Authorized(Protocol):
    """What is told of an authorization."""

    rma_number: str
    status: str
    days_supply: int
    do_not_dispense_after: date | None
    issued_at: datetime
    dispensed_at: datetime | None
    reversed_at: datetime | None
    edition: str
    client_reference: str


class Reported(Protocol):
    """What is told of a dispense that was reported without an authorization."""

    report_number: str | None
    days_supply: int
    dispensed_on: date


def eligibility_members(decision: Decision, at: datetime) -> dict[str, Any]:
    """Give a check's answer; the date is told only where something may be dispensed until then."""
    last_day = decision.do_not_dispense_after if decision.allowed else None
    return {
        "eligible": decision.allowed,
        "reasons": reasons_of(decision.refusals),
        "do_not_dispense_after": last_day.isoformat() if last_day else None,
        "edition": decision.edition,
        "checked_at": instant(at),
    }


def eligibility_body(decision: Decision, at: datetime) -> str:
    """Give a check's answer as JSON text."""
    return json.dumps(eligibility_members(decision, at))


def authorization_members(
    authorization: Authorized, registrant_number: str, status: AuthorizationStatus | None = None
) -> dict[str, Any]:
    """Give an authorization, with its status as it is kept or as ``status`` says."""
    last_day = authorization.do_not_dispense_after
    return {
        "rma_number": authorization.rma_number,
        "status": status or authorization.status,
        "registrant_number": registrant_number,
        "days_supply": authorization.days_supply,
        "do_not_dispense_after": last_day.isoformat() if last_day else None,
        "issued_at": instant(authorization.issued_at),
        "dispensed_at": instant(authorization.dispensed_at),
        "reversed_at": instant(authorization.reversed_at),
        "edition": authorization.edition,
        "client_reference": authorization.client_reference or None,
    }


def authorization_body(
    authorization: Authorized, registrant_number: str, status: AuthorizationStatus | None = None
) -> str:
    """Give an authorization as JSON text."""
    return json.dumps(authorization_members(authorization, registrant_number, status))


def page_body(items: Sequence[dict[str, Any]], next_cursor: str | None) -> str:
    """Give one page of a list, and what asks for the next."""
    return json.dumps({"items": list(items), "next_cursor": next_cursor})


def pharmacy_body(
    *,
    number: str,
    name: str,
    active: bool,
    certified_on: date | None,
    certified_through: date | None,
    key_prefix: str,
    sandbox: bool,
    key_expires_at: datetime | None,
) -> str:
    """Give a pharmacy's own standing, and the key that it calls with."""
    return json.dumps(
        {
            "number": number,
            "name": name,
            "standing": "active" if active else "not_active",
            "certified_on": certified_on.isoformat() if certified_on else None,
            "certified_through": certified_through.isoformat() if certified_through else None,
            "key": {"prefix": key_prefix, "sandbox": sandbox, "expires_at": instant(key_expires_at)},
        }
    )


def report_body(reported: Reported, registrant_number: str, *, recorded_at: datetime) -> str:
    """Give the receipt for a dispense that was reported without an authorization."""
    return json.dumps(
        {
            "report_number": reported.report_number,
            "registrant_number": registrant_number,
            "days_supply": reported.days_supply,
            "dispensed_on": reported.dispensed_on.isoformat(),
            "recorded_at": instant(recorded_at),
            "next_step": REPORT_NEXT_STEP,
        }
    )


def instant(at: datetime | None) -> str | None:
    """Give an instant in UTC as RFC 3339 writes it, or null."""
    return at.isoformat().replace("+00:00", "Z") if at else None
