"""What is open over the whole program: deviations and non-compliance, and follow-ups with a deadline."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from pledge.admin.oversight.happened import ABOUT_DISPENSE, happened, instant_in_words, time_left
from pledge.admin.parties import StepsAdmin
from pledge.admin.titles import told
from pledge.admin.visitor import OVERSIGHT
from pledge.models import Deviation, EventType, FollowUp, ProgramEvent


class WhereItStands(admin.SimpleListFilter):
    """Narrows to what is open, or to what is not any more."""

    title, parameter_name = "where it stands", "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("closed", model_admin.closed)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        field = "closed_at" if queryset.model is Deviation else "done_at"
        return queryset.filter(**{f"{field}__isnull": self.value() == "open"}) if self.value() else queryset


class OpenWork(StepsAdmin):
    """Work that is open until it is closed; an auditor reads it too."""

    roles = OVERSIGHT
    closed = "Closed"
    search_fields = ("registrant__number__exact",)
    search_help_text = "A whole registrant number."


@admin.register(Deviation)
class DeviationAdmin(OpenWork):
    """Deviations and non-compliance, closed with a note."""

    list_display = ("kind", "whose", "what_happened", "raised_at", "stands")
    list_filter = (WhereItStands, "kind", "raised_at")
    list_select_related = ABOUT_DISPENSE
    facts = ("raised_at", "closed_at", "closing_note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deviation]:
        return super().get_queryset(request).select_related(*ABOUT_DISPENSE)

    def said(self, row: Any, at: datetime) -> str:
        return happened(row)

    @admin.display(description="what happened")
    def what_happened(self, obj: Deviation) -> str:
        """Say which dispense it is about."""
        return happened(obj)

    @admin.display(description="where it stands", ordering="closed_at")
    def stands(self, obj: Deviation) -> str:
        """Say whether it is open."""
        return f"Closed {instant_in_words(obj.closed_at)}" if obj.closed_at else "Open"


@admin.register(FollowUp)
class FollowUpAdmin(OpenWork):
    """Tasks with a deadline, such as the follow-up of a pregnancy report."""

    list_select_related = ("registrant",)
    list_display = ("due_at", "whose", "stands", "raised_at")
    list_filter = (WhereItStands, "due_at")
    closed = "Done"
    facts = ("due_at", "raised_at", "done_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUp]:
        return super().get_queryset(request).select_related("registrant")

    def titled(self, row: Any) -> str:
        return f"Follow-up due {instant_in_words(row.due_at)}"

    def said(self, row: Any, at: datetime) -> str:
        if row.done_at is not None:
            done = ProgramEvent.objects.filter(subject="followup", subject_id=row.pk, type=EventType.FOLLOW_UP_DONE)
            note = next((told(event, "note", "note") for event in done), "")
            return " ".join(filter(None, ("The pregnancy that was reported has been followed up.", note)))
        left = time_left(row.due_at, at)
        return f"A pregnancy was reported: talk with the prescriber, then finish it here with a note. {left}."

    @admin.display(description="where it stands", ordering="done_at")
    def stands(self, obj: FollowUp) -> str:
        """Say how long is left, or that it is done."""
        return f"Done {instant_in_words(obj.done_at)}" if obj.done_at else time_left(obj.due_at, timezone.now())
