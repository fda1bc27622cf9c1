"""docs/access.md, written from the matrix: ``python -m tests.access.pages``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.access.matrix import Matrix, matrix

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
NOTE = "<!-- Written by `make docs` from tests/access/matrix.toml; a test fails when it differs. -->"
INTRODUCTION = """\
Every page of the service, who reads it and who may send its form. [tests/access](../tests/access) asks each of them as
each role by each method and compares; a page that is not here fails the build. Whoever is not named is refused: at the
admin someone who is not logged in is led to the log-in and anyone else is told that there is no such page, whether it
exists or not; the pharmacies' calls want a key; the signers' pages want a code and a PIN. Nobody may PUT, PATCH or
DELETE anything. Reading changes nothing but the access entries and the count of a pharmacy's calls, and every answer
carries its headers.

A pharmacy's authorized representative does what its pharmacists do at the counter, and looks after them and its keys. A
superuser is an administrator who also makes log-ins, and no more."""


def access_page() -> str:
    """Give docs/access.md."""
    written = matrix()
    parts = [NOTE, "# Who may what", INTRODUCTION, *_roles(written), *_pages(written), *_fields(written)]
    return "\n\n".join(parts) + "\n"


def _roles(written: Matrix) -> Iterator[str]:
    yield "## Roles"
    yield _table(["role", "who that is"], [[role, who] for role, who in written.roles.items()])
    said = [[name, ", ".join(sorted(members))] for name, members in written.groups.items()]
    groups = [row for row in said if row[0] not in written.roles and row[1]]
    yield "Taken together, in the tables below:"
    yield _table(["named", "are"], groups)


def _pages(written: Matrix) -> Iterator[str]:
    for door, title in {
        "admin/": "## The admin",
        "sign/": "## Signing",
        "api/": "## The pharmacies' calls",
        "": "## Open to anyone",
    }.items():
        lines = [line for name, line in written.lines.items() if written.door_of(name) is written.doors[door]]
        rows = [
            [f"`{line.name}`", line.what, ", ".join(line.said[0]) or "nobody", ", ".join(line.said[1]) or "nobody",
             line.scope]
            for line in lines
        ]  # fmt: skip
        yield title
        yield _table(["page", "what it is", "read by", "sent by", "a designee needs"], rows)


def _fields(written: Matrix) -> Iterator[str]:
    yield "## What is known of a registrant"
    rows = [
        [line.name, ", ".join(line.said), ", ".join(_steps_with(written, set(line.changes))) or "nothing"]
        for line in written.fields.values()
    ]
    yield _table(["what", "seen by", "said in the steps"], rows)
    yield "The inputs of each step about a registrant, all of them; nothing else that is sent is looked at:"
    yield _table(["step", "inputs"], [[slug, ", ".join(f"`{n}`" for n in names)] for slug, names in written.inputs])


def _steps_with(written: Matrix, inputs: set[str]) -> list[str]:
    return [f"`{slug}`" for slug, names in written.inputs if inputs & set(names)]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(access_page())
    print(f"wrote docs/{PAGE.name}")
