"""docs/rules.md and docs/states.md, written from the editions, the refusals and the transition tables themselves."""

from collections.abc import Iterator

from pledge.rules.editions import EDITIONS, OVERLAYS
from pledge.rules.refusals import PharmacyClass, RefusalCode
from pledge.rules.rulebook import parameters, settings_of
from pledge.rules.states import AUTHORIZATION_TRANSITIONS
from pledge.rules.vocabulary import AuthorizationStatus

_NOTE = "<!-- Written by `make docs` from the code; a test fails when it differs. -->"


def rules_page() -> str:
    """Give docs/rules.md."""
    lines = [_NOTE, "# The rules in force, and since when", ""]
    lines += ["Days are program days: the calendar day in America/New_York. Spans hold both their ends.", ""]
    lines += ["## Editions", "", *_editions(), "", "## Overlays", "", *_overlays(), ""]
    lines += ["## Refusals", "", *_refusals(), "", "## What a pharmacy is told", "", *_classes()]
    return "\n".join(lines) + "\n"


def states_page() -> str:
    """Give docs/states.md."""
    lines = [_NOTE, "# The states of an authorization", "", "```mermaid", "stateDiagram-v2"]
    for source, act, target in AUTHORIZATION_TRANSITIONS:
        lines.append(f"    {source or '[*]'} --> {target}: {act}")
    sources = {transition.source for transition in AUTHORIZATION_TRANSITIONS}
    lines += [f"    {status} --> [*]" for status in AuthorizationStatus if status not in sources]
    lines += ["```", "", "| from | through | to |", "|---|---|---|"]
    lines += [f"| {source or 'nothing'} | {act} | {target} |" for source, act, target in AUTHORIZATION_TRANSITIONS]
    return "\n".join(lines) + "\n"


def _table(head: str, rows: list[list[str]]) -> Iterator[str]:
    columns = [head, *(edition.name for edition in EDITIONS)]
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _editions() -> Iterator[str]:
    rows = [
        ["in force from", *(edition.effective_on.isoformat() for edition in EDITIONS)],
        ["approved on", *(_day(edition.approved_on) for edition in EDITIONS)],
        ["announced for", *(", ".join(day.isoformat() for day in edition.announced_for) for edition in EDITIONS)],
        ["source", *(edition.source for edition in EDITIONS)],
    ]
    said = zip(*(parameters(edition) for edition in EDITIONS), strict=True)
    rows += [[same[0].label, *(parameter.words for parameter in same)] for same in said]
    yield from _table("", rows)


def _day(day: object) -> str:
    return str(day) if day else "—"


def _overlays() -> Iterator[str]:
    for overlay in OVERLAYS:
        yield f"- **{overlay.name}**, {overlay.effective_on} through {overlay.through} ({overlay.source}); adds:"
        for parameter in settings_of(overlay.settings):
            yield f"    - {parameter.label}: {parameter.words}"


def _refusals() -> Iterator[str]:
    yield "| code | sentence | who acts | next step | a pharmacy sees |"
    yield "|---|---|---|---|---|"
    for code in RefusalCode:
        yield (f"| `{code.value}` | {code.label} | {code.who_acts.value} | {code.next_step} "
               f"| `{code.pharmacy_class.value}` |")  # fmt: skip


def _classes() -> Iterator[str]:
    yield "| class | sentence | who acts | next step |"
    yield "|---|---|---|---|"
    for shown in PharmacyClass:
        yield f"| `{shown.value}` | {shown.label} | {shown.who_acts.value} | {shown.next_step} |"
