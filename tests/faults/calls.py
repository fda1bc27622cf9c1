"""The pharmacies' calls that the faults fall upon, and what is there before and after one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.http import HttpResponse

from pledge.models import Authorization, CallRate, IdempotencyRecord, WrongGuess
from tests.faults.serving import LOST, Client
from tests.pledge.api.conftest import Software, asking
from tests.pledge.api.contract import problem_of
from tests.races.side_by_side import as_lived

REPLAYED = "Idempotent-Replayed"
DECIDED = {201, 200, 202, 409, 404}
COUNTS = {CallRate, WrongGuess}
_UNKNOWN = {"registrant_number": "1234567890"}

# Those that decide, each with the same Idempotency-Key whenever it is made.
DECISIONS: dict[str, Callable[[Software, Any], HttpResponse]] = {
    "authorize": lambda software, world: software.authorize(world.ready, idempotency_key="k"),
    "authorize, refused": lambda software, world: software.authorize(world.authorized, idempotency_key="k"),
    "authorize, unknown": lambda software, world: software.authorize(world.ready, **_UNKNOWN, idempotency_key="k"),
    "dispense": lambda software, world: software.dispense(world.authorized.rma_number, idempotency_key="k"),
    "report": lambda software, world: software.report(world.authorized, idempotency_key="k"),
    "reverse": lambda software, world: software.reverse(world.authorized.rma_number, idempotency_key="k"),
}
READS: dict[str, Callable[[Software, Any], HttpResponse]] = {
    "check": lambda software, world: software.check(world.ready),
    "batch": lambda software, world: software.check_all([asking(world.ready), asking(world.authorized)]),
    "show": lambda software, world: software.show(world.authorized.rma_number),
    "list": lambda software, world: software.listed(),
    "pharmacy": lambda software, world: software.get("/pharmacy"),
    "events": lambda software, world: software.get("/events"),
}
CALLS = {**DECISIONS, **READS}

_COUNT = " UNION ALL ".join(
    f"SELECT '{model.__name__}', count(*) FROM \"{model._meta.db_table}\""
    for model in apps.get_app_config("pledge").get_models()
    if model not in COUNTS
)


@dataclass
class Standing:
    """All that is there: how many rows of everything, and what became of every authorization.

    Notices are left out: they are queued after the decision, and what is missing of them the sweep queues.
    How often a pharmacy called or guessed is left out: that is counted before anything is decided.
    """

    rows: dict[str, int]
    authorizations: list[Any]

    @classmethod
    def now(cls) -> Standing:
        """Give what is there at this moment."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT)
            rows = dict(cursor.fetchall())
        statuses = sorted(Authorization.objects.values_list("registrant", "status"))
        return cls(rows, statuses)


@dataclass
class Ground:
    """Makes one call again and again from the same beginning."""

    name: str
    software: Software
    world: Any
    begin_again: Callable[[], None]
    before: Standing
    after: Standing

    def ask(self) -> HttpResponse | None:
        """Make the call, and give its answer or None where none came."""
        try:
            return CALLS[self.name](self.software, self.world)
        except LOST:
            return None

    def assert_all_or_nothing(self, answer: HttpResponse | None) -> bool:
        """Fail where half of a decision is there, or an answer told what is not there; tell whether all is there."""
        standing = Standing.now()
        assert standing in (self.before, self.after), (self.name, standing)
        if answer is not None and answer.status_code != 503:
            assert answer.status_code in DECIDED, answer.content
            assert standing == self.after, f"{self.name}: {answer.status_code} was told, and is not there"
        if answer is not None and answer.status_code == 503:
            assert (problem_of(answer), answer["Retry-After"]) == ("unavailable", "5")
        return standing == self.after

    def assert_decided_once(self, *, there: bool) -> None:
        """Ask again and fail where that is not the one decision: the one that is there already, or a new one."""
        again = self.ask()
        assert again is not None
        assert again.status_code in DECIDED, again.content
        if self.name in DECISIONS:  # whoever looks again leaves one more line in the access trail
            assert Standing.now() == self.after, self.name
            assert (REPLAYED in again) is there, self.name
            kept = IdempotencyRecord.objects.get(pharmacy=self.world.program.pharmacy)
            assert (again.status_code, again.content.decode()) == (kept.status, kept.body)


@contextmanager
def ground(name: str, client: Client, world: Any) -> Iterator[Ground]:
    """Make a call once undisturbed, so as to know what it leaves."""
    software = world.software(client)
    with as_lived() as begin_again:
        before = Standing.now()
        assert CALLS[name](software, world).status_code in DECIDED
        after = Standing.now()
        assert name in READS or before != after
        yield Ground(name, software, world, begin_again, before, after)
        begin_again()
