"""An address that takes a form and shows none: read, as after logging in again, it leads to the page with the form."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from pledge.admin.visitor import Visitor

Sent = Callable[..., HttpResponse]


def sent_from(page: str) -> Callable[[Sent], Sent]:
    """Let a view take what is sent alone, and lead whoever reads its address to a page, of the same captured words.

    :param page: the page's name, as ``redirect`` takes it.
    """

    def narrowed(view: Sent) -> Sent:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def led(request: HttpRequest, visitor: Visitor, **captured: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(page, **captured)
            return view(request, visitor, **captured)

        return led

    return narrowed
