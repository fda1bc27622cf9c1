"""The contract in words: what each call takes and gives, as it is read, written and shown in the schema."""

from typing import Any

from pledge.api.fields import Day, Fields, OneOf, Text, Whole
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
FIELD_ERROR = closed(
    pointer={"type": "string", "description": "A JSON pointer into the body; empty for the whole of it."},
    detail={"type": "string", "description": "One sentence."},
)
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457.",
    "properties": {
        "type": {"type": "string"},
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
    "Authorization": AUTHORIZATION_SHOWN,
    "FieldError": FIELD_ERROR,
    "Problem": PROBLEM,
}
