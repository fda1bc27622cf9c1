"""The documentation's pages: open to anyone, the same for everyone, and nothing in them comes from elsewhere."""

import json
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pledge.api.docs.client import client_module
from pledge.api.docs.guide import guide_text
from pledge.api.docs.problem_words import TOLD
from pledge.api.docs.rendering import Rendered, rendered
from pledge.api.docs.snippets import as_json
from pledge.api.problems import KINDS, problem_members
from pledge.api.schema import openapi_text

_SEEN_AT = "/api/v1/authorizations"


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Show all that a pharmacy's programmer needs."""
    return render(request, "pledge/api/documentation.html", {"guide": _guide()})


@require_safe
def python_client(_: HttpRequest) -> HttpResponse:
    """Give the Python client, to be copied."""
    return HttpResponse(_client(), content_type="text/x-python; charset=utf-8")


@require_safe
def problem_types(request: HttpRequest) -> HttpResponse:
    """Show every type of problem."""
    told = [(kind, TOLD[kind.name]) for kind in KINDS]
    return render(request, "pledge/api/problems.html", {"told": told})


@require_safe
def problem_type(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a type of problem means and what to do; its ``type`` leads here.

    :raises Http404: where no problem has this name.
    """
    kind = next((kind for kind in KINDS if kind.name == name), None)
    if kind is None:
        raise Http404
    context = {"kind": kind, "told": TOLD[name], "example": as_json(problem_members(kind, _SEEN_AT))}
    return render(request, "pledge/api/problem.html", context)


@cache
def _guide() -> Rendered:
    return rendered(guide_text(json.loads(openapi_text()), settings.PUBLIC_ADDRESS))


@cache
def _client() -> str:
    return client_module(json.loads(openapi_text()))
