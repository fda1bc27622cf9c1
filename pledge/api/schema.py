"""The OpenAPI 3.1 document of the API, made by drf-spectacular from the contract that the calls are read with."""

import json
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.views import APIView

from pledge.api.bodies import fields_schema
from pledge.api.calls import CALLS, SCHEMAS, Described
from pledge.api.contract import COMPONENTS
from pledge.api.fields import Field
from pledge.api.problems import KEY_MISSING, KINDS, PROBLEM_TYPE, RETRY_SECONDS

ROOT = "/api/v1/"
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 255 printable ASCII characters, a new one for each decision asked for; kept 30 days. "
    "The same key and body are answered as before, with `Idempotent-Replayed: true`.",
)

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
    for calls in document["paths"].values():
        for call in calls.values():
            call["security"] = [{"key": []}]
            _name_answers(call)
    document["info"]["description"] = "What a pharmacy's software relies on. Within a version fields are only added."
    return document


def _name_answers(call: dict[str, Any]) -> None:
    """Say beside each status of a call which problems it stands for."""
    decides = "422" in call["responses"]
    for status, answer in call["responses"].items():
        kinds = [kind for kind in KINDS if str(kind.status) == status and (decides or kind is not KEY_MISSING)]
        answer["description"] = "; ".join(f"`{kind.name}`: {kind.title}" for kind in kinds) or "Done."


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
    waiting = OpenApiParameter(
        "Retry-After", OpenApiTypes.INT, OpenApiParameter.HEADER, response=retried, description="In seconds."
    )

    def called(view: APIView, request: HttpRequest) -> None: ...

    called.__doc__ = call.summary
    return extend_schema(
        operation_id=call.operation,
        summary=call.summary,
        tags=["pharmacies"],
        request={"application/json": fields_schema(call.takes)} if call.takes else None,
        responses=responses,
        parameters=[waiting, *([_KEY] if call.decides else []), *_parameters(call.query or {})],
    )(called)


def _parameters(query: Mapping[str, Field]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(name, field.schema(), OpenApiParameter.QUERY, required=field.required)
        for name, field in query.items()
    ]
