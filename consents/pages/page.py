"""The frame of every page for signers: what it says to browsers, and the switches of language and print size."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.encoding import iri_to_uri

from consents.vocabulary import SIGNING_LANGUAGES

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

PRINT_COOKIE = "print"
LARGE, REGULAR = "large", "regular"
SEE_OTHER = 303
A_YEAR = 365 * 24 * 3600


class Problem(NamedTuple):
    """Something to put right: the id of the field it is about, or empty, and a sentence."""

    field: str
    sentence: str


def page(view: View[P]) -> View[P]:
    """Make a view a page: kept nowhere, found by no search engine, and its switches work by themselves."""

    @wraps(view)
    def framed(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            return private(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
        if is_switch(request):
            return private(_switched(request))
        return private(view(request, *args, **kwargs))

    return framed


def private(answer: HttpResponse) -> HttpResponse:
    """Say in an answer's headers that nobody keeps it, points to it or lists it."""
    add_never_cache_headers(answer)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer


def shown(
    request: HttpRequest, template: str, *, status: int = 200, problems: Iterable[Problem] = (), **context: Any
) -> HttpResponse:
    """Give a page of ``consents/templates/consents``, in the reader's language and print size.

    :param problems: what the reader has to put right; the page lists them first.
    """
    problems = list(problems)
    wrong = {problem.field: problem.sentence for problem in problems}
    context |= {
        "problems": problems,
        "wrong": wrong,
        "large_print": request.COOKIES.get(host_only(PRINT_COOKIE)) == LARGE,
    }
    return render(request, f"consents/{template}", context, status=status)


def onward(address: str) -> HttpResponse:
    """Send the reader on with a GET, whatever method brought them."""
    return HttpResponse(status=SEE_OTHER, headers={"Location": iri_to_uri(address)})


def is_switch(request: HttpRequest) -> bool:
    """Tell whether a request asks for another language or print size, and for nothing else."""
    return request.method == "POST" and "switch" in request.POST


def host_only(name: str) -> str:
    """Give a cookie's full name: a browser refuses one of that prefix from a sibling host or a plain connection."""
    return f"__Host-{name}" if settings.HTTPS else name


def keep(answer: HttpResponse, name: str, value: str, *, seconds: int | None = None) -> None:
    """Keep a cookie in the reader's browser that no script reads and no other site sends; None: until it is closed."""
    answer.set_cookie(name, value, max_age=seconds, secure=settings.HTTPS, httponly=True, samesite="Lax")


def _switched(request: HttpRequest) -> HttpResponse:
    """Keep another language or print size in this browser, and show the same page again."""
    choice, answer = request.POST["switch"], onward(request.path)
    if choice in SIGNING_LANGUAGES:
        keep(answer, settings.LANGUAGE_COOKIE_NAME, choice, seconds=A_YEAR)
    if choice in (LARGE, REGULAR):
        keep(answer, host_only(PRINT_COOKIE), choice, seconds=A_YEAR)
    return answer
