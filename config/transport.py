"""The pharmacies' API is spoken over TLS or not at all."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

Answer = Callable[[HttpRequest], HttpResponse]


class RefusePlainApiCalls:
    """Refuses a plain API call instead of redirecting it.

    A redirect would let a client send its key in the clear on every call and never notice.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.HTTPS and request.path.startswith("/api/") and not request.is_secure():
            return problem(403, "tls-required", "Use https", "This API is spoken over TLS only.")
        return self.answer(request)


def problem(status: int, kind: str, title: str, detail: str) -> JsonResponse:
    """An RFC 9457 problem as an answer; ``kind`` is what its type ends in."""
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")
