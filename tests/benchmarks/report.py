"""The benchmark's tables, as they are printed and kept in docs/performance.md."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.calls import AUTHORIZE, BASELINE, CHECK, DISPENSE, KINDS
from tests.benchmarks.load import Pace
from tests.benchmarks.statements import Statements
from tests.benchmarks.world import World

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
AIMS = {CHECK: 1.25, AUTHORIZE: 3.0, DISPENSE: 3.0}
MOST_CHECK_STATEMENTS = 3
STEADY = 0.10
MOST_ASKING = 0.8  # of a core; above it the client is what was measured
LONGEST_NIGHT = 300


class Costs(NamedTuple):
    """What one call of each kind cost in one world."""

    world: World
    instructions: Mapping[str, float]
    statements: Mapping[str, Statements]

    def relative(self, kind: str) -> float:
        """Give a call's instructions in bare views."""
        return self.instructions[kind] / self.instructions[BASELINE]


def costs_table(costs: Sequence[Costs]) -> str:
    """Give the statements and instructions of each kind of call in each world, and whether the aims hold."""
    head = ["call", "statements", *(f"{c.world.registrants:,} registrants" for c in costs), "aim", "holds"]
    rows = []
    for kind in KINDS:
        statements = costs[-1].statements[kind]
        shown = f"{len(statements.rows)}" + (f" + {len(statements.frame)}" if statements.frame else "")
        counts = [f"{c.instructions[kind] / 1e6:.2f} M = {c.relative(kind):.2f} x" for c in costs]
        rows.append([kind, shown, *counts, *_judged(kind, costs)])
    return table(head, rows)


def _judged(kind: str, costs: Sequence[Costs]) -> tuple[str, str]:
    if kind not in AIMS:
        return "", ""
    worst = max(c.relative(kind) for c in costs)
    drift = max(c.instructions[kind] for c in costs) / min(c.instructions[kind] for c in costs) - 1
    misses = [f"{worst / AIMS[kind] - 1:.0%} over"] if worst > AIMS[kind] else []
    if drift > STEADY:
        misses.append(f"{drift:.0%} apart between sizes")
    if kind == CHECK and len(costs[-1].statements[kind].rows) > MOST_CHECK_STATEMENTS:
        misses.append("too many statements")
    return f"≤ {AIMS[kind]} x, ± 10 %", "; ".join(misses) or "yes"


def statements_list(statements: Mapping[str, Statements]) -> str:
    """Give the beginning of every statement that each kind of call makes, in order."""
    lines = []
    for kind, made in statements.items():
        framing = f", framed by {', '.join(made.frame)}" if made.frame else ""
        lines.append(f"- **{kind}**: {len(made.rows)}{framing}")
        lines += [f"  - {_named(text)}" for text in made.rows]
    return "\n".join(lines)


def _named(statement: str) -> str:
    verb = statement.split(maxsplit=1)[0]
    tables = re.findall(r'(?:FROM|JOIN|INTO|UPDATE) "?(pledge_\w+|notifications_\w+)', statement)
    named = ", ".join(dict.fromkeys(tables)) or statement.split("(", maxsplit=1)[0].removeprefix("SELECT ")
    return f"{verb} {named}"


def paces_table(shown: Mapping[tuple[str, int, str], Mapping[str, Pace]]) -> str:
    """Give requests a second and the times of each kind of call for each server, number of connections and keys."""
    rows = []
    for (server, connections, keys), paces in shown.items():
        for kind, pace in paces.items():
            share = pace.per_second / paces[BASELINE].per_second
            times = f"{pace.p50:.1f} / {pace.p99:.1f}"
            asking = f"{pace.asking:.0%}" + (", too much" if pace.asking > MOST_ASKING else "")
            rows.append([server, connections, keys, kind, f"{pace.per_second:.0f}", f"{share:.2f} x", times,
                         pace.shed, asking])  # fmt: skip
    head = ["server", "connections", "keys", "call", "requests/s", "of the baseline", "p50 / p99 ms"]
    return table([*head, "turned away", "a core's part that asking took"], rows)


def night_table(nights: Sequence[Mapping[str, Any]], registrants: int) -> str:
    """Give what two nights in a row did and how long it took, and whether the aims hold."""
    first, second = nights
    rows = [
        [name, f"{count:,}", f"{seconds} s", f"{second['parts'][name][1]} s"]
        for name, (count, seconds) in first["parts"].items()
    ]
    rows.append(["**all**", "", f"**{first['seconds']} s**", f"**{second['seconds']} s**"])
    within = "yes" if first["seconds"] <= LONGEST_NIGHT else f"no, {first['seconds'] / LONGEST_NIGHT - 1:.0%} over"
    still = "nothing" if second["written"] == 0 else f"{second['written']:,} rows"
    judged = (
        f"{registrants:,} registrants; under 5 minutes: {within}. Memory of the process: "
        f"{first['resident_before']} MiB before, {first['resident_peak']} MiB at most. "
        f"Rows written: {first['written']:,}; by the second night: {still}. Failures: {first['failures']}."
    )
    return table(["work", "rows", "first night", "second night"], rows) + f"\n\n{judged}"


def table(head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """Give rows as a Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def keep(what: str, text: str) -> None:
    """Put what one run measured, such as ``SIZE=10000``, in its place in the document, and leave the rest as it is."""
    begin, end = f"<!-- measured with {what} -->", f"<!-- end of {what} -->"
    section = f"{begin}\n\n{text}\n\n{end}"
    document = DOCUMENT.read_text()
    if begin in document:
        before, _, rest = document.partition(begin)
        document = before + section + rest.partition(end)[2]
    else:
        document = f"{document.rstrip()}\n\n{section}\n"
    DOCUMENT.write_text(document)
