"""Calls to copy, in curl and in Python; they are made from the contract's own examples."""

import json
import re
import shlex
from datetime import date
from typing import Any
from urllib.parse import urlencode

from pledge.api.docs.document import Call
from pledge.api.docs.naming import references_in, result_name, types_nested, verb_of

_WIDEST = 100


def curl(call: Call) -> str:
    """Give a call as a shell command; ``$API``, ``$KEY`` and ``$RMA`` stand for what one has."""
    path = re.sub(r"\{(\w+)\}", "$RMA", call.path.removeprefix("/api/v1"))
    if call.asked_for:
        path += f"?{urlencode(call.asked_for)}"
    lines = [f'curl -s "$API{path}"', '  -H "Authorization: Bearer $KEY"']
    if call.decides:
        lines.append(f'  -H "Idempotency-Key: {_key_of(call)}"')
    if call.asked is not None:
        lines += ['  -H "Content-Type: application/json"', f"  -d {shlex.quote(_broken(json.dumps(call.asked)))}"]
    return " \\\n".join(lines)


def python(call: Call) -> str:
    """Give a call as a line of Python with the client, where ``pledge`` is one."""
    given = list(call.captured)
    given += [f"{name}={json.dumps(value)}" for name, value in call.asked_for.items()]
    given += [f"{name}={_literal(value, call.fields[name], call.types)}" for name, value in (call.asked or {}).items()]
    if call.decides:
        given.append(f'idempotency_key="{_key_of(call)}"')
    nested = sorted(types_nested([call], call.types))
    imported = f"from pledge_pharmacy import {', '.join(nested)}\n\n" if nested else ""
    return imported + _wrapped(f"{result_name(call)} = pledge.{verb_of(call)}", given)


def whole_sale(check: Call, address: str) -> str:
    """Give a sale in Python, from the question to the hand-over."""
    asked = {name: _literal(value, check.fields[name], check.types) for name, value in check.asked.items()}
    about = "\n".join(f"    {name}={value}," for name, value in asked.items())
    return f"""\
import os
from datetime import date

from pledge_pharmacy import NoAnswer, NotEligible, Pledge, Problem

pledge = Pledge("{address}", os.environ["KEY"])
try:
    authorization = pledge.authorize(
{about.replace("    ", "        ")}
        idempotency_key="order-2201-authorize",  # keep it beside the order before you ask
    )
    print("may be dispensed until", authorization.do_not_dispense_after)
    pledge.dispense(authorization.rma_number, pharmacist="rph-17", idempotency_key="order-2201-dispense")
    print("hand it over")
except NotEligible as refused:
    for reason in refused.reasons:
        print(reason.message, reason.next_step)
except (Problem, NoAnswer) as failure:  # hand over nothing; both say what to do
    print(failure)"""


def as_json(value: Any) -> str:
    """Give a value as it is shown: short ones on one line."""
    one_line = json.dumps(value)
    return one_line if len(one_line) <= _WIDEST else json.dumps(value, indent=2)


def _key_of(call: Call) -> str:
    order = (call.answered.get("client_reference") or "order 7").replace(" ", "-")
    return f"{order}-{verb_of(call).replace('_', '-')}"


def _literal(value: Any, schema: dict[str, Any], types: dict[str, Any]) -> str:
    if schema.get("format") == "date":
        day = date.fromisoformat(value)
        return f"date({day.year}, {day.month}, {day.day})"
    if isinstance(value, list):
        (named,) = references_in(schema)
        return "\n".join(["[", *(_instance(named, each, types) for each in value), "    ]"])
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _instance(name: str, members: dict[str, Any], types: dict[str, Any]) -> str:
    fields = types[name]["properties"]
    given = ", ".join(f"{member}={_literal(value, fields[member], types)}" for member, value in members.items())
    return f"        {name}(\n            {given}\n        ),"


def _broken(text: str) -> str:
    """Give JSON on as many lines as it needs."""
    lines = [""]
    for part in re.split(r"(?<=,) ", text):
        if lines[-1] and len(lines[-1]) + len(part) > _WIDEST - 20:
            lines.append(f"    {part}")
        else:
            lines[-1] += f" {part}" if lines[-1] else part
    return "\n".join(lines)


def _wrapped(beginning: str, given: list[str]) -> str:
    one_line = f"{beginning}({', '.join(given)})"
    if len(one_line) <= _WIDEST:
        return one_line
    return "\n".join([f"{beginning}(", *(f"    {each}," for each in given), ")"])
