"""The OpenAPI 3.1 document of the API, made by drf-spectacular from the contract that the calls are read with."""

import json
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.views import APIView

from pledge.api.bodies import Fields, fields_schema
from pledge.api.contract import AUTHORIZATION, CHECK, COMPONENTS, DISPENSE, REVERSAL
from pledge.api.problems import KEY_MISSING, KINDS, PROBLEM_TYPE, RETRY_SECONDS

ROOT = "/api/v1/"
READING = {400, 401, 403, 404, 405, 406, 500, 503}
POSTING = READING | {413, 415}
DECIDING = POSTING | {409, 422}
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
        "schemas": COMPONENTS,
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
    check = _described("post", "checkEligibility", "May this be dispensed?", 200, "Eligibility", CHECK, POSTING)
    ask = _described("post", "authorize", "Ask for an authorization", 201, "Authorization", AUTHORIZATION, DECIDING)
    show = _described("get", "showAuthorization", "Show an authorization", 200, "Authorization", None, READING)
    dispense = _described("post", "dispense", "Hand the supply over", 200, "Authorization", DISPENSE, DECIDING)
    reverse = _described("post", "reverse", "Give an authorization back", 200, "Authorization", REVERSAL, DECIDING)
    one = f"{ROOT[1:]}authorizations/<str:rma_number>"
    return [
        path(f"{ROOT[1:]}eligibility-checks", check),
        path(f"{ROOT[1:]}authorizations", ask),
        path(one, show),
        path(f"{one}/dispense", dispense),
        path(f"{one}/reverse", reverse),
    ]


def _described(
    method: str, operation: str, summary: str, success: int, gives: str, takes: Fields | None, statuses: set[int]
) -> Any:
    """Make a view that is never called: drf-spectacular reads calls off views of REST framework."""
    responses: dict[Any, Any] = {(success, "application/json"): {"$ref": f"#/components/schemas/{gives}"}}
    responses |= {(status, PROBLEM_TYPE): {"$ref": "#/components/schemas/Problem"} for status in sorted(statuses)}
    retried = sorted({kind.status for kind in KINDS if kind.name in RETRY_SECONDS} & statuses)
    waiting = OpenApiParameter(
        "Retry-After", OpenApiTypes.INT, OpenApiParameter.HEADER, response=retried, description="In seconds."
    )

    def called(view: APIView, request: HttpRequest) -> None: ...

    described = extend_schema(
        operation_id=operation,
        summary=summary,
        tags=["pharmacies"],
        request={"application/json": fields_schema(takes)} if takes else None,
        responses=responses,
        parameters=[waiting, _KEY] if 422 in statuses else [waiting],
    )(called)
    view: Any = type(operation, (APIView,), {method: described, "__doc__": summary, "permission_classes": []})
    return view.as_view()
