"""A form is taken once, and only on the record it was shown for."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Model, Q

from pledge.admin.steps import Step
from pledge.models import EventType, ProgramEvent, Registrant
from pledge.trail import By, subject_of

MOST_NAMED = 5  # of the events that came between
CHANGES_NOTHING = (EventType.ACT_REFUSED, EventType.LOGGED_IN, EventType.LOG_IN_DENIED)  # that a form shows


class Meanwhile(Exception):
    """Something was recorded since the form was shown: the same step, or anything about what the form is about."""

    def __init__(self, events: Sequence[ProgramEvent], *, own: bool) -> None:
        """Take such events, newest first, and whether the newest is this very step, taken by the visitor."""
        self.events = events
        self.event = events[0]
        self.own = own
        super().__init__()


class Once:
    """What a form remembers in the action's transaction: it is taken once, and only on the record it was shown for.

    Two clicks are two requests with the same ``seen``; the lock makes the second wait and then find the first's
    event. An urgent step stops at nothing but its own repetition.
    """

    def __init__(self, step: type[Step] | Step, registrant: Registrant | None, seen: int, by: By) -> None:
        """Take the form, whom it is about, and the newest event that existed when it was shown."""
        self.step, self.registrant, self.seen, self.by = step, registrant, seen, by
        self.rows = step.concerned() if registrant is None and isinstance(step, Step) else []

    def claim(self) -> None:
        """Stop the act where it was taken already or the record has moved on.

        :raises Meanwhile: with the events that came between.
        """
        if self.registrant is None:
            with connection.cursor() as cursor:
                for key in (f"{self.by.kind}:{self.by.id}", *sorted(f"form:{subject_of(row)}" for row in self.rows)):
                    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])
        else:
            own_row = Registrant.objects.filter(pk=self.registrant.pk)
            own_row.select_for_update(no_key=True).values_list("pk").first()
        self.stop_if_overtaken()

    def stop_if_overtaken(self) -> None:
        """Look for what came between; without the lock, only to tell the visitor early.

        :raises Meanwhile: with the events that came between.
        """
        newer = ProgramEvent.objects.filter(pk__gt=self.seen).exclude(type__in=CHANGES_NOTHING)
        own = newer.filter(actor_kind=self.by.kind, actor_id=self.by.id, act=act_of(self.step))
        between = own
        if self.registrant is not None:
            between = (own if self.step.urgent else newer).filter(registrant=self.registrant)
        elif self.rows:
            theirs = reduce(or_, (_concerning(row) for row in self.rows))
            others = Q(subject__in=[row._meta.model_name for row in self.rows]) & ~theirs  # the same step, elsewhere
            between = newer.filter(theirs | Q(pk__in=own.exclude(others)))
        events = list(between.order_by("-pk")[:MOST_NAMED])
        if events:
            raise Meanwhile(events, own=own.filter(pk=events[0].pk).exists())

    def keep(self, outcome: Any) -> None:
        """Keep nothing: the action's own event is what the next claim finds."""


def _concerning(row: Model) -> Q:
    """Give which events are about a row, or changed it."""
    return Q(subject=row._meta.model_name, subject_id=row.pk) | Q(changes__has_key=subject_of(row))


def act_of(step: type[Step] | Step) -> str:
    """Name a step's action as the trail does."""
    module = step.act.__module__.removesuffix(".actions").rpartition(".")[2]
    return f"{module}.{step.act.__name__}"


def newest_event(registrant: Registrant | None) -> int:
    """Give the id of the newest event, about a registrant or at all; 0 where there is none."""
    events = ProgramEvent.objects.all() if registrant is None else ProgramEvent.objects.filter(registrant=registrant)
    return events.values_list("pk", flat=True).first() or 0


def number_sent(said: str) -> int:
    """Give the number of an event as a form sends it back; 0, older than any, where it is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
