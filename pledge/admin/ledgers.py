"""The trail and who read what: lists for program administrators and auditors, which nothing changes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from pledge.admin.oversight.readings import ByWhat, readers_of, words_for
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.timeline import line_of
from pledge.admin.titles import title_of
from pledge.admin.visitor import OVERSIGHT, visitor_of
from pledge.models import AccessEntry, Authorization, ProgramEvent
from pledge.rules.vocabulary import Word
from pledge.trail import record_access


class ActorKind(Word):
    """Who the trail says has acted, or read."""

    PRESCRIBER = "prescriber", "Prescriber"
    DESIGNEE = "designee", "Designee"
    PHARMACY = "pharmacy", "Pharmacy"
    PHARMACIST = "pharmacist", "Pharmacist"
    REGISTRANT = "registrant", "Registrant"
    GUARDIAN = "guardian", "Parent or guardian"
    PROGRAM = "program", "Program administrator"
    AUDITOR = "auditor", "Auditor"
    STAFF = "staff", "Log-in"  # of someone who is not anyone in the program yet, or any more
    OPERATOR = "operator", "Whoever runs the service"
    SYSTEM = "system", "The service itself"


def kind_of(word: str) -> str:
    """Give a kind of actor in words."""
    return ActorKind(word).label if word in list(ActorKind) else word


class ByActor(admin.SimpleListFilter):
    """Narrows to what one kind of actor did."""

    title, parameter_name = "who acted", "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return ActorKind.choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


@admin.register(ProgramEvent)
class ProgramEventAdmin(ReadOnlyAdmin):
    """The trail: what happened, who did it, for whom, under which edition."""

    roles = OVERSIGHT
    list_display = ("at", "what", "whose", "who", "for_whom", "edition")
    list_filter = ("at", ByActor, "type", "edition")
    list_select_related = ("registrant",)
    search_fields = ("registrant__number__exact", "actor_name")
    search_help_text = "A whole registrant number, or who acted."

    @admin.display(description="what happened", ordering="type")
    def what(self, obj: ProgramEvent) -> str:
        """Give the event's title as the timeline has it; a refusal names what was refused."""
        return title_of(obj)

    @admin.display(description="who", ordering="actor_name")
    def who(self, obj: ProgramEvent) -> str:
        """Give the actor's name, and in which capacity they acted."""
        kind = kind_of(obj.actor_kind)
        return kind if obj.actor_name.lower() == kind.lower() else f"{obj.actor_name} · {kind}"

    @admin.display(description="on behalf of", ordering="on_behalf_of")
    def for_whom(self, obj: ProgramEvent) -> str:
        """Give the prescriber for whom a designee acted."""
        return obj.on_behalf_of

    def _read(self, request: HttpRequest, object_id: int) -> HttpResponse:
        at, visitor = timezone.now(), visitor_of(request)
        if visitor is None or visitor.role not in self.roles:
            raise Http404("there is no such page")
        event = ProgramEvent.objects.select_related("registrant").filter(pk=min(object_id, MOST)).first()
        if event is None:
            raise Http404("there is no such event")
        if event.registrant is not None:
            record_access(what="programevent_read", by=visitor.by(), at=at, registrant=event.registrant)
        context = {
            **self.admin_site.each_context(request),
            "title": title_of(event),
            "opts": self.opts,
            "event": event,
            "line": line_of(event),
            "who": kind_of(event.actor_kind),
        }
        return TemplateResponse(request, "pledge/admin/oversight/event.html", context)


MOST = 2**63 - 1  # that a number of a row can be


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnlyAdmin):
    """Who read whose record, and who asked about whom."""

    roles = OVERSIGHT
    list_display = ("at", "what_was_read", "whose", "who", "pharmacy")
    list_filter = ("at", ByWhat, ByActor)
    list_select_related = ("registrant", "pharmacy")
    search_fields = ("registrant__number__exact",)
    search_help_text = "A whole registrant number."

    @admin.display(description="what was read", ordering="what")
    def what_was_read(self, obj: AccessEntry) -> str:
        """Give what was read or asked, in words."""
        return words_for(obj.what)

    @admin.display(description="who", ordering="actor_kind")
    def who(self, obj: AccessEntry) -> str:
        """Give who read it, in which capacity, and for whom a designee did."""
        names, kind = getattr(obj, "readers", None) or readers_of([obj]), kind_of(obj.actor_kind)
        spelled = obj.actor_id if obj.actor_kind == "pharmacist" else ""  # the pharmacy's own word for who asked
        name = names.get((obj.actor_kind, obj.actor_id), spelled)
        behalf = f", for {obj.on_behalf_of}" if obj.on_behalf_of else ""
        return f"{name} · {kind}{behalf}" if name else kind

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Give the list with the readers' names looked up for the whole page at once."""
        shown = super().get_changelist_instance(request)
        readers = readers_of(shown.result_list)
        for entry in shown.result_list:
            entry.readers = readers
        return shown

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["at", "what_was_read", "who", "whose", "pharmacy", "outcome"]


@admin.register(Authorization)
class AuthorizationAdmin(ReadOnlyAdmin):
    """Every authorization with where it stands."""

    roles = OVERSIGHT
    list_display = ("rma_number", "whose", "pharmacy", "status", "issued_at", "do_not_dispense_after")
    list_filter = ("status", "issued_on")
    list_select_related = ("registrant", "pharmacy")
    search_fields = ("rma_number__exact", "registrant__number__exact")
    search_help_text = "A whole RMA number or registrant number."
