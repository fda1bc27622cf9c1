"""Every page asked as everyone, by every method, and held against the written matrix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse

from tests.access.addresses import every_page
from tests.access.cast import Cast, Kept
from tests.access.matrix import METHODS, NEVER_SERVED, SAFE, matrix, outcome_of
from tests.pledge.admin.world import digest

pytestmark = pytest.mark.django_db
ROLES = list(matrix().roles)
# Whoever may do most at each door, and who may do nothing: the methods that nobody uses are tried as them.
ANY_METHOD = {"anonymous", "registrant", "prescriber", "pharmacist", "superuser"}
TYPED = {"admin/filters/save/": {"listing": "registrants", "title": "Mine too"}}
# A calendar's tasks are nobody's, and kept privately.
PERSONAL = ("admin/", "sign/", "api/v1/auth", "api/v1/disp", "api/v1/elig")


def methods_of(role: str) -> tuple[str, ...]:
    return METHODS if role in ANY_METHOD else tuple(one for one in METHODS if one not in {*NEVER_SERVED, "HEAD"})


def wrong_headers(page: str, answer: HttpResponse) -> Iterator[str]:
    """What an answer does not tell the browser, errors and redirects included."""
    policy = answer.headers.get("Content-Security-Policy", "")
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        if directive not in policy:
            yield f"no {directive}"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    personal = page.startswith(PERSONAL) and page != "admin/jsi18n/" and answer.status_code < 300
    if personal and "no-store" not in answer.headers.get("Cache-Control", ""):
        yield "may be stored"


class Crawl:
    """What came of asking every page as one role."""

    def __init__(self, cast: Cast, role: str) -> None:
        self.cast, self.role, self.caller = cast, role, cast.callers[role]
        self.caller.client.raise_request_exception = False
        self.differing: list[str] = []
        self.headless: set[str] = set()
        self.seen: dict[str, str] = {}

    def ask(self, page: str, address: str, method: str) -> None:
        written = matrix()
        answer = self.caller.send(method, address, **(TYPED.get(page, {}) if method == "POST" else {}))
        outside = self.role in written.groups["not logged in"]
        got, right = outcome_of(answer, page, outside=outside), written.expected(page, self.role, method)
        if got not in right:
            self.differing.append(f"{method} {page}: {got}, not {' or '.join(sorted(right))}")
        self.headless.update(f"{method} {page}: {wrong}" for wrong in wrong_headers(page, answer))
        if method in SAFE:
            self._read(page, address, answer)

    def _read(self, page: str, address: str, answer: HttpResponse) -> None:
        """Note what a page shows of the own registrants; what was asked for by its own address is no news."""
        text = (b"" if answer.streaming else answer.content).decode(errors="replace").lower()
        for name, spellings in self.cast.known.items():
            told = [one for one in spellings if one.lower() in text and one not in address]
            if told and name not in self.seen:
                self.seen[name] = page


class TestThePages:
    def test_are_all_written_and_all_there(self, cast: Cast) -> None:
        written, there = set(matrix().lines), set(every_page(cast))
        assert sorted(there - written) == [], "pages without a line in tests/access/matrix.toml"
        assert sorted(written - there) == [], "lines of tests/access/matrix.toml without a page"

    def test_are_asked_as_every_role(self, cast: Cast) -> None:
        assert set(cast.callers) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
class TestARole:
    def test_is_let_in_and_refused_as_written(self, cast: Cast, role: str) -> None:
        """Reading changes nothing, no answer lacks its headers, and nobody sees what is not theirs to see."""
        crawl, pages = Crawl(cast, role), every_page(cast)
        pages = {page: address for page, address in pages.items() if page in matrix().lines}
        with Kept():
            before = digest()
            for method in (one for one in methods_of(role) if one in SAFE):
                for page, address in pages.items():
                    crawl.ask(page, address, method)
            changed = {table for table, rows in digest().items() if rows != before[table]}
        for method in (one for one in methods_of(role) if one not in SAFE):
            for page, address in pages.items():
                with Kept():
                    crawl.ask(page, address, method)
        seen, to_see = set(crawl.seen), self._to_see(role)
        problems = [
            *crawl.differing,
            *(f"{table} is changed by reading" for table in sorted(changed)),
            *sorted(crawl.headless),
            *(f"{name} is seen at {crawl.seen[name]}" for name in sorted(seen - to_see)),
            *(f"{name} is not seen anywhere" for name in sorted(to_see - seen)),
        ]
        assert not problems, "\n".join(problems)

    @staticmethod
    def _to_see(role: str) -> set[str]:
        return {name for name, line in matrix().fields.items() if role in line.sees}
