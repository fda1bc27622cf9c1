"""Panels: what another app shows on the core's pages, which import none of it (docs/decisions/0006)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from pledge.admin.steps import Scene
from pledge.admin.timeline import Line, Spot
from pledge.admin.visitor import Visitor
from pledge.admin.worklist.queues import WorkRow
from pledge.models import Registrant


class Panel(NamedTuple):
    """One part of a registrant's page: a template, which finds what it shows as ``panel``."""

    template: str
    shown: Any


class Pointer(NamedTuple):
    """One link above the list of registrants: to work that waits for the visitor."""

    label: str
    address: str


PANELS: list[Callable[[Scene, datetime], Panel | None]] = []
POINTERS: list[Callable[[Visitor, datetime], Pointer | None]] = []
WORK: list[Callable[[Visitor, datetime], Iterable[WorkRow]]] = []  # a row takes the place of the core's in its queue
# Where the button of a step leads, by its slug, in the place of its form: to a page that shows more.
PLACES: dict[str, Callable[[Scene], str]] = {}
READ_AHEAD: list[str] = []  # what steps look at of a registrant, by accessor, read once for all that a list shows
# What another app adds to a registrant's timeline: at most so many lines older than a spot, newest first.
TIMELINE: list[Callable[[Registrant, Spot | None, int], Iterable[Line]]] = []


def place_of(slug: str, scene: Scene) -> str:
    """Give the address to which a step's button leads in the place of its form; empty where it is the form."""
    return PLACES[slug](scene) if slug in PLACES else ""


def panels_of(scene: Scene, at: datetime) -> list[Panel]:
    """Give the panels of a registrant's page."""
    return [panel for made in PANELS if (panel := made(scene, at)) is not None]


def pointers_for(visitor: Visitor, at: datetime) -> list[Pointer]:
    """Give the links above a visitor's list of registrants."""
    return [pointer for made in POINTERS if (pointer := made(visitor, at)) is not None]


def work_for(visitor: Visitor, at: datetime) -> list[WorkRow]:
    """Give what other apps put on a visitor's worklist."""
    return [row for made in WORK for row in made(visitor, at)]
