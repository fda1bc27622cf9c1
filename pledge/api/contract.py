"""The contract in words: what each call takes and gives, as it is read, written and shown in the schema."""

from typing import Any

from pledge.api.fields import Day, Fields, OneOf, Several, Text, Whole, fields_schema
from pledge.rules.refusals import PharmacyClass
from pledge.rules.vocabulary import Actor, AuthorizationStatus, ReversalReason

_PHARMACIST = Text(64, "The pharmacist's own id, kept in the trail.")
CHECK: Fields = {
    "registrant_number": Text(20, "The number the program gave the registrant."),
    "date_of_birth": Day("The registrant's date of birth."),
    "days_supply": Whole(1, 999, "The days' supply that would be handed over."),
    "pharmacist": _PHARMACIST,
}
AUTHORIZATION: Fields = {
    **CHECK,
    "client_reference": Text(64, "Whatever the pharmacy's software wants to find again.", required=False),
}
DISPENSE: Fields = {"pharmacist": _PHARMACIST}
REVERSAL: Fields = {
    "pharmacist": _PHARMACIST,
    "reason": OneOf({word.value: word for word in ReversalReason}, "Why it is given back."),
}

CHECKS_MOST = 100
CHECKS: Fields = {
    "checks": Several(1, CHECKS_MOST, "EligibilityCheck", "Each is judged and counted as if it were asked alone."),
}
REPORT: Fields = {
    **CHECK,
    "days_supply": Whole(1, 999, "The days' supply that was handed over."),
    "dispensed_on": Day("The day it was handed over, where that was not today.", required=False),
    "note": Text(500, "What happened, for the program. No health matters, please.", required=False),
}
_CURSOR = Text(200, "The `next_cursor` of the page before; without it the list begins with the newest.", required=False)
LISTING: Fields = {
    "status": OneOf(
        {word.value: word for word in AuthorizationStatus},
        "Only those that are this at the moment of asking. Ask for `lapsed` and `revoked` to find what goes back to "
        "stock. A page may then be short, or empty, though others follow.",
        required=False,
    ),
    "client_reference": Text(64, "Only those that were asked for with this reference.", required=False),
    "cursor": _CURSOR,
}
BODIES: dict[str, Fields] = {
    "EligibilityCheck": CHECK,
    "EligibilityChecks": CHECKS,
    "AuthorizationRequest": AUTHORIZATION,
    "DispenseRequest": DISPENSE,
    "ReversalRequest": REVERSAL,
    "DispenseReport": REPORT,
}

_DAY_OR_NULL = {"type": ["string", "null"], "format": "date"}
_INSTANT = {"type": "string", "format": "date-time"}
_INSTANT_OR_NULL = {"type": ["string", "null"], "format": "date-time"}


def closed(**properties: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of an object that has all of these members and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


REASON = closed(
    code={"type": "string", "enum": [word.value for word in PharmacyClass]},
    message={"type": "string", "description": "One sentence."},
    who_acts={"type": "string", "enum": [word.value for word in Actor]},
    next_step={"type": "string", "description": "What comes next, in one sentence."},
)
ELIGIBILITY = closed(
    eligible={"type": "boolean"},
    reasons={"type": "array", "items": {"$ref": "#/components/schemas/Reason"}},
    do_not_dispense_after={
        **_DAY_OR_NULL,
        "description": "The last day for dispensing; null where nothing may be dispensed or the edition has no window.",
    },
    edition={"type": "string", "description": "The edition of the program's rules that judged."},
    checked_at=_INSTANT,
)
AUTHORIZATION_SHOWN = closed(
    rma_number={"type": "string", "pattern": "^[0-9]{1,20}$"},
    status={"type": "string", "enum": [word.value for word in AuthorizationStatus]},
    registrant_number={"type": "string"},
    days_supply={"type": "integer", "minimum": 1},
    do_not_dispense_after=_DAY_OR_NULL,
    issued_at=_INSTANT,
    dispensed_at=_INSTANT_OR_NULL,
    reversed_at=_INSTANT_OR_NULL,
    edition={"type": "string"},
    client_reference={"type": ["string", "null"]},
)
RESULTS = closed(
    results={
        "type": "array",
        "description": "One for each check, in the order in which they were asked.",
        "items": {
            "oneOf": [{"$ref": "#/components/schemas/Eligibility"}, {"$ref": "#/components/schemas/Problem"}],
        },
    },
)
AUTHORIZATIONS_SHOWN = closed(
    items={
        "type": "array",
        "description": "Newest first; the pharmacy's own alone.",
        "items": {"$ref": "#/components/schemas/Authorization"},
    },
    next_cursor={"type": ["string", "null"], "description": "Asks for the next page; null on the last one."},
)
PHARMACY_SHOWN = closed(
    number={"type": "string"},
    name={"type": "string"},
    standing={
        "type": "string",
        "enum": ["active", "not_active"],
        "description": "Nothing is authorized for a pharmacy that is not active.",
    },
    certified_on={**_DAY_OR_NULL, "description": "The day on which the activation began."},
    certified_through={**_DAY_OR_NULL, "description": "The last day of the activation."},
    key=closed(
        prefix={"type": "string", "description": "Names the key that this call was made with."},
        sandbox={"type": "boolean", "description": "Whether it is a test key, of made-up registrants alone."},
        expires_at={**_INSTANT_OR_NULL, "description": "When the key ends; null where it goes on until it is revoked."},
    ),
)
REPORT_SHOWN = closed(
    report_number={"type": "string", "pattern": "^[0-9]{1,20}$", "description": "Quote it to the program."},
    registrant_number={"type": "string"},
    days_supply={"type": "integer", "minimum": 1},
    dispensed_on={"type": "string", "format": "date"},
    recorded_at=_INSTANT,
    next_step={"type": "string", "description": "What comes next, in one sentence."},
)
FIELD_ERROR = closed(
    pointer={
        "type": "string",
        "description": "A JSON pointer into the body, or a query parameter after a slash; empty for the whole of it.",
    },
    detail={"type": "string", "description": "One sentence."},
)
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457.",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "An address that opens what the problem means."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "reasons": {"type": "array", "items": {"$ref": "#/components/schemas/Reason"}},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        "reference": {"type": "string", "description": "Quote it when asking about a failure of ours."},
    },
    "required": ["type", "title", "status", "detail", "instance"],
    "additionalProperties": False,
}
COMPONENTS = {
    "Reason": REASON,
    "Eligibility": ELIGIBILITY,
    "EligibilityResults": RESULTS,
    "Authorization": AUTHORIZATION_SHOWN,
    "Authorizations": AUTHORIZATIONS_SHOWN,
    "Pharmacy": PHARMACY_SHOWN,
    "DispenseReported": REPORT_SHOWN,
    "FieldError": FIELD_ERROR,
    "Problem": PROBLEM,
    **{name: fields_schema(fields) for name, fields in BODIES.items()},
}
