"""The written matrix (matrix.toml): read, asked, and put into words for docs/access.md."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponse

FILE = Path(__file__).with_name("matrix.toml")
SAFE, CHANGING = ("GET", "HEAD"), ("POST",)
NEVER_SERVED = ("PUT", "PATCH", "DELETE", "OPTIONS")
METHODS = (*SAFE, *CHANGING, *NEVER_SERVED)

SERVED, LOG_IN, PROVE, NO_KEY = "served", "log in", "prove who you are", "no key"
OUT_OF_SCOPE, NOT_THERE, NOT_ALLOWED = "out of scope", "not there", "method not allowed"
INPUT_JUDGED = {400, 409, 413, 415, 422}  # whoever is told what is wrong with an input was let in


@dataclass(frozen=True)
class Line:
    """One page of the matrix: who reads it, who sends its form, in what a designee must be designated."""

    name: str
    what: str
    reads: frozenset[str]
    sends: frozenset[str]
    scope: str = ""
    otherwise: str = ""
    said: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # who reads and who sends, in the groups it is written in


@dataclass(frozen=True)
class FieldLine:
    """One thing that is known of a registrant: who sees it, and the inputs of steps by which it is changed."""

    name: str
    sees: frozenset[str]
    said: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """Everything that is written."""

    roles: dict[str, str]
    groups: dict[str, frozenset[str]]
    doors: dict[str, dict[str, Any]]
    lines: dict[str, Line]
    fields: dict[str, FieldLine]
    inputs: list[tuple[str, list[str]]]

    def expected(self, page: str, role: str, method: str) -> set[str]:
        """Give the outcomes that are right for a role that asks a page by a method; several where none tells more."""
        line, door = self.lines[page], self.door_of(page)
        let_in = line.reads if method in SAFE else line.sends if method in CHANGING else frozenset()
        if role in let_in:
            return {SERVED}
        if role in self.groups[door["outsiders"]]:
            method_first = {NOT_ALLOWED} if not let_in or role in line.reads | line.sends else set()
            return {door["refusal"], *door.get("also", ()), *method_first}
        if line.otherwise:
            return {line.otherwise, NOT_ALLOWED}  # a method that is not served is refused first
        scoped = line.scope and role in self.groups["clinic"] and method in (*SAFE, *CHANGING)
        return {OUT_OF_SCOPE, NOT_ALLOWED} if scoped else {NOT_THERE, NOT_ALLOWED}

    def door_of(self, page: str) -> dict[str, Any]:
        """Give the door that a page is behind: how it refuses whom."""
        return next(door for start, door in self.doors.items() if page.startswith(start))


@cache
def matrix() -> Matrix:
    """Read the matrix.

    :raises KeyError: for a role or group that is not written.
    """
    said = tomllib.loads(FILE.read_text())
    roles = said["roles"]
    groups: dict[str, frozenset[str]] = {role: frozenset({role}) for role in roles}
    for name, members in said["groups"].items():
        groups[name] = _together(members, groups)
    lines = {
        name: Line(
            name,
            one["what"],
            _together(one.get("reads", []), groups),
            _together(one.get("sends", []), groups),
            one.get("scope", ""),
            one.get("otherwise", ""),
            (tuple(one.get("reads", ())), tuple(one.get("sends", ()))),
        )
        for name, one in said["pages"].items()
    }
    fields = {
        name: FieldLine(name, _together(one["sees"], groups), tuple(one["sees"]), tuple(one["changes"]))
        for name, one in said.get("fields", {}).items()
    }
    return Matrix(roles, groups, said["doors"], lines, fields, sorted(said["inputs"].items()))


def _together(members: list[str], groups: dict[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    for member in members:
        found |= groups[member]
    return frozenset(found)


def outcome_of(answer: HttpResponse, page: str, *, outside: bool) -> str:
    """Say in the matrix's words what a page's answer is.

    :param outside: whether the one who asked is not logged in, so that being led to the first page is being led out.
    """
    status = answer.status_code
    if status in {301, 302, 303}:
        to = str(answer["Location"])
        led_out = to.startswith("/admin/login") or (outside and to.startswith("/admin/"))
        return LOG_IN if led_out else SERVED
    if status == 405 or ("Allow" in answer.headers and not answer.content):
        return NOT_ALLOWED  # to OPTIONS some pages of Django's say which methods they take, and nothing else
    if status < 300 or status in INPUT_JUDGED:
        return SERVED
    forbidden = PROVE if page.startswith("sign/") else OUT_OF_SCOPE
    known = {401: NO_KEY, 403: forbidden, 404: NOT_THERE}
    return known.get(status, f"status {status}")
