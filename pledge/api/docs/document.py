"""The calls as the OpenAPI document tells them, in the order in which one meets them."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_JSON = "application/json"


class Call(NamedTuple):
    """One call, read off the document."""

    method: str
    path: str
    operation: str
    summary: str
    description: str
    captured: tuple[str, ...]  # what the address holds
    fields: dict[str, Any]  # the body's members by name, as JSON Schema
    query: dict[str, Any]  # the parameters in the address, as JSON Schema
    required: frozenset[str]
    success: str
    gives: str  # the reference to what a success holds
    pages: dict[str, Any] | None  # what one entry is, where the answer is a page of a list that has an end
    decides: bool  # takes an Idempotency-Key
    refusals: dict[str, str]  # what each other status stands for
    takes: str  # the name of what the body holds, or nothing
    types: dict[str, Any]  # all that the document names
    asked: Any  # an example of the body, or None
    asked_for: dict[str, str]  # an example of the parameters
    answered: Any  # an example of the answer, or None


def calls_of(document: dict[str, Any]) -> list[Call]:
    """Give every call of an OpenAPI document."""
    return list(_calls(document))


def _calls(document: dict[str, Any]) -> Iterator[Call]:
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            body = call.get("requestBody", {}).get("content", {}).get(_JSON, {})
            takes = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
            fields = schemas[takes] if takes else body.get("schema", {})
            parameters = [one for one in call.get("parameters", []) if one["in"] == "query"]
            success = min(call["responses"])
            answer = call["responses"][success]["content"][_JSON]
            gives = answer["schema"]["$ref"]
            members = schemas[gives.rpartition("/")[2]]["properties"]
            yield Call(
                method=method,
                path=path,
                operation=call["operationId"],
                summary=call["summary"],
                description=call["description"],
                captured=tuple(re.findall(r"\{(\w+)\}", path)),
                fields=fields.get("properties", {}),
                query={one["name"]: {"description": one.get("description", ""), **one["schema"]} for one in parameters},
                required=frozenset(fields.get("required", ()))
                | {one["name"] for one in parameters if one.get("required")},
                success=success,
                gives=gives,
                pages=members["items"]["items"] if "null" in members.get("next_cursor", {}).get("type", ()) else None,
                decides=any(one["name"] == "Idempotency-Key" for one in call.get("parameters", [])),
                refusals={
                    status: answer["description"] for status, answer in call["responses"].items() if status != success
                },
                takes=takes,
                types=schemas,
                asked=body.get("example"),
                asked_for={one["name"]: one["example"] for one in parameters if "example" in one},
                answered=answer.get("example"),
            )
