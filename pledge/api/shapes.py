"""What the program says, as the API's JSON: nothing beyond the contract's fields (pharmacy-api, Calls)."""

import json
from datetime import datetime
from typing import Any

from pledge.api.problems import reasons_of
from pledge.models import Authorization
from pledge.rules.dispensing import Decision
from pledge.rules.vocabulary import AuthorizationStatus


def eligibility_body(decision: Decision, at: datetime) -> str:
    """Give a check's answer; the date is told only where something may be dispensed until then."""
    last_day = decision.do_not_dispense_after if decision.allowed else None
    return json.dumps(
        {
            "eligible": decision.allowed,
            "reasons": reasons_of(decision.refusals),
            "do_not_dispense_after": last_day.isoformat() if last_day else None,
            "edition": decision.edition,
            "checked_at": instant(at),
        }
    )


def authorization_body(
    authorization: Authorization, registrant_number: str, status: AuthorizationStatus | None = None
) -> str:
    """Give an authorization, with its status as it is or as ``status`` says."""
    last_day = authorization.do_not_dispense_after
    members: dict[str, Any] = {
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
    return json.dumps(members)


def instant(at: datetime | None) -> str | None:
    """Give an instant in UTC as RFC 3339 writes it, or null."""
    return at.isoformat().replace("+00:00", "Z") if at else None
