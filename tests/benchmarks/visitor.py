"""Someone who calls the real server as browsers and pharmacies' software do; every answer and its time are kept."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any, NamedTuple

from tests.benchmarks.calls import HOST

TURNED_AWAY = 429
NO_ANSWER = 0
LONGEST = 60.0  # seconds that an answer is waited for


class Answered(NamedTuple):
    """One request: of what kind, whether it was answered as it should be, with which status, in how many seconds."""

    kind: str
    status: int
    seconds: float
    well: bool


class Answers:
    """What all visitors were answered; many threads add to it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.all: list[Answered] = []
        self.wrong: list[str] = []
        self._adding = threading.Lock()

    def add(self, answered: Answered, told: str) -> None:
        """Keep one answer, and of a wrong one what it said."""
        with self._adding:
            self.all.append(answered)
            if not answered.well:
                self.wrong.append(f"{answered.kind}: {answered.status} {' '.join(told.split())[:300]}")


class NotAnswered(Exception):
    """A request was not answered as it should be, so the errand ends."""


class Page(NamedTuple):
    """An answer: where it came from in the end, and what it says."""

    address: str
    text: str

    @property
    def said(self) -> Any:
        """What it says, where it is JSON."""
        return json.loads(self.text)


class Visitor:
    """One browser or one pharmacy's software; it keeps its cookies and opens a connection for every request."""

    def __init__(self, port: int, answers: Answers, key: str = "") -> None:
        """Take the server's port, where to keep what was answered, and the key that software presents."""
        self.root = f"http://{HOST}:{port}"
        self.answers = answers
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def call(self, kind: str, path: str, said: Mapping[str, Any] | None = None, *, once: str = "") -> Page:
        """Make one of the pharmacies' calls; with a body it is a POST.

        :raises NotAnswered: where it is not granted.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if once:
            headers["Idempotency-Key"] = once
        return self._ask(kind, f"/api/v1{path}", None if said is None else json.dumps(said).encode(), headers)

    def open(self, kind: str, path: str, *, at_last: str = "") -> Page:
        """Open a page.

        :param at_last: what the address must end in once every redirection is followed.
        :raises NotAnswered: where it is not shown.
        """
        return self._ask(kind, path, None, {}, at_last=at_last)

    def send(self, kind: str, page: Page, *, at_last: str = "", **fields: str | list[str]) -> Page:
        """Fill in some fields of a page's form and send it; the rest goes as it was shown.

        :raises NotAnswered: where it leads elsewhere than meant.
        """
        body = urllib.parse.urlencode({**form_in(page.text), **fields}, doseq=True).encode()
        return self._ask(kind, page.address, body, {"Referer": self.root + page.address}, at_last=at_last)

    def _ask(self, kind: str, path: str, body: bytes | None, headers: Mapping[str, str], *, at_last: str = "") -> Page:
        request = urllib.request.Request(self.root + path, body, {**self.headers, **headers})
        began = time.perf_counter()
        try:
            with self.opener.open(request, timeout=LONGEST) as answer:
                status, text, address = answer.status, answer.read().decode(), answer.url
        except urllib.error.HTTPError as refused:
            status, text, address = refused.code, refused.read().decode(), refused.url
        except (OSError, http.client.HTTPException) as failure:
            status, text, address = NO_ANSWER, repr(failure), request.full_url
        address = address.removeprefix(self.root)
        well = status in {200, 201} and urllib.parse.urlsplit(address).path.endswith(at_last)
        told = errors_in(text) or text[:300]
        self.answers.add(Answered(kind, status, time.perf_counter() - began, well or status == TURNED_AWAY), told)
        if not well:
            raise NotAnswered(kind)
        return Page(address, text)


class _Form(HTMLParser):
    """Reads what a browser would send of each form of a page that is sent by POST, as it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.inside = False
        self.choosing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "form" and (named.get("method") or "").lower() == "post":
            self.inside = True
            self.forms.append({})
        if not self.inside:
            return
        name, value = named.get("name") or "", named.get("value") or ""
        if tag == "input" and name:
            chosen = named.get("type") not in {"radio", "checkbox"} or "checked" in named
            if chosen and named.get("type") not in {"submit", "file"}:
                self.forms[-1].setdefault(name, []).append(value or ("on" if named.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.choosing = name
        elif tag == "option" and "selected" in named and self.choosing:
            self.forms[-1].setdefault(self.choosing, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def form_in(text: str) -> dict[str, list[str]]:
    """Give the fields of a page's largest form, with what stands in them; the others are buttons."""
    reader = _Form()
    reader.feed(text)
    return max(reader.forms, key=len, default={})


class _Errors(HTMLParser):
    """Reads what a page says is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth or any("error" in (value or "") for name, value in attrs if name == "class"):
            self.depth += tag not in {"br", "input", "img", "hr", "link", "meta"}

    def handle_endtag(self, tag: str) -> None:
        self.depth -= self.depth > 0

    def handle_data(self, words: str) -> None:
        if self.depth:
            self.words.append(words)


def errors_in(text: str) -> str:
    """Give the words of a page that say what is wrong, or nothing."""
    reader = _Errors()
    reader.feed(text)
    return " ".join(" ".join(reader.words).split())
