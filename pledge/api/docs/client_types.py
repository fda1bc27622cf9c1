"""The types of the contract as the client has them: dataclasses, words, and how each is read from JSON."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pledge.api.docs.document import Call
from pledge.api.docs.naming import in_words, named_by, sentence, snake, title_of, types_answered, types_nested

WIDEST = 120
_PLAIN = {"string": "str", "integer": "int", "boolean": "bool", "number": "float", "object": "dict[str, Any]"}
_DATED = {"date": ("date", "_day"), "date-time": ("datetime", "_instant")}
_READ_BY_HAND = "Problem"  # an exception, which the foundation reads
_READ_BY_FOUNDATION = {"Reason", "FieldError"}


class Shape(NamedTuple):
    """How a value is annotated, and how it is read from JSON; ``{}`` stands for the value."""

    annotation: str
    reading: str


class Types:
    """The types that are asked for and answered, and the enumerations that turned up while they were written."""

    def __init__(self, document: dict[str, Any], calls: list[Call]) -> None:
        self.schemas = _hoisted(document["components"]["schemas"])
        self.enums: dict[tuple[str, ...], tuple[str, str]] = {}  # by their words: their name, and how they are written
        self.choices: dict[str, list[str]] = {}
        self.read = types_answered(calls, self.schemas) - {_READ_BY_HAND} | _READ_BY_FOUNDATION
        self.decided = {named_by(call.gives) for call in calls if call.decides}
        self.written = self.read | types_nested(calls, self.schemas)

    def shapes(self) -> str:
        """Give the dataclasses."""
        return "\n\n\n".join("\n".join(self._dataclass(name)) for name in self.schemas if name in self.written)

    def words(self) -> str:
        """Give the enumerations that turned up."""
        return "\n".join(line for _, line in self.enums.values())

    def readers(self) -> Iterator[list[str]]:
        """Give a function for each type that reads it."""
        for name, schema in self.schemas.items():
            if name in self.read:
                lines = [f"def {reader_of(name)}(members: Any) -> {name}:", f"    return {name}("]
                for member, of in schema["properties"].items():
                    got = f'members["{member}"]' if member in schema["required"] else f'members.get("{member}")'
                    lines.append(f"        {member}={self.shape(of, name + title_of(member)).reading.format(got)},")
                yield [*lines, "    )"]
        yield from self.choices.values()

    def shape(self, schema: dict[str, Any], name: str) -> Shape:
        """Give what stands for a value; ``name`` is what an enumeration would be called."""
        if "$ref" in schema:
            named = named_by(schema["$ref"])
            return Shape(named, "_problem({})" if named == _READ_BY_HAND else f"{reader_of(named)}({{}})")
        choices = [one for one in schema.get("oneOf", schema.get("anyOf", ())) if "$ref" in one or "type" in one]
        if choices:
            return self._either(choices, name)
        return self._plain(schema, name)

    def _plain(self, schema: dict[str, Any], name: str) -> Shape:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kind, optional = next(kind for kind in kinds if kind != "null"), " | None" if "null" in kinds else ""
        if kind == "array":
            of = self.shape(schema["items"], name)
            return Shape(f"tuple[{of.annotation}, ...]", f"tuple({of.reading.format('each')} for each in {{}})")
        if "enum" in schema:
            name = self._name_words(name, schema["enum"])
            return Shape(f"{name}{optional}", f'cast("{name}{optional}", {{}})')
        if schema.get("format") in _DATED:
            annotation, read = _DATED[schema["format"]]
            return Shape(annotation + optional, f"{read if optional else f'{annotation}.fromisoformat'}({{}})")
        return Shape(_PLAIN[kind] + optional, "{}")

    def _either(self, choices: list[dict[str, Any]], name: str) -> Shape:
        """Give one of several types; of what a later service adds beside them, what came.

        A problem beside another type is told apart by the first member of the other that it lacks: who asked is to
        get either, and nothing that they do not know.
        """
        if len(choices) == 1:
            return self.shape(choices[0], name)
        named = [named_by(choice["$ref"]) for choice in choices]
        shapes = [self.shape(choice, name) for choice in choices]
        annotation = " | ".join(shape.annotation for shape in shapes)
        if _READ_BY_HAND not in named:
            readers = ", ".join(reader_of(one) for one in named)
            return Shape(f"{annotation} | Mapping[str, Any]", f"_known({{}}, {readers})")
        lines = [f"def {reader_of(name)}(members: Any) -> {annotation}:"]
        for place in range(len(shapes) - 1):
            others = {member for other in named if other != named[place] for member in self._needs(other)}
            mark = next(member for member in self._needs(named[place]) if member not in others)
            lines += [f'    if "{mark}" in members:', f"        return {shapes[place].reading.format('members')}"]
        self.choices[name] = [*lines, f"    return {shapes[-1].reading.format('members')}"]
        return Shape(annotation, f"{reader_of(name)}({{}})")

    def _needs(self, name: str) -> list[str]:
        return list(self.schemas[name]["required"])

    def _name_words(self, name: str, words: list[str]) -> str:
        """Give the name of an enumeration: the first that these words had."""
        shown = [f'"{word}"' for word in words]
        one_line = f"{name} = Literal[{', '.join(shown)}]"
        several = "\n".join([f"{name} = Literal[", *(f"    {word}," for word in shown), "]"])
        return self.enums.setdefault(tuple(words), (name, one_line if len(one_line) <= WIDEST else several))[0]

    def _dataclass(self, name: str) -> Iterator[str]:
        schema = self.schemas[name]
        yield "@dataclass(frozen=True, kw_only=True)"
        yield f"class {name}:"
        yield f'    """{sentence(schema.get("description") or in_words(name))}"""'
        yield ""
        for member, of in schema["properties"].items():
            annotation = self.shape(of, name + title_of(member)).annotation
            annotation += "" if member in schema["required"] else " | None = None"
            note = f"  # {of['description'].rstrip('.')}" if of.get("description") else ""
            line = f"    {member}: {annotation}{note}"
            yield line if len(line) <= WIDEST else f"    {member}: {annotation}"
        if name in self.decided:
            yield "    replayed: bool = field(default=False, compare=False)  # As kept from an earlier try"


def _hoisted(schemas: dict[str, Any]) -> dict[str, Any]:
    """Give the types with a name for each that was declared inside another."""
    found: dict[str, Any] = {}
    for name, schema in schemas.items():
        members = dict(schema.get("properties", {}))
        for member, of in members.items():
            if "properties" in of:
                found[name + title_of(member)] = of
                members[member] = {"$ref": f"#/{name}{title_of(member)}"}
        found[name] = {**schema, "properties": members}
    return found


def reader_of(name: str) -> str:
    """Give the name of the function that reads a type."""
    return f"_read_{snake(name)}"
