"""The documentation in words: one Markdown text, made from the contract, for the page and for docs/pharmacies.md."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from pledge.api.docs.document import Call, calls_of
from pledge.api.docs.naming import types_answered, types_nested
from pledge.api.docs.problem_words import TOLD
from pledge.api.docs.rendering import anchor_of
from pledge.api.docs.snippets import as_json, curl, python, whole_sale
from pledge.api.problems import KINDS
from pledge.api.sandbox import catalogue
from pledge.rules.refusals import PharmacyClass

CHANGES = (("2026-11-22", "Version 1 as it stands on this page."),)
_WORDS = {
    "date": "day, `YYYY-MM-DD`",
    "date-time": "instant in UTC, RFC 3339",
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
}
_HELD = "what was dispensed cannot be given back, so ask for another first"
_DOCUMENTED_APART = {"Problem", "FieldError"}  # among the problems


def guide_text(document: dict[str, Any], address: str) -> str:
    """Give the documentation as Markdown.

    :param document: the OpenAPI document.
    :param address: where the service is, as readers are to copy it.
    """
    calls = calls_of(document)
    schemas = document["components"]["schemas"]
    shown = (types_answered(calls, schemas) | types_nested(calls, schemas)) - _DOCUMENTED_APART
    always = frozenset.intersection(*(frozenset(call.refusals) for call in calls))
    first = next(call for call in calls if call.operation == "checkEligibility")
    return render_to_string(
        "pledge/api/guide.markdown",
        {
            "address": address,
            "overlap_days": settings.KEY_OVERLAP_DAYS,
            "answers_kept_days": settings.ANSWERS_KEPT_DAYS,
            "calls_a_minute": settings.API_CALLS_A_MINUTE,
            "calls_left": settings.API_CALLS_A_MINUTE - 7,
            "guesses_slowed": settings.GUESSES_SLOWED,
            "guesses_alerted": settings.GUESSES_ALERTED,
            "guesses_suspended": settings.GUESSES_SUSPENDED,
            "first_curl": _fenced("sh", curl(first)),
            "first_answer": as_json(first.answered),
            "first_python": _fenced("python", whole_sale(first, address)),
            "calls_table": _table(
                ["call", "what for"],
                ([f"[`{call.method.upper()} {_below_root(call)}`](#{_anchor(call)})", call.summary] for call in calls),
            ),
            "calls": "\n\n".join("\n\n".join(_call(call, always)) for call in calls),
            "shapes": "\n\n".join("\n\n".join(_shape(name, schemas)) for name in schemas if name in shown),
            "reasons": _reasons(),
            "problems": _problems(address),
            "sandbox": _sandbox(),
            "pause_seconds": settings.GUESS_PAUSE_SECONDS,
            "pause_minutes_most": settings.GUESS_PAUSE_SECONDS_MOST // 60,
            "sandbox_kept": settings.SANDBOX_KEPT,
            "page_rows": settings.API_PAGE_ROWS,
            "webhooks_most": settings.WEBHOOKS_MOST,
            "webhook_seconds": settings.WEBHOOK_SECONDS,
            "webhook_days": settings.WEBHOOK_TRIED_HOURS // 24,
            "webhook_overlap_hours": settings.WEBHOOK_OVERLAP_HOURS,
            "changes": CHANGES,
        },
    )


def _call(call: Call, always: frozenset[str]) -> Iterator[str]:
    yield f"### {call.summary}"
    yield f"`{call.method.upper()} {call.path}`"
    yield call.description
    if call.decides:
        yield "It decides: send an `Idempotency-Key` ([asking again](#asking-again))."
    for title, fields in {"query parameter": call.query, "field of the body": call.fields}.items():
        if fields:
            yield _table([title, "what"], (_field(name, of, call.required) for name, of in fields.items()))
    if call.captured:
        answered = call.answered
        yield (
            f"`RMA`, in Python `rma_number`, is what you were given for `{answered['registrant_number']}`; "
            f"{_HELD if answered['status'] == 'reversed' else 'it stands in the answer to `POST /authorizations`'}."
        )
        yield _fenced("sh", f"export RMA={answered['rma_number']}")
    yield _fenced("sh", curl(call))
    yield _fenced("python", python(call))
    yield f"**{call.success}** gives {_linked(call.gives)}:"
    yield _fenced("json", as_json(call.answered))
    own = "; ".join(f"**{status}** {kinds}" for status, kinds in call.refusals.items() if status not in always)
    yield (
        f"Beside [what any call may be refused for](#problems): {own}." if own else "Otherwise a [problem](#problems)."
    )


def _shape(name: str, schemas: dict[str, Any]) -> Iterator[str]:
    schema = schemas[name]
    yield f"### {name}"
    required = frozenset(schema.get("required", ()))
    yield _table(["member", "what"], (_field(member, of, required) for member, of in schema["properties"].items()))


def _field(name: str, schema: dict[str, Any], required: frozenset[str]) -> list[str]:
    return [f"`{name}`", _what(schema) if name in required else f"*Optional.* {_what(schema)}"]


def _what(schema: dict[str, Any]) -> str:
    """Give a JSON Schema in words."""
    kinds, described = ", ".join(_kinds(schema)), schema.get("description", "")
    return " ".join(part[:1].upper() + part[1:].rstrip(".") + "." for part in (kinds, described) if part)


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield _linked(schema["$ref"])
        return
    for several in ("oneOf", "anyOf"):
        if several in schema:
            yield " or ".join(" ".join(_kinds(one)) or "anything else" for one in schema[several])
            return
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    for kind in kinds:
        if kind == "array":
            most = f"up to {schema['maxItems']} " if "maxItems" in schema else ""
            yield f"list of {most}{' '.join(_kinds(schema['items']))}"
        elif kind != "null":
            word = str(_WORDS.get(schema.get("format", "")) or _WORDS.get(kind, kind))
            yield f"{word} or null" if "null" in kinds else word
    if "enum" in schema:
        yield "one of " + ", ".join(f"`{word}`" for word in schema["enum"])
    if "maximum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']} characters"


def _reasons() -> str:
    return _table(
        ["`code`", "`message`", "`who_acts`", "`next_step`"],
        ([f"`{word.value}`", word.label, word.who_acts.value, word.next_step] for word in PharmacyClass),
    )


def _problems(address: str) -> str:
    return _table(
        ["status", "`type` ends in", "what it means", "what to do"],
        (
            [str(kind.status), f"[`{kind.name}`]({address}/problems/{kind.name})", TOLD[kind.name].meaning,
             TOLD[kind.name].next_step]
            for kind in KINDS
        ),
    )  # fmt: skip


def _sandbox() -> str:
    shown_at = {
        "check": "check, authorize",
        "dispense": "dispense",
        "call": "any call about them",
    }
    return _table(
        ["`registrant_number`", "`date_of_birth`", "what it shows", "reason or problem", "shown by"],
        (
            [f"`{one.number}`", f"`{one.born_on}`", one.shows, f"`{one.code}`" if one.code else "none: a yes",
             shown_at[one.at] if one.code else ""]
            for one in catalogue()
        ),
    )  # fmt: skip


def _linked(reference: str) -> str:
    name = reference.rpartition("/")[2]
    return f"[{name}](#{name.lower()})" if name not in _DOCUMENTED_APART else "[problem](#problems)"


def _anchor(call: Call) -> str:
    return anchor_of(call.summary)


def _below_root(call: Call) -> str:
    return call.path.removeprefix("/api/v1")


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _table(head: list[str], rows: Iterator[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
