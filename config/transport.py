"""The pharmacies' API is spoken over TLS or not at all, and refuses in its own words whatever is wrong."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from pledge.api.problems import MALFORMED, TLS_REQUIRED, problem_answer

Answer = Callable[[HttpRequest], HttpResponse]


class RefusePlainApiCalls:
    """Refuses a plain API call instead of redirecting it.

    A redirect would let a client send its key in the clear on every call and never notice.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.HTTPS and request.path.startswith("/api/") and not request.is_secure():
            return problem_answer(TLS_REQUIRED, request.path, {"Cache-Control": "no-store"})
        return self.answer(request)


class AnswerApiInProblems:
    """Puts into the API's words what Django refuses with a page of its own before a call's door is reached."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answer(request)
        page = answer.get("Content-Type", "").startswith("text/html")
        if answer.status_code != 400 or not page or not request.path.startswith("/api/"):
            return answer
        detail = _what_is_wrong(request)
        return problem_answer(MALFORMED, request.path, {"Cache-Control": "no-store"}, detail=detail)


def _what_is_wrong(request: HttpRequest) -> str:
    try:
        request.get_host()
    except DisallowedHost:
        return "The Host header names no host of this service."
    return "The request was refused before it was read."
