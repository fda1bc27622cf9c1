"""docs/rules.md and docs/states.md, written from the editions, the refusals and the transition tables themselves."""

from collections.abc import Iterator

from pledge.rules.editions import EDITIONS, OVERLAYS, Edition, WindowRule
from pledge.rules.refusals import PharmacyClass, RefusalCode
from pledge.rules.states import AUTHORIZATION_TRANSITIONS
from pledge.rules.vocabulary import AuthorizationStatus, RiskCategory, TestPhase

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
    rows += [
        [f"window: {category.label.lower()}", *(_window(edition.windows.get(category)) for edition in EDITIONS)]
        for category in RiskCategory
    ]
    rows.append(["lockout", *(_lockout(edition) for edition in EDITIONS)])
    rows += [
        [phase.label, *(", ".join(sorted(s.label for s in edition.settings[phase])) for edition in EDITIONS)]
        for phase in TestPhase
    ]
    rows.append(["cycle day asked of a repeat", *(_yes(edition.cycle_days_on_repeat) for edition in EDITIONS)])
    for name, label in _NUMBERS.items():
        rows.append([label, *(str(getattr(edition, name)) for edition in EDITIONS)])
    yield from _table("", rows)


_NUMBERS = {
    "wait_days": "days from enrollment to the confirmation test",
    "screening_gap_days": "days from the screening to the confirmation test",
    "screening_lead_days": "days the screening test may lie before registration",
    "cycle_days": "days of the period in which the confirmation test counts",
    "supply_days": "days of supply at most",
    "supply_left_days": "days of supply that may be left, where no new test is asked",
    "windowless_lapse_days": "days after which an authorization without a date lapses",
    "post_treatment_days": "days from the last dose to the last test",
    "age_of_majority": "years of age from which no guardian signs",
}


def _day(day: object) -> str:
    return str(day) if day else "—"


def _yes(truth: bool) -> str:  # noqa: FBT001 - a cell of the table
    return "yes" if truth else "no"


def _window(rule: WindowRule | None) -> str:
    if rule is None:
        return "none"
    return f"{rule.anchor.value} + {rule.days_after_first} days"


def _lockout(edition: Edition) -> str:
    rule = edition.lockout
    if rule is None:
        return "none"
    return f"{rule.anchor.value} + {rule.days} days, after {rule.scope.value}"


def _overlays() -> Iterator[str]:
    for overlay in OVERLAYS:
        yield f"- **{overlay.name}**, {overlay.effective_on} through {overlay.through} ({overlay.source}); adds:"
        for phase, settings in overlay.settings.items():
            yield f"    - {phase.label}: {', '.join(sorted(setting.label for setting in settings))}"


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
