"""The Python client, written from the contract: a hand-written part, and what follows from the OpenAPI document.

A type of the document becomes a frozen dataclass, an enumeration a ``Literal`` named for where it stands, a problem an
exception, a call a method. The names follow from the document alone, so that they stay as long as it does.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pledge.api.docs.client_types import WIDEST, Types, reader_of
from pledge.api.docs.document import Call, calls_of
from pledge.api.docs.naming import sentence, title_of, verb_of
from pledge.api.problems import KINDS

FILE = "pledge_pharmacy.py"
_FOUNDATION = Path(__file__).with_name(f"{FILE}.template")


def client_module(document: dict[str, Any]) -> str:
    """Give the client's only module."""
    described = calls_of(document)
    made = Types(document, described)
    parts = {
        "shapes": made.shapes(),  # first, so that words are named for what holds them and not for who asks
        "problems": "\n\n\n".join("\n".join(_problem(kind.name, kind.title)) for kind in KINDS),
        "calls": "\n\n".join("\n".join(_method(call, made)) for call in described),
        "readers": "\n\n\n".join("\n".join(lines) for lines in made.readers()),
    }
    text = _FOUNDATION.read_text(encoding="utf-8")
    for name, part in {**parts, "words": made.words()}.items():
        text = text.replace(f"# <<{name}>>", part)
    return text


def _method(call: Call, made: Types) -> Iterator[str]:
    """Give a call as a method; one that answers a page has another beside it that goes through all pages."""
    verb = verb_of(call)
    gives = made.shape({"$ref": call.gives}, "")
    arguments = [f"{name}: str" for name in call.captured]
    needed, free = [], []
    for name, schema in {**call.fields, **call.query}.items():
        annotation = made.shape(schema, title_of(call.operation) + title_of(name)).annotation
        annotation = re.sub(r"^tuple\[(.*), \.\.\.\]$", r"Sequence[\1]", annotation)
        if name in call.required:
            needed.append(f"{name}: {annotation}")
        else:
            free.append(f"{name}: {annotation} | None = None")
    key = ["idempotency_key: str | None = None"] if call.decides else []
    keywords = [*needed, *free, *key]
    yield from _signature(verb, ["self", *arguments, *(["*", *keywords] if keywords else [])], gives.annotation)
    yield f'        """{sentence(call.summary)}"""'
    if call.decides:
        yield "        if idempotency_key is None:"
        yield "            idempotency_key = str(uuid.uuid4())"
    yield "        return self._call("
    yield f'            "{call.method.upper()}",'
    yield f"            {_path(call)},"
    yield f"            {reader_of(gives.annotation)},"
    for part, fields in {"query": call.query, "body": call.fields}.items():
        if fields:
            pairs = ", ".join(f'"{name}": {name}' for name in fields)
            line = f"            {part}={{{pairs}}},"
            if len(line) <= WIDEST:
                yield line
            else:
                yield f"            {part}={{"
                yield from (f'                "{name}": {name},' for name in fields)
                yield "            },"
    if call.decides:
        yield "            idempotency_key=idempotency_key,"
    yield "        )"
    if call.pages is not None:
        yield from _walk(call, verb, made)


def _walk(call: Call, verb: str, made: Types) -> Iterator[str]:
    """Give the method that goes through all pages of a list."""
    of = made.shape(call.pages or {}, "").annotation
    names = [name for name in call.query if name != "cursor"]
    given = [
        f"{name}: {made.shape(call.query[name], title_of(call.operation) + title_of(name)).annotation} | None = None"
        for name in names
    ]
    yield ""
    yield from _signature(
        re.sub(r"^(list|show)_", "all_", verb), ["self", "*", *given, "cursor: str | None = None"], f"Iterator[{of}]"
    )
    yield f'        """{sentence(call.summary)} Page after page."""'
    yield "        while True:"
    passed = ", ".join(f"{name}={name}" for name in [*names, "cursor"])
    yield f"            page = self.{verb}({passed})"
    yield "            yield from page.items"
    yield "            cursor = page.next_cursor"
    yield "            if cursor is None:"
    yield "                return"


def _signature(verb: str, arguments: list[str], gives: str) -> Iterator[str]:
    one_line = f"    def {verb}({', '.join(arguments)}) -> {gives}:"
    if len(one_line) <= WIDEST:
        yield one_line
    else:
        yield f"    def {verb}("
        middle = f"        {', '.join(arguments)}"
        yield from [middle] if len(middle) <= WIDEST else [f"        {argument}," for argument in arguments]
        yield f"    ) -> {gives}:"


def _path(call: Call) -> str:
    filled = re.sub(r"\{(\w+)\}", r"{urllib.parse.quote(\1, safe='')}", call.path)
    return f'f"{filled}"' if call.captured else f'"{filled}"'


def _problem(name: str, title: str) -> Iterator[str]:
    yield f"class {title_of(name)}(Problem):"
    yield f'    """{sentence(title)}"""'
    yield ""
    yield f'    name = "{name}"'
