"""Every address of the admin, found in its own resolver, with real rows put in."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver

from pledge.admin.steps import STEPS
from pledge.models import Registrant

NEVER_THERE = "999999999"


def every_address(registrant: Registrant) -> list[str]:
    """Every address, once for each step; rows are the newest of their model, registrants the one given."""
    found = []
    for pattern, prefix in _patterns(admin.site.urls[0], "/admin/"):
        found += _filled(prefix + str(pattern.pattern), registrant)
    return sorted(set(found))


def _patterns(patterns: list[Any], prefix: str) -> Iterator[tuple[URLPattern, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield pattern, prefix


def _filled(address: str, registrant: Registrant) -> list[str]:
    if "(?P<app_label>" in address:
        return ["/admin/pledge/", "/admin/auth/"]
    if "(?P<url>" in address:
        return ["/admin/nothing/here"]
    model = next((m for m in admin.site._registry if f"/{m._meta.app_label}/{m._meta.model_name}/" in address), None)
    newest = model._default_manager.order_by("-pk").first() if model is not None else None
    pk = str(newest.pk) if newest is not None else NEVER_THERE
    address = re.sub(r"<str:\w+>", registrant.number, address)
    address = re.sub(r"<(?:int:|path:)?(?:pk|object_id|id)>", pk, address)
    slugs = [*STEPS.get(model, {}), "no-such-step"] if model is not None else []
    filled = [address.replace("<slug:slug>", slug) for slug in slugs] if "<slug:slug>" in address else [address]
    assert not [one for one in filled if "<" in one], filled
    return filled
