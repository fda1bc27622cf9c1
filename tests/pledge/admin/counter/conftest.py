"""Three people who come to a counter: a pharmacist and the representative of the first pharmacy, one of the other's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from pledge.actions import pharmacists
from pledge.models import Authorization, Pharmacist, Pharmacy
from tests.lives import Life, Program
from tests.pledge.admin.world import World, logged_in

HOME, AUTHORIZE, STOCK, REPORT = (
    "/admin/",
    "/admin/counter/authorize/",
    "/admin/counter/stock/",
    "/admin/counter/report/",
)


@dataclass(frozen=True)
class Counter:
    """The world, and who is at which counter."""

    world: World
    sam: Pharmacist
    rosa: Pharmacist
    pharmacist: Client
    representative: Client
    elsewhere: Client

    @property
    def program(self) -> Program:
        return self.world.program


def enrolled(pharmacy: Pharmacy, world: World, number: int, *, represents: bool = False) -> pharmacists.Enrolled:
    return pharmacists.enroll_pharmacist(
        pharmacy=pharmacy, own_id=f"RPH-{number}", name=f"Pharmacist {number}", username=f"counter-{number}",
        is_representative=represents, by=world.program.administrator, at=world.at,
    )  # fmt: skip


@pytest.fixture
def counter(world: World) -> Counter:
    sam = enrolled(world.program.pharmacy, world, 1)
    rosa = enrolled(world.program.pharmacy, world, 2, represents=True)
    other = enrolled(world.program.other_pharmacy, world, 3)
    clients = [logged_in(one.user) for one in (sam, rosa, other)]
    return Counter(world, sam.row, rosa.row, *clients)


def typed(life: Life, **others: Any) -> dict[str, Any]:
    """What is typed about someone."""
    return {"number": life.number, "born_on": f"{life.born_on:%m/%d/%Y}", "days_supply": 30, **others}


def said(answer: HttpResponse) -> str:
    """What a page says, on one line."""
    return " ".join(answer.content.decode().split())


def page_of(row: Authorization, act: str = "") -> str:
    return f"/admin/counter/authorizations/{row.rma_number}/{act}"
