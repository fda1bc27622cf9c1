"""The OpenAPI 3.1 document of the API, made by drf-spectacular from the contract that the calls are read with."""

import json
from collections.abc import Collection, Mapping
from functools import cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.views import APIView

from pledge.api.calls import CALLS, SCHEMAS, Described
from pledge.api.contract import BODIES, COMPONENTS
from pledge.api.examples import REASON
from pledge.api.fields import Field, Fields, fields_schema
from pledge.api.problems import (
    BROKEN,
    KEY_MISSING,
    KINDS,
    MALFORMED,
    NOT_ELIGIBLE,
    PROBLEM_TYPE,
    RETRY_SECONDS,
    UNAUTHENTICATED,
    Kind,
    problem_members,
)

ROOT = "/api/v1/"
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 255 printable ASCII characters, a new one for each decision asked for; kept 30 days. "
    "The same key and body are answered as before, with `Idempotent-Replayed: true`.",
)

_COUNTED = frozenset({200, 201, 202, 400, 404, 409, 413, 415, 422, 429})  # what a call whose key is usable may get
_ERROR = {"pointer": "/days_supply", "detail": "must be a whole number from 1 to 999"}
_SAID_BESIDE: dict[Kind, dict[str, Any]] = {
    MALFORMED: {"errors": [_ERROR]},
    NOT_ELIGIBLE: {"reasons": [REASON]},
    BROKEN: {"reference": "1f0e2d3c4b5a6978"},
}

_one_at_a_time = Lock()  # drf-spectacular loads its parts as it goes, and two threads would trip over each other


def openapi_text() -> str:
    """Give the document as JSON text; it does not change while the process lives."""
    with _one_at_a_time:
        return _made_once()


@cache
def _made_once() -> str:
    return json.dumps(openapi())


def openapi() -> dict[str, Any]:
    """Give the document, complete with the components that the calls refer to."""
    document = SchemaGenerator(patterns=_patterns()).get_schema(public=True)
    document["components"] = {
        "schemas": COMPONENTS | SCHEMAS,
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A pharmacy's key."}},
    }
    for call in CALLS:
        address = ROOT + call.path.replace("<str:", "{").replace(">", "}")
        described = document["paths"][address][call.method]
        described["security"] = [{"key": []}]
        if call.takes:
            described["requestBody"]["required"] = True
        _name_answers(call, described, address)
        _give_examples(call, described)
    document["servers"] = [{"url": settings.PUBLIC_ADDRESS or "/"}]
    document["webhooks"] = _webhooks()
    document["info"]["description"] = "What a pharmacy's software relies on. Within a version fields are only added."
    return document


def _name_answers(call: Described, described: dict[str, Any], address: str) -> None:
    """Say beside each status of a call which problems it stands for, and show each."""
    for status, answer in described["responses"].items():
        kinds = [kind for kind in KINDS if str(kind.status) == status and _may_be(kind, call)]
        answer["description"] = "; ".join(f"`{kind.name}`: {kind.title}" for kind in kinds) or "Done."
        if kinds:
            answer["content"][PROBLEM_TYPE]["examples"] = {
                kind.name: {"value": problem_members(kind, address, **_SAID_BESIDE.get(kind, {}))} for kind in kinds
            }


def _may_be(kind: Kind, call: Described) -> bool:
    return (call.decides or kind is not KEY_MISSING) and (call.judges or kind is not NOT_ELIGIBLE)


def _webhooks() -> dict[str, Any]:
    """Tell the messages that are sent, each by its type; they are what ``GET /events`` shows."""
    return {
        kind: {
            "post": {
                "operationId": f"on{''.join(word.title() for word in kind.split('.'))}",
                "summary": f"`{kind}`, signed as the Standard Webhooks specification says",
                "tags": ["webhooks"],
                "parameters": [
                    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
                    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}},
                },
                "responses": {"2XX": {"description": "Taken; anything else, and no answer in time, is tried again."}},
            }
        }
        for kind in SCHEMAS["Event"]["properties"]["type"]["enum"]
    }


def _give_examples(call: Described, described: dict[str, Any]) -> None:
    """Show what may be sent, in the body and in the address, and what is then answered.

    A parameter of the address may also be left empty, unless it is required; drf-spectacular has no word for that.
    """
    if call.example is not None:
        described["requestBody"]["content"]["application/json"]["example"] = call.example
    described["responses"][str(call.success)]["content"]["application/json"]["example"] = call.answer
    for parameter in described.get("parameters", ()):
        if parameter["in"] == "query" and not parameter.get("required"):
            parameter["allowEmptyValue"] = True
        if parameter["name"] in (call.asks or {}):
            parameter["example"] = (call.asks or {})[parameter["name"]]


def _patterns() -> list[Any]:
    calls_at: dict[str, list[Described]] = {}
    for call in CALLS:
        calls_at.setdefault(call.path, []).append(call)
    return [path(f"{ROOT[1:]}{address}", _described(calls)) for address, calls in calls_at.items()]


def _described(calls: list[Described]) -> Any:
    """Make a view that is never called: drf-spectacular reads calls off views of REST framework."""
    methods = {call.method: _method(call) for call in calls}
    return type(calls[0].operation, (APIView,), {**methods, "permission_classes": []}).as_view()  # type: ignore[attr-defined]


def _method(call: Described) -> Any:
    responses: dict[Any, Any] = {(call.success, "application/json"): {"$ref": f"#/components/schemas/{call.gives}"}}
    statuses = sorted(call.statuses)
    responses |= {(status, PROBLEM_TYPE): {"$ref": "#/components/schemas/Problem"} for status in statuses}
    retried = sorted(
        {kind.status for kind in KINDS if kind.name in RETRY_SECONDS or kind.status == 429} & call.statuses
    )
    responds = {call.success, *statuses}
    headers = [
        _told("Retry-After", retried, "In how many seconds to ask again.", OpenApiTypes.INT),
        _told("RateLimit-Policy", _COUNTED & responds, 'How many calls a minute, such as `"calls";q=1200;w=60`.'),
        _told("RateLimit", _COUNTED & responds, 'How many are left for how many seconds, as `"calls";r=1187;t=43`.'),
        _told("WWW-Authenticate", [UNAUTHENTICATED.status], "How a key is brought."),
        _told("Allow", [405], "The methods that the address takes."),
    ]
    if call.decides:
        replayed = {call.success, 404, 409}
        headers.append(_told("Idempotent-Replayed", replayed, "`true` where the request was answered before."))

    def called(view: APIView, request: HttpRequest) -> None: ...

    called.__doc__ = call.summary
    return extend_schema(
        operation_id=call.operation,
        summary=call.summary,
        tags=["pharmacies"],
        description=call.description,
        request={"application/json": _body(call.takes)} if call.takes else None,
        responses=responses,
        parameters=[*headers, *([_KEY] if call.decides else []), *_parameters(call.query or {})],
    )(called)


def _parameters(query: Mapping[str, Field]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(name, field.schema(), OpenApiParameter.QUERY, required=field.required)
        for name, field in query.items()
    ]


def _told(name: str, statuses: Collection[int], description: str, kind: OpenApiTypes = OpenApiTypes.STR) -> Any:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, response=sorted(statuses), description=description)


def _body(fields: Fields) -> dict[str, Any]:
    """Refer to a body by its name; one that another part of the service declares is told in place."""
    name = next((name for name, named in BODIES.items() if named is fields), None)
    return {"$ref": f"#/components/schemas/{name}"} if name else fields_schema(fields)
