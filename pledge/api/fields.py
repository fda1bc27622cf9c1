"""What each call takes: declared once, read by hand, and shown as it is in the schema."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, Protocol


class Wrong(ValueError):
    """A value is not what its field takes; the text is one sentence."""


class Field(Protocol):
    """One member of a body."""

    @property
    def required(self) -> bool:
        """Whether the call cannot do without it."""

    def read(self, value: Any) -> Any:
        """Give the value as the program wants it, or raise :class:`Wrong`."""

    def schema(self) -> dict[str, Any]:
        """Give the member as JSON Schema."""


class Text(NamedTuple):
    """Printable text of 1 to ``longest`` characters, not blank."""

    longest: int
    description: str
    required: bool = True

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("must be text")
        if not value.isprintable():
            raise Wrong(_unprintable(value))
        if not value.strip() or len(value) > self.longest:
            raise Wrong(f"must be 1 to {self.longest} characters long, and not blank")
        return value

    def schema(self) -> dict[str, Any]:
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": self.longest,
            "description": f"{self.description} Printable characters, not blank.",
        }


class Day(NamedTuple):
    """A calendar date, ``YYYY-MM-DD``."""

    description: str
    required: bool = True

    def read(self, value: Any) -> date:
        if isinstance(value, str) and len(value) == len("YYYY-MM-DD") and value[4] == value[7] == "-":
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise Wrong("must be a date that exists, as YYYY-MM-DD")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "description": self.description}


class Whole(NamedTuple):
    """A whole number between two, both inside."""

    least: int
    most: int
    description: str
    required: bool = True

    def read(self, value: Any) -> int:
        if type(value) is float and value.is_integer():  # 30.0 is a whole number in JSON
            value = int(value)
        if type(value) is not int or not self.least <= value <= self.most:  # a boolean is no number here
            raise Wrong(f"must be a whole number from {self.least} to {self.most}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most, "description": self.description}


class OneOf(NamedTuple):
    """One of a few words."""

    words: Mapping[str, Any]
    description: str
    required: bool = True

    def read(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.words:
            raise Wrong(f"must be one of {', '.join(self.words)}")
        return self.words[value]

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words), "description": self.description}


Fields = Mapping[str, Field]


class Several(NamedTuple):
    """A list of things, each with fields of its own; each is read by itself, so that one that is wrong stops no other.

    ``each`` names the schema of one of them. What is no such thing is taken all the same, and answered in its place.
    """

    least: int
    most: int
    each: str
    description: str
    required: bool = True

    def read(self, value: Any) -> list[Any]:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            raise Wrong(f"must be a list of {self.least} to {self.most}")
        return value

    def schema(self) -> dict[str, Any]:
        other = {"description": "Anything else is answered in its place, with a `malformed` problem."}
        return {
            "type": "array",
            "minItems": self.least,
            "maxItems": self.most,
            "items": {"anyOf": [{"$ref": f"#/components/schemas/{self.each}"}, other]},
            "description": self.description,
        }


def fields_schema(fields: Fields) -> dict[str, Any]:
    """Give a body as JSON Schema."""
    return {
        "type": "object",
        "properties": {name: field.schema() for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _unprintable(value: str) -> str:
    place, character = next((place, c) for place, c in enumerate(value) if not c.isprintable())
    kind = "a lone surrogate" if "\ud800" <= character <= "\udfff" else "a character"
    return f"holds {kind} that cannot be kept, U+{ord(character):04X} at position {place}"
