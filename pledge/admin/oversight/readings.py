"""Who read whose record, in words: what was read, and the reader's name as the trail would have it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from pledge.models import AccessEntry, Designee, Prescriber

WORDS = {
    "registrant_read": "A registrant's page",
    "step_opened": "A step's form",
    "registrants_listed": "A list of registrants",
    "registrants_exported": "A list that was exported",
    "import_read": "What an import brought in",
    "calendar_read": "The calendar",
    "calendar_feed_read": "The calendar feed",
    "duplicates_listed": "Likely duplicates",
    "to_countersign_read": "A form to countersign",
    "programevent_read": "An event of the trail",
    "followup_read": "A follow-up",
    "deviation_read": "A deviation",
    "authorization_read": "An authorization",
    "notice_read": "A notice",
    "signedconsent_read": "A signed form",
    "accessentry_read": "An access entry",
    "eligibility-check": "Whether a pharmacy may dispense",
    "authorization shown": "An authorization, shown to a pharmacy",
}


def words_for(what: str) -> str:
    """Give what was read or asked, in words."""
    plain = what.replace("_", " ").replace("-", " ")
    return WORDS.get(what, plain[:1].upper() + plain[1:])


class ByWhat(admin.SimpleListFilter):
    """Narrows to what was read."""

    title, parameter_name = "what was read", "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(WORDS.items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(what=self.value()) if self.value() else queryset


def readers_of(entries: Iterable[AccessEntry]) -> dict[tuple[str, str], str]:
    """Give the names of those who read, by kind and number: a statement a kind, however many entries there are."""
    asked: dict[str, set[str]] = {}
    for entry in entries:
        if entry.actor_id.isdigit():
            asked.setdefault(entry.actor_kind, set()).add(entry.actor_id)
    return {(kind, str(pk)): name for kind, numbers in asked.items() for pk, name in _named(kind, {*map(int, numbers)})}


def _named(kind: str, numbers: set[int]) -> Iterator[tuple[int, str]]:
    if kind in {"prescriber", "designee"}:
        model: Any = Prescriber if kind == "prescriber" else Designee
        yield from model.objects.filter(pk__in=numbers).values_list("pk", "name")
    elif kind in {"program", "auditor"}:
        for user in User.objects.filter(pk__in=numbers):
            yield user.pk, user.get_full_name() or user.get_username()
