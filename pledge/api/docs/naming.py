"""How what the contract names is named in the client; the names follow from the contract alone."""

import re
from collections.abc import Iterable
from typing import Any

from pledge.api.docs.document import Call


def types_answered(calls: Iterable[Call], types: dict[str, Any]) -> set[str]:
    """Give the names of the types that answers hold."""
    return reached((named_by(call.gives) for call in calls), types)


def types_nested(calls: Iterable[Call], types: dict[str, Any]) -> set[str]:
    """Give the names of the types that bodies hold inside their own fields."""
    return reached((name for call in calls for of in call.fields.values() for name in references_in(of)), types)


def verb_of(call: Call) -> str:
    """Give the name of a call's method."""
    return snake(call.operation)


def result_name(call: Call) -> str:
    """Give what a call's result is called in examples."""
    return snake(named_by(call.gives))


def named_by(reference: str) -> str:
    """Give the type that a JSON Schema reference names."""
    return reference.rpartition("/")[2]


def references_in(schema: Any) -> list[str]:
    """Give the names of the types that a schema refers to."""
    if isinstance(schema, dict):
        own = [named_by(schema["$ref"])] if "$ref" in schema else []
        return own + [name for of in schema.values() for name in references_in(of)]
    return [name for of in schema for name in references_in(of)] if isinstance(schema, list) else []


def reached(names: Iterable[str], types: dict[str, Any]) -> set[str]:
    """Give the names of some types and of all that they hold."""
    waiting, found = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += references_in(types[name])
    return found


def snake(name: str) -> str:
    """Give ``listAuthorizations`` as ``list_authorizations``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def title_of(name: str) -> str:
    """Give ``not-found`` or ``not_found`` as ``NotFound``."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[_-]", name))


def in_words(name: str) -> str:
    """Give ``FieldError`` as ``Field error``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f" {found[1].lower()}", name)


def sentence(text: str) -> str:
    """Give a text with its full stop."""
    return text if text.endswith((".", "?")) else f"{text}."
