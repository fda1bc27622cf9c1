"""Every address of the service, found in its own resolver, with rows of the crawl's registrant put in.

A page is named as the matrix names it: its route without converters, and a step's route with the step's own slug.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from notifications.admin.webhooks import steps as webhooks
from pledge.admin.calendar.addresses import FEED_STEPS
from pledge.admin.counter.pharmacy import ABOUT_KEY, ABOUT_PHARMACIST, ABOUT_PHARMACY
from pledge.admin.designation_steps import OWN_STEPS
from pledge.admin.steps import STEPS
from pledge.models import Prescriber, Registrant
from tests.access.cast import Cast

NOWHERE, NOWHERE_TRIED = "no-such-step", {Prescriber, Registrant}  # the others' steps are found by the same code
CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
# What a regular expression stands for: how the matrix names it, and an address that it matches.
EXPRESSIONS = {
    r"^(?P<app_label>": ("admin/<app>/", "admin/pledge/"),
    r"(?P<url>.*)$": ("admin/<anything else>", "admin/nothing/here"),
    r"^sign/(?P<token>[^/]+)/copies/": (
        "sign/<token>/copies/<text_id>/copy.<pdf or json>", "sign/{token}/copies/{text_id}/copy.pdf",
    ),
    r"^verify/(?P<digest>": ("verify/<digest>/", "verify/{digest}/"),
    r"^api/docs/?$": ("api/docs/", "api/docs/"),
    r"^problems/?$": ("problems/", "problems/"),
    r"^problems/(?P<name>": ("problems/<name>", "problems/not-found"),
    r"^sign/(?:.*/)?$": ("sign/<anything else>/", "sign/no/such/page/at/all/"),
}  # fmt: skip

# The steps that pages of no model take.
SLUGS = {
    "admin/designees/<slug:slug>/": [slug for slug, step in OWN_STEPS.items() if step.about_new],
    "admin/designees/<int:pk>/<slug:slug>/": [slug for slug, step in OWN_STEPS.items() if not step.about_new],
    "admin/calendar/address/<slug:slug>/": list(FEED_STEPS),
    "admin/pharmacy/new/<slug:slug>/": list(ABOUT_PHARMACY),
    "admin/pharmacy/pharmacists/<int:pk>/<slug:slug>/": list(ABOUT_PHARMACIST),
    "admin/pharmacy/keys/<int:pk>/<slug:slug>/": list(ABOUT_KEY),
    "admin/webhooks/<slug:slug>/": list(webhooks.NEW_STEPS),
    "admin/webhooks/address/<int:pk>/<slug:slug>/": list(webhooks.OWN_STEPS),
}


class Page(NamedTuple):
    """One page: its name in the matrix, and an address of it for a given caller."""

    name: str
    address: str


def every_page(cast: Cast) -> dict[str, str]:
    """Give every page's name with an address that is about the crawl's own registrant.

    ``{token}`` is left in the signers' addresses: each caller has a link of their own.
    """
    found: dict[str, str] = {}
    for route in routes():
        for page in _pages(route, cast):
            found[page.name] = "/" + page.address
    return dict(sorted(found.items()))


def routes(below: str = "") -> list[str]:
    """Give every route of the service, or those below an address."""
    return [route for route in _routes(get_resolver().url_patterns, "") if route.startswith(below)]


def _routes(patterns: list[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route


def _pages(route: str, cast: Cast) -> Iterator[Page]:
    if route == "api/":  # whatever else is below the pharmacies' root
        yield Page("api/<anything else>", "api/v9/nothing")
        return
    written = next((one for start, one in EXPRESSIONS.items() if route.endswith(start) or start in route), None)
    if written is not None:
        known = {name: cast.captured[name] for name in ("text_id", "digest")}
        yield Page(written[0], written[1].format(token="{token}", **known))
        return
    model = _model_of(route)
    if "<slug:slug>" in route and model is not None:
        about_new = "/new/" in route
        slugs = [slug for slug, step in STEPS.get(model, {}).items() if step.about_new == about_new]
        nowhere = [NOWHERE] if model in NOWHERE_TRIED and not about_new else []
        for slug in [*slugs, *nowhere]:
            yield from _filled(route.replace("<slug:slug>", slug), model, cast)
        return
    for slug in SLUGS.get(route, [""]):
        yield from _filled(route.replace("<slug:slug>", slug) if slug else route, model, cast, cast.stands_in(route))


def _filled(route: str, model: type[Model] | None, cast: Cast, given: dict[str, str] | None = None) -> Iterator[Page]:
    known = {**cast.captured, **(given or {})}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in {"pk", "object_id", "id"} and model is not None:
            return cast.row_of(model)
        assert name in known, f"tests/access/cast.py does not say what stands for <{name}> in {route}"
        return known[name]

    yield Page(CONVERTED.sub(r"<\1>", route), CONVERTED.sub(value, route))


def _model_of(route: str) -> type[Model] | None:
    path = "/" + route
    return next((m for m in admin.site._registry if f"/{m._meta.app_label}/{m._meta.model_name}/" in path), None)
