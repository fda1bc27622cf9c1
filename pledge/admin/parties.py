"""Participants, their keys, deviations and follow-ups: lists and pages with steps, for program administrators."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.stepping import take_step
from pledge.admin.steps import STEPS, Scene, step_named, steps_offered
from pledge.admin.timeline import PAGE, line_of
from pledge.admin.titles import told
from pledge.admin.visitor import visitor_of
from pledge.models import (
    Designee,
    EventType,
    Pharmacy,
    PharmacyKey,
    Prescriber,
    ProgramEvent,
    Registrant,
    Wholesaler,
)
from pledge.models.standing import CertifiedParty
from pledge.rules.calendar import program_day
from pledge.trail import record_access

# What others did about a log-in, and what its owner did to get in anew; not every time that they came in.
OF_LOG_INS = (
    EventType.LOG_IN_MADE,
    EventType.LOG_IN_DEACTIVATED,
    EventType.LOG_IN_REACTIVATED,
    EventType.LOG_IN_UNLOCKED,
    EventType.RETURN_CODE_GIVEN,
    EventType.RETURN_CODE_USED,
    EventType.AUTHENTICATOR_SET_UP,
)


class StepsAdmin(ReadOnlyAdmin):
    """A list whose rows each have a page with facts, steps and events."""

    facts: tuple[str, ...] = ()

    def get_urls(self) -> list[Any]:
        door, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("", door(require_safe(self.changelist_view)), name=f"{name}_changelist"),
            path("new/<slug:slug>/", door(self.new_view), name=f"{name}_new"),
            path("<int:pk>/", door(self.page_view), name=f"{name}_change"),
            path("<int:pk>/<slug:slug>/", door(self.step_view), name=f"{name}_step"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        visitor = visitor_of(request)
        taken = [step for step in STEPS.get(self.model, {}).values() if step.about_new]
        mine = [step for step in taken if visitor is not None and visitor.role in step.roles]
        links = [(step, reverse(self._name("new"), args=[step.slug])) for step in mine]
        return super().changelist_view(request, {**(extra_context or {}), "new_steps": links})

    def new_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        at = timezone.now()
        visitor, taken = self._permitted(request, slug)
        if not taken.about_new:
            raise Http404("there is no such step")
        scene = Scene(visitor, visitor.by(), program_day(at))
        return _form_view(request, self.admin_site, taken, scene, at=at, back=reverse(self._name("changelist")))

    def step_view(self, request: HttpRequest, pk: int, slug: str) -> HttpResponse:
        at = timezone.now()
        visitor, taken = self._permitted(request, slug)
        if taken.about_new:
            raise Http404("there is no such step")
        row = self._row(request, pk)
        scene = Scene(visitor, visitor.by(), program_day(at), row)
        return _form_view(request, self.admin_site, taken, scene, at=at, back=reverse(self._name("change"), args=[pk]))

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        at, visitor = timezone.now(), visitor_of(request)
        if visitor is None or visitor.role not in self.roles:
            raise Http404("there is no such page")
        row = self._row(request, pk)
        registrant = getattr(row, "registrant", None)
        if isinstance(registrant, Registrant):
            record_access(what=f"{self.opts.model_name}_read", by=visitor.by(), at=at, registrant=registrant)
        scene = Scene(visitor, visitor.by(), program_day(at), row)
        events = ProgramEvent.objects.filter(self.happened_to(row))[:PAGE]
        context = {
            **self.admin_site.each_context(request),
            "title": self.titled(row),
            "opts": self.opts,
            "row": row,
            "registrant": registrant,
            "scene": scene,
            "said": self.said(row, at),
            "why": _why_suspended(row),
            "holds": row.standing.holds(scene.on) if isinstance(row, CertifiedParty) else None,
            "facts": list(self._facts(row)),
            "groups": steps_offered(self.model, scene),
            "lines": [line_of(event) for event in events],
        }
        return _safely(request, context)

    def happened_to(self, row: Any) -> Q:
        """Narrow events to those that its page tells."""
        return Q(subject=self.opts.model_name, subject_id=row.pk)

    def titled(self, row: Any) -> str:
        """Give what its page is called."""
        return str(row)

    def said(self, row: Any, at: datetime) -> str:
        """Say in a sentence what a row is about; nothing where its facts say it."""
        return ""

    def _name(self, view: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{view}"

    def _permitted(self, request: HttpRequest, slug: str) -> Any:
        visitor = visitor_of(request)
        theirs = visitor is not None and self.has_view_permission(request)  # whoever reads no row takes no step here
        taken = step_named(self.model, slug, visitor) if visitor is not None and theirs else None
        if taken is None:
            raise Http404("there is no such step")
        return visitor, taken

    def _row(self, request: HttpRequest, pk: int) -> Model:
        try:
            return self.get_queryset(request).get(pk=pk)
        except (ObjectDoesNotExist, OverflowError) as missing:
            raise Http404("there is no such row") from missing

    def _facts(self, row: Model) -> Any:
        for name in self.facts:
            field = self.model._meta.get_field(name)
            shown = getattr(row, f"get_{name}_display", None)
            yield field.verbose_name, shown() if shown else getattr(row, name)


def _why_suspended(row: Model) -> str:
    """Give the reason for which a participant is suspended now; empty where none was given."""
    if not isinstance(row, CertifiedParty) or row.suspended_at is None:
        return ""
    events = ProgramEvent.objects.filter(subject=row._meta.model_name, subject_id=row.pk)
    newest = events.filter(type=EventType.PARTY_SUSPENDED).order_by("-pk").first()
    return told(newest, "reason", "reason") or "" if newest else ""


@require_http_methods(["GET", "HEAD", "POST"])
def _form_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return take_step(request, *args, **kwargs)


@require_safe
def _safely(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, "pledge/admin/row.html", context)


class PartyAdmin(StepsAdmin):
    """A certified participant."""

    list_filter = ("certified_through", ("suspended_at", admin.EmptyFieldListFilter))
    facts: tuple[str, ...] = ("certified_on", "certified_through", "suspended_at", "email", "time_zone")


class PersonAdmin(PartyAdmin):
    """A participant who logs in: their page tells of their log-in too."""

    def _facts(self, row: Any) -> Iterator[tuple[str, Any]]:
        yield from super()._facts(row)
        user = row.user
        yield "log-in", f"{user.get_username()}, switched {'on' if user.is_active else 'off'}" if user else "none yet"

    def happened_to(self, row: Any) -> Q:
        own = super().happened_to(row)
        return own | Q(subject="user", subject_id=row.user_id, type__in=OF_LOG_INS) if row.user_id else own


@admin.register(Prescriber)
class PrescriberAdmin(PersonAdmin):
    """Prescribers, by NPI."""

    list_display = ("name", "npi", "certified_through", "suspended_at")
    search_fields = ("name", "npi")
    facts = ("npi", *PartyAdmin.facts)


@admin.register(Designee)
class DesigneeAdmin(PersonAdmin):
    """Designees, with the prescribers they act for."""

    list_display = ("name", "certified_through", "suspended_at")
    search_fields = ("name",)

    def _facts(self, row: Any) -> Iterator[tuple[str, Any]]:
        yield from super()._facts(row)
        for designation in row.designations.filter(ended_at=None).select_related("prescriber"):
            yield "acts for", designation.in_words

    def happened_to(self, row: Any) -> Q:
        given = list(row.designations.values_list("pk", flat=True))
        return super().happened_to(row) | Q(subject="designation", subject_id__in=given)


@admin.register(Pharmacy)
class PharmacyAdmin(PartyAdmin):
    """Pharmacies, with their pharmacists who log in."""

    list_display = ("name", "number", "representative", "certified_through", "suspended_at")
    search_fields = ("name", "number")
    facts = ("number", "representative", *PartyAdmin.facts)

    def _facts(self, row: Any) -> Iterator[tuple[str, Any]]:
        yield from super()._facts(row)
        for one in row.pharmacists.active():
            yield "comes in as representative" if one.is_representative else "pharmacist", f"{one.name}, {one.own_id}"


@admin.register(Wholesaler)
class WholesalerAdmin(PartyAdmin):
    """Wholesalers."""

    list_display = ("name", "number", "certified_through", "suspended_at")
    search_fields = ("name", "number")
    facts = ("number", *PartyAdmin.facts)


@admin.register(PharmacyKey)
class PharmacyKeyAdmin(StepsAdmin):
    """Keys of the API: their beginnings only."""

    list_display = ("prefix", "pharmacy", "created_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "sandbox")
    list_select_related = ("pharmacy",)
    search_fields = ("prefix", "pharmacy__name", "pharmacy__number")
    facts = ("pharmacy", "prefix", "replaces", "created_at", "expires_at", "revoked_at")
