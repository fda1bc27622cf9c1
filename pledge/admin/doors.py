"""Pages of the admin that belong to no model: each is a door, with who may come through it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from pledge.admin.visitor import Role, Visitor, visitor_of
from pledge.rules.vocabulary import Scope


class Door(NamedTuple):
    """One page: its route below the admin's address, its view, its name for ``reverse``, and for whom it is there.

    ``label`` puts it into the navigation, in the order of ``IN_ORDER``; without one the page is reached from others.
    The view is called with the request and the visitor, and what the route captures.
    """

    route: str
    view: Callable[..., HttpResponse]
    name: str
    roles: frozenset[Role]
    label: str = ""
    scope: Scope | None = None  # of a designee, without which the navigation leaves it out; its page says why


class Way(NamedTuple):
    """One entry of the navigation."""

    label: str
    address: str


DOORS: list[Door] = []
IN_ORDER = (
    "calendar", "designees", "designations", "import", "export", "duplicates", "rules",
    "counter_stock", "counter_report", "pharmacy", "webhooks",
)  # fmt: skip
HOMES: dict[Role, Callable[..., HttpResponse]] = {}  # by role, what the admin's own address shows; called with the site


def patterns(admin_view: Callable[..., Any]) -> list[URLPattern]:
    """Give the address of every door, behind the site's own."""
    return [path(door.route, admin_view(_kept(door)), name=door.name) for door in DOORS]


def ways_for(visitor: Visitor) -> list[Way]:
    """Give the doors that a visitor's navigation shows."""
    open_to = [door for door in DOORS if door.label and visitor.role in door.roles and visitor.may(door.scope)]
    in_order = sorted(open_to, key=lambda door: IN_ORDER.index(door.name))
    return [Way(door.label, reverse(f"admin:{door.name}")) for door in in_order]


def _kept(door: Door) -> Callable[..., HttpResponse]:
    @wraps(door.view)
    def for_its_roles(request: HttpRequest, **captured: Any) -> HttpResponse:
        visitor = visitor_of(request)
        if visitor is None or visitor.role not in door.roles:
            raise Http404("there is no such page")
        return door.view(request, visitor, **captured)

    return for_its_roles
