"""Consent forms in the admin: what was signed, and the steps that record paper and countersign."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import path
from django.utils import timezone

from consents.actions.signing import countersign, sign_on_paper
from consents.admin.countersigning import to_countersign_view
from consents.admin.passwords import password_refused
from consents.admin.signers import SIGN_BY_LINK, missing_of, to_countersign
from consents.models import SignedConsent
from pledge.admin.fields import WordField
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.steps import ENROLLMENT, Scene, Step, step
from pledge.admin.visitor import OVERSIGHT, Role
from pledge.models import Registrant
from pledge.rules.vocabulary import ConsentForm, Scope, Signer

MEGABYTE = 1024 * 1024


@step(Registrant)
class RecordPaperConsent(Step):
    """Records what was signed on paper, with its scan."""

    slug, title, button, group = "record-paper-consent", "Record a paper consent", "Record it", ENROLLMENT
    explanation = (
        "For a form that the registrant, or the parent or guardian of a registrant under 18, signed on paper with "
        "every statement initialed. The scan is kept with the record, and the trail keeps your name beside theirs."
    )
    act = staticmethod(sign_on_paper)
    scope = Scope.ENROLLMENT
    input_names = {"form": "form_name"}

    form_name = WordField(ConsentForm, label="Form")
    signer = WordField(Signer, only=SIGN_BY_LINK, label="Who signed")
    signer_name = forms.CharField(label="Their name as signed", max_length=200)
    scan = forms.FileField(label="Scan", help_text="A PDF, PNG or JPEG of every page, whole and readable.")

    @classmethod
    def missing(cls, scene: Scene) -> list[tuple[ConsentForm, Signer]]:
        """Give the signatures that could be recorded now, in the order of signing."""
        return [pair for pair in missing_of(scene) if pair[1] in SIGN_BY_LINK]

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return bool(cls.missing(scene))

    def prepare(self) -> None:
        form, first = next(iter(self.missing(self.scene)), (None, Signer.REGISTRANT))
        registrant = self.scene.subject
        self.initial.setdefault("form_name", form)
        self.initial.setdefault("signer", first)
        name = registrant.guardian_name if first is Signer.GUARDIAN else registrant.name
        self.initial.setdefault("signer_name", name)

    def clean_scan(self) -> UploadedFile:
        """Refuse one that is too large before it is read; what it is, the action looks at."""
        scan: UploadedFile = self.cleaned_data["scan"]
        if (scan.size or 0) > settings.SCAN_BYTES_MOST:
            raise ValidationError(f"A scan may have at most {settings.SCAN_BYTES_MOST // MEGABYTE} MB.")
        return scan

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        named = {name: said[name] for name in ("signer", "signer_name")}
        return {"form": said["form_name"], "scan": said["scan"].read(), **named}

    def done(self, outcome: Any) -> str:
        return "The paper consent is recorded with its scan."


@step(Registrant)
class Countersign(Step):
    """The prescriber's countersignature."""

    slug, title, button, group = "countersign", "Countersign a form", "Countersign", ENROLLMENT
    explanation = (
        "Only the prescriber in person, with the password typed again, and last: after the registrant and, under 18, "
        "the parent or guardian. What they signed is shown under “To countersign”, several at once."
    )
    roles = frozenset({Role.PRESCRIBER})
    act = staticmethod(countersign)
    input_names = {"form": "form_name"}

    form_name = WordField(ConsentForm, label="Form")
    agreed = forms.BooleanField(label="I explained this form to the registrant and countersign it")
    password = forms.CharField(
        label="Your password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return bool(to_countersign(scene))

    def prepare(self) -> None:
        ready = to_countersign(self.scene)
        if ready:
            self.initial.setdefault("form_name", ready[0])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            why_not = password_refused(self.scene.by, said["password"], self.scene.subject, timezone.now())
            if why_not:
                self.add_error("password", why_not)
        return said

    def given(self) -> dict[str, Any]:
        return {"form": self.cleaned_data["form_name"]}

    def done(self, outcome: Any) -> str:
        return "The form is countersigned."


@admin.register(SignedConsent)
class SignedConsentAdmin(ReadOnlyAdmin):
    """Every signature; and what waits for a prescriber's own."""

    roles = OVERSIGHT
    list_display = ("signed_at", "whose", "form_version", "signer", "method")
    list_filter = ("form_version", "signer", "method", "signed_on")
    list_select_related = ("registrant", "form_version")
    search_fields = ("registrant__number__exact",)
    search_help_text = "A whole registrant number."

    def get_urls(self) -> list[Any]:
        door = self.admin_site.admin_view
        waiting = path("to-countersign/", door(to_countersign_view), name="consents_to_countersign")
        return [waiting, *super().get_urls()]
