"""The pharmacies' call that reads their messages: ``GET /events``."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from notifications.messages import is_number_of, messages_after, page_of_messages
from notifications.models import MessageType
from pledge.api.calls import CALLS, SCHEMAS, Described
from pledge.api.door import door
from pledge.api.fields import Wrong
from pledge.api.problems import FieldError, Malformed
from pledge.callers import Presented, caller_with_key
from pledge.rules.vocabulary import AuthorizationStatus

_WRITTEN = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_NO_CURSOR = "must be the next_cursor of an earlier answer, as it was given"


class Cursor(NamedTuple):
    """Where a reader stands: the number of the last message it has read."""

    description: str
    required: bool = False

    def read(self, value: Any) -> int:
        if not isinstance(value, str) or not _WRITTEN.fullmatch(value):
            raise Wrong(_NO_CURSOR)
        return int(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({_WRITTEN.pattern})$", "description": self.description}


LIST = {"cursor": Cursor("The `next_cursor` of the last answer; without it the list begins with the oldest message.")}


@door("GET", query=LIST)
def list_events(_: HttpRequest, key: Presented, at: datetime, asked: dict[str, Any]) -> HttpResponse:
    """Show a pharmacy's messages behind a cursor, oldest first.

    :raises Malformed: for a cursor that this list never gave: going on behind it would pass over messages.
    """
    caller = caller_with_key(key, at)
    behind = asked.get("cursor", 0)
    shown = messages_after(caller.pharmacy_id, behind, settings.API_PAGE_ROWS)
    if not shown and behind and not is_number_of(caller.pharmacy_id, behind):
        raise Malformed([FieldError("/cursor", _NO_CURSOR)])
    return HttpResponse(page_of_messages(shown, behind), content_type="application/json")


SCHEMAS["AuthorizationChange"] = {
    "type": "object",
    "properties": {
        "rma_number": {"type": "string"},
        "status": {"type": "string", "enum": [status.value for status in AuthorizationStatus],
                   "description": "What it became; ask for the authorization to know what it is now."},
    },
    "required": ["rma_number", "status"],
    "additionalProperties": False,
}  # fmt: skip
SCHEMAS["CertificationEnd"] = {
    "type": "object",
    "properties": {"certified_through": {"type": "string", "format": "date"}},
    "required": ["certified_through"],
    "additionalProperties": False,
}
SCHEMAS["Event"] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The same by whichever way it comes; also a webhook's `webhook-id`."},
        "type": {"type": "string", "enum": [kind.value for kind in MessageType]},
        "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
        "data": {
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("AuthorizationChange", "CertificationEnd")]
        },
    },
    "required": ["id", "type", "timestamp", "data"],
    "additionalProperties": False,
}
SCHEMAS["Events"] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
        "next_cursor": {
            "type": "string",
            "description": "Always given: ask again with it. Where `items` is empty there was nothing new.",
        },
    },
    "required": ["items", "next_cursor"],
    "additionalProperties": False,
}
CALLS.append(
    Described(
        "get", "events", "listEvents", "What happened since the last time", 200, "Events", query=LIST,
        description="The pharmacy's messages behind a cursor, oldest first. Keep the newest `next_cursor` and ask with "
        "it again; what has been read once is not given twice.",
        answer={
            "items": [
                {
                    "id": "msg_5f0c2b7e9d314a6c8e17a2f4b6d8c0e1",
                    "type": MessageType.AUTHORIZATION_LAPSED.value,
                    "timestamp": "2026-11-28T06:10:00Z",
                    "data": {"rma_number": "187648062949", "status": AuthorizationStatus.LAPSED.value},
                },
            ],
            "next_cursor": "81",
        },
    )
)  # fmt: skip
