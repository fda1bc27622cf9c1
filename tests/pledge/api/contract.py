"""Whether an answer is what the served contract says: its status, its media type and its body, nothing beside."""

import json
import re
from functools import cache
from typing import Any

from django.http import HttpResponse
from jsonschema import Draft202012Validator, FormatChecker

from pledge.api.schema import openapi_text

WAITING = {"request-in-progress", "unavailable", "too-many-requests"}


@cache
def document() -> dict[str, Any]:
    return json.loads(openapi_text())


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    whole = {**schema, "components": document()["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def described(method: str, path: str) -> dict[str, Any] | None:
    """Give the call of the contract that a method and a path belong to, or None."""
    for template, calls in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return calls.get(method.lower())
    return None


def assert_as_described(method: str, path: str, answer: HttpResponse) -> None:
    """Fail where an answer is not what the contract says of this call."""
    call = described(method, path)
    media_type = answer["Content-Type"]
    if call is None:
        assert answer.status_code in {404, 405}, (method, path, answer.status_code)
        schema = {"$ref": "#/components/schemas/Problem"}
    else:
        schema = call["responses"][str(answer.status_code)]["content"][media_type]["schema"]
    validator(schema).validate(json.loads(answer.content))
    assert answer["Cache-Control"] == "no-store"
    if answer.status_code >= 400:
        assert media_type == "application/problem+json"
        assert json.loads(answer.content)["status"] == answer.status_code
    assert ("Retry-After" in answer) == (problem_of(answer) in WAITING)


def problem_of(answer: HttpResponse) -> str:
    """Give what a problem's type ends in, or nothing where the answer is none."""
    if answer["Content-Type"] != "application/problem+json":
        return ""
    return str(json.loads(answer.content)["type"]).rpartition("/")[2]
