"""Whether what came of a step is what the scenario expects; every difference in words."""

from collections.abc import Iterator
from typing import Any

from config.rehearsal.player import Answer
from config.rehearsal.script import Step


def differences(step: Step, answer: Answer) -> list[str]:
    """Give every expectation that did not hold, as "key: expected ..., came ..."."""
    return list(_differences(step.expect, answer))


def _differences(expect: dict[str, Any], answer: Answer) -> Iterator[str]:
    if "outcome" in expect:
        if expect["outcome"] != answer.outcome:
            yield f"outcome: expected {expect['outcome']}, came {answer.outcome} {_reasons(answer)}"
    elif answer.outcome in {"denied", "rejected"}:
        yield f"outcome: expected none of denied or rejected, came {answer.outcome} {_reasons(answer)}"
    for code in expect.get("includes", ()):
        if code.value not in answer.reasons:
            yield f"includes: expected {code.value}, came {_reasons(answer)}"
    for code in expect.get("excludes", ()):
        if code.value in answer.reasons:
            yield f"excludes: expected no {code.value}, came {_reasons(answer)}"
    for code, day in expect.get("clears_on", {}).items():
        if answer.reasons.get(code) != day:
            yield f"clears_on: expected {code} on {day}, came {answer.reasons.get(code)}"
    yield from _plain(expect, answer)
    yield from _window(expect, answer)
    yield from _notices(expect, answer)


def _plain(expect: dict[str, Any], answer: Answer) -> Iterator[str]:
    for key in ("do_not_dispense_after", "edition", "new_number", "deviation"):
        if key in expect and expect[key] != getattr(answer, key):
            yield f"{key}: expected {expect[key]}, came {getattr(answer, key)}"
    if "overlays" in expect and sorted(expect["overlays"]) != sorted(answer.overlays):
        yield f"overlays: expected {expect['overlays']}, came {list(answer.overlays)}"


def _window(expect: dict[str, Any], answer: Answer) -> Iterator[str]:
    if "window" not in expect:
        return
    expected = expect["window"]
    if expected is None or answer.window is None:
        if expected != answer.window:
            yield f"window: expected {expected}, came {answer.window}"
        return
    for key, value in expected.items():
        came = getattr(answer.window, key)
        if came != value:
            yield f"window: {key}: expected {value}, came {came}"


def _notices(expect: dict[str, Any], answer: Answer) -> Iterator[str]:
    for notice in expect.get("notices", ()):
        if notice not in answer.notices:
            yield f"notices: expected {notice}, came {answer.notices}"
    for notice in expect.get("no_notices", ()):
        if notice in answer.notices:
            yield f"no_notices: expected no {notice}, came {answer.notices}"


def _reasons(answer: Answer) -> str:
    return f"({', '.join(answer.reasons) or answer.sentence})" if answer.reasons or answer.sentence else ""


def as_json(step: Step, answer: Answer, differing: list[str]) -> dict[str, Any]:
    """Give one step, what came of it and what differed, as plain values."""
    window = answer.window
    return {
        "step": step.number,
        "kind": step.kind,
        "at": step.at.isoformat(),
        "held": not differing,
        "differences": differing,
        "outcome": answer.outcome,
        "reasons": [
            {"code": code, "clears_on": day.isoformat() if day else None} for code, day in answer.reasons.items()
        ],
        "sentence": answer.sentence,
        "do_not_dispense_after": answer.do_not_dispense_after.isoformat() if answer.do_not_dispense_after else None,
        "window": window
        and {
            "first_day": window.first_day.isoformat(),
            "last_day": window.last_day.isoformat(),
            "closes_at": window.closes_at.isoformat(),
        },
        "edition": answer.edition,
        "overlays": list(answer.overlays),
        "new_number": answer.new_number,
        "notices": answer.notices,
        "deviation": answer.deviation,
    }
