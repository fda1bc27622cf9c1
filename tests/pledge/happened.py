"""What an act left behind: its events, and every row of the program before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from pledge.models import EventType, ProgramEvent
from pledge.rules.refusals import RefusalCode, Refused, Rejected

KEPT_ANYWAY = {"programevent"}
OWN_APPS = ("pledge", "consents", "notifications", "auth", "sessions")


@contextmanager
def events() -> Iterator[list[ProgramEvent]]:
    """Collect what is recorded inside, in order."""
    newest = ProgramEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    found: list[ProgramEvent] = []
    yield found
    found.extend(ProgramEvent.objects.filter(pk__gt=newest).order_by("pk"))


@contextmanager
def types() -> Iterator[list[str]]:
    """Collect the types of what is recorded inside, in order."""
    found: list[str] = []
    with events() as told:
        yield found
    found.extend(event.type for event in told)


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the program, less the trail's own."""
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for app in OWN_APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.model_name not in KEPT_ANYWAY
    }


def refused(act: Callable[..., Any], *codes: RefusalCode, **arguments: Any) -> Refused:
    """Act, and make sure that exactly these reasons are given, one event tells of it, and no row changed."""
    before = rows()
    with events() as told, pytest.raises(Refused) as caught:
        act(**arguments)
    assert {refusal.code for refusal in caught.value.refusals} == set(codes)
    assert [event.type for event in told] == [EventType.ACT_REFUSED]
    assert {reason["code"] for reason in told[0].refusals} == {code.value for code in codes}
    assert rows() == before
    return caught.value


def rejected(act: Callable[..., Any], field: str, **arguments: Any) -> Rejected:
    """Act, and make sure that the input is rejected, naming ``field``, and that nothing at all is left behind."""
    before = rows()
    with events() as told, pytest.raises(Rejected) as caught:
        act(**arguments)
    assert caught.value.field == field
    assert told == []
    assert rows() == before
    return caught.value


def fresh(row: Model) -> Any:
    """Give a row as it stands now."""
    return type(row)._default_manager.get(pk=row.pk)
