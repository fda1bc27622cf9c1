"""The forms in the admin: their versions, what differs between them, and each text as a signer will read it."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from consents.admin.differences import differences
from consents.admin.form_steps import page_of, review_of
from consents.models import FormText, FormVersion
from consents.vocabulary import Language
from pledge.admin.parties import StepsAdmin
from pledge.admin.stepping import take_step
from pledge.admin.steps import Scene, Step, steps_offered
from pledge.admin.timeline import PAGE, line_of
from pledge.admin.visitor import Visitor, visitor_of
from pledge.models import ProgramEvent
from pledge.rules.calendar import program_day

DRAFT, TO_COME, IN_FORCE, SUPERSEDED = "Draft", "Published, to come", "In force", "Superseded"
TONES = {DRAFT: "wait", TO_COME: "go", IN_FORCE: "go", SUPERSEDED: "done"}


def state_of(version: FormVersion, on: date) -> str:
    """Give what a version is on a program day."""
    if version.published_at is None:
        return DRAFT
    if version.in_force_from > on:
        return TO_COME
    return IN_FORCE if version.superseded_on is None or version.superseded_on > on else SUPERSEDED


@admin.register(FormVersion)
class FormVersionAdmin(StepsAdmin):
    """The dated versions of the forms, with the words of each."""

    list_display = ("__str__", "state", "in_force_from", "superseded_on", "translation")
    list_filter = ("form",)
    ordering = ("form", "-in_force_from")
    facts = ("in_force_from", "superseded_on", "published_at", "published_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FormVersion]:
        return super().get_queryset(request).prefetch_related("texts")

    @admin.display(description="state")
    def state(self, obj: FormVersion) -> str:
        """Give what it is today."""
        return state_of(obj, program_day(timezone.now()))

    @admin.display(description="translations")
    def translation(self, obj: FormVersion) -> str:
        """Say whether a translator has reviewed its translations."""
        return " ".join(filter(None, (review_of(text) for text in obj.texts.all())))

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        at, visitor = timezone.now(), _administrator(self, request)
        row: Any = self._row(request, pk)
        scene = Scene(visitor, visitor.by(), program_day(at), row)
        texts = sorted(row.texts.all(), key=lambda text: text.language)
        earlier = self.get_queryset(request).filter(form=row.form, in_force_from__lt=row.in_force_from)
        before = earlier.filter(published_at__isnull=False).order_by("in_force_from").last()
        events = ProgramEvent.objects.filter(subject="formversion", subject_id=pk) | ProgramEvent.objects.filter(
            subject="formtext", subject_id__in=[text.pk for text in texts]
        )
        state = state_of(row, scene.on)
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "row": row,
            "state": state,
            "tone": TONES[state],
            "facts": list(self._facts(row)),
            "groups": steps_offered(FormVersion, scene),
            "texts": [(text, review_of(text), _steps(text, scene)) for text in texts],
            "statements": list(zip(*(_said(text) for text in texts), strict=True)),
            "before": before,
            "changes": _changes(before, texts) if before else [],
            "lines": [line_of(event) for event in events.order_by("-pk")[:PAGE]],
        }
        return _shown(request, "version.html", context)


@admin.register(FormText)
class FormTextAdmin(StepsAdmin):
    """The words of a version in one language: their page is the preview."""

    list_display = ("__str__", "approved_at", "approved_by", "translation_reviewed_by")
    list_filter = ("language", "form_version__form")
    list_select_related = ("form_version",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FormText]:
        return super().get_queryset(request).select_related("form_version")

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        _administrator(self, request)
        text: Any = self._row(request, pk)
        context = {"text": text, "title": text.body["title"], "back": page_of(text.form_version)}
        return _shown(request, "preview.html", context)

    def step_view(self, request: HttpRequest, pk: int, slug: str) -> HttpResponse:
        at = timezone.now()
        visitor, taken = self._permitted(request, slug)
        text: Any = self._row(request, pk)
        scene = Scene(visitor, visitor.by(), program_day(at), text)
        return _form_view(request, self.admin_site, taken, scene, at=at, back=page_of(text.form_version))


def _administrator(own: StepsAdmin, request: HttpRequest) -> Visitor:
    visitor = visitor_of(request)
    if visitor is None or visitor.role not in own.roles:
        raise Http404("there is no such page")
    return visitor


def _said(text: FormText) -> list[dict[str, str]]:
    label = Language(text.language).label
    return [{"label": label, "language": text.language, "words": words} for words in text.body["statements"]]


def _steps(text: FormText, scene: Scene) -> list[tuple[type[Step], str]]:
    """Give the steps that make sense about a text now, with their addresses."""
    groups = steps_offered(FormText, scene._replace(subject=text))
    return [
        (taken, reverse("admin:consents_formtext_step", args=[text.pk, taken.slug]))
        for steps in groups.values()
        for taken in steps
    ]


def _changes(before: FormVersion, texts: list[FormText]) -> list[dict[str, Any]]:
    """Give, for each language that both versions have, what differs and how many statements do not."""
    old = {text.language: text for text in before.texts.all()}
    found = []
    for text in texts:
        if text.language in old:
            was = old[text.language]
            same = sum(a == b for a, b in zip(was.body["statements"], text.body["statements"], strict=False))
            parts = differences(was.body, text.body)
            label = Language(text.language).label
            found.append({"text": text, "label": label, "parts": parts, "same": same})
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def _form_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return take_step(request, *args, **kwargs)


@require_safe
def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, f"consents/admin/forms/{template}", context)
