"""A siege of the whole contract by schemathesis: cases made from the served document, each answer held against it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from schemathesis.engine import Status, events, from_schema
from schemathesis.transport.wsgi import WSGITransport

ADDRESS = "/api/v1/openapi.json"
SEED = 20260312
CHECKS = {
    # Anything that may be asked may also be refused by the program's rules (409), or as another's (404).
    "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]},
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422"]
    },
    "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "415"]},
}


_send = WSGITransport.send


def _send_as_it_can(self: WSGITransport, case: Any, *, session: Any = None, **kwargs: Any) -> Any:
    """Leave out what only a socket could be told; one check of the library's does not."""
    for name in ("max_redirects", "verify", "cert", "proxies"):
        kwargs.pop(name, None)
    return _send(self, case, session=session, **kwargs)


WSGITransport.send = _send_as_it_can


@dataclass
class Siege:
    """How a siege went: how many cases, what they were answered, and every failure in words."""

    cases: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def note(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.failures.append(str(getattr(event, "info", None) or getattr(event, "exception", event)))
        if not isinstance(event, events.ScenarioFinished):
            return
        self.cases += len(event.recorder.cases)
        self.phases[event.phase.value] += len(event.recorder.cases)
        for id_, node in event.recorder.cases.items():
            interaction = event.recorder.interactions.get(id_)
            status = interaction.response.status_code if interaction and interaction.response else "none"
            self.answers[f"{node.value.operation.label} {status}"] += 1
        for id_, checks in event.recorder.checks.items():
            for check in checks:
                if check.status == Status.FAILURE:
                    self.failures.append(f"{event.recorder.label}: {check.name}: {_told(check, event, id_)}")

    def reached(self, answer: str) -> bool:
        return bool(self.answers[answer])


def besiege(
    key: str | None, known: list[Mapping[str, Any]], rma_numbers: list[str], *, examples: int, edges: bool = True
) -> Siege:
    """Besiege every call with one key, or none.

    :param known: numbers and dates of birth of registrants who are there; bodies name them instead of made-up ones.
    :param rma_numbers: authorizations likewise. A list is begun rather than gone on with: only the service can make a
        cursor. Text is made printable and not blank, which no schema can ask for; other text has tests of its own.
    :param examples: how many cases of each call the fuzzing makes, and how many chains of calls by the links.
    :param edges: also try every edge of the schema, some forty cases of each call.
    """
    config = schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {key}"} if key else {},
            "checks": CHECKS,
            "generation": {"deterministic": True, "max-examples": examples, "no-shrink": True, "database": "none"},
            "phases": {"coverage": {"enabled": edges}, "stateful": {"generation": {"max-examples": examples}}},
            "suppress-health-check": ["all"],
            "continue-on-failure": True,
        }
    )
    schema = schemathesis.openapi.from_wsgi(ADDRESS, answered_whole(get_wsgi_application()), config=config)

    def name_what_is_there(context: Any, case: Any, kwargs: Any) -> None:
        if case.meta is None or case.meta.generation.mode.is_positive:
            case.body = _naming(_printable(case.body), known)
            case.query = _printable({name: value for name, value in case.query.items() if name != "cursor"})
        number = case.path_parameters.get("rma_number")
        if rma_numbers and isinstance(number, str) and number.isdecimal():
            case.path_parameters["rma_number"] = _chosen(rma_numbers, number)

    siege = Siege()
    schemathesis.hook("before_call")(name_what_is_there)
    try:
        for event in from_schema(schema).execute():
            siege.note(event)
    finally:
        schemathesis.hooks.unregister(name_what_is_there)
    return siege


def answered_whole(service: Callable[..., Any]) -> Callable[..., Any]:
    """Make a service close each of its answers, as a server does: Django then lets go of the database."""

    def answering(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        answer = service(environ, start)
        try:
            return list(answer)
        finally:
            answer.close()

    return answering


def _naming(body: Any, known: list[Mapping[str, Any]]) -> Any:
    """Put someone who is there in the place of someone made up; what breaks the schema stays as it is."""
    if isinstance(body, dict) and isinstance(body.get("checks"), list):
        return {**body, "checks": [_naming(check, known) for check in body["checks"]]}
    if not known or not isinstance(body, dict) or not {"registrant_number", "date_of_birth"} <= body.keys():
        return body
    number, born_on = body["registrant_number"], body["date_of_birth"]
    if not isinstance(number, str) or not 0 < len(number) <= 20 or not number.isprintable() or not number.strip():
        return body
    if not isinstance(born_on, str) or len(born_on) != 10:
        return body
    recent = {"dispensed_on": timezone.now().date().isoformat()} if "dispensed_on" in body else {}
    return {**body, **_chosen(known, json.dumps(body, default=str)), **recent}


def _printable(value: Any) -> Any:
    """Give the same with text that can be printed and is not blank."""
    if isinstance(value, dict):
        return {name: _printable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_printable(inner) for inner in value]
    if isinstance(value, str) and value:
        shown = "".join(character if character.isprintable() else "x" for character in value)
        return shown if shown.strip() else "x" * len(shown)
    return value


def _chosen(among: list[Any], by: str) -> Any:
    return among[hashlib.sha256(by.encode("utf-8", "surrogatepass")).digest()[0] % len(among)]


def _told(check: Any, event: events.ScenarioFinished, id_: str) -> str:
    node = event.recorder.cases[id_].value
    failure = check.failure_info.failure if check.failure_info else ""
    body = repr(node.body)[:300]
    return f"{failure} [{node.method} {node.path} {node.path_parameters} {node.query} {node.headers} {body}]"
