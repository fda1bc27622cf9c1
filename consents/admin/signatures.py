"""Consent forms in the admin: what was signed, and the steps that record a signature."""

from typing import Any

from django import forms
from django.contrib import admin

from consents.actions.signing import sign
from consents.models import FormVersion, SignedConsent
from pledge.admin.fields import WordField
from pledge.admin.readonly import ReadOnlyAdmin
from pledge.admin.steps import ENROLLMENT, Scene, Step, step
from pledge.admin.whereabouts import unsigned
from pledge.models import Registrant
from pledge.rules.vocabulary import ConsentForm, Signer


class Signing(Step):
    """Records one signature under one form."""

    act = staticmethod(sign)
    input_names = {"form": "form_name", "signer": "signer"}

    form_name = WordField(ConsentForm, label="Form")

    @classmethod
    def missing(cls, scene: Scene) -> list[tuple[ConsentForm, Signer]]:
        """Give the signatures this step could record now, in the order of signing."""
        if scene.record is None or scene.record.course.ended_on is not None or scene.record.signatures is None:
            return []
        by_prescriber = cls is Countersign
        return [pair for pair in unsigned(scene.record, scene.on) if (pair[1] is Signer.PRESCRIBER) == by_prescriber]

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return bool(cls.missing(scene))

    def prepare(self) -> None:
        missing = self.missing(self.scene)
        if missing:
            self.initial.setdefault("form_name", missing[0][0])


@step(Registrant)
class RecordSignature(Signing):
    """Records the registrant's or the guardian's signature."""

    slug, title, button, group = "record-signature", "Record a signature", "Record the signature", ENROLLMENT
    explanation = (
        "For a form that the registrant, or the parent or guardian of a registrant under 18, signed on paper, with "
        "every statement initialed. The trail keeps your name beside theirs."
    )

    signer = WordField(Signer, only=[Signer.REGISTRANT, Signer.GUARDIAN], label="Who signed")
    signer_name = forms.CharField(label="Their name as signed", max_length=200)

    def prepare(self) -> None:
        super().prepare()
        missing = self.missing(self.scene)
        first = missing[0][1] if missing else Signer.REGISTRANT
        registrant = self.scene.subject
        self.initial.setdefault("signer", first)
        self.initial.setdefault(
            "signer_name", registrant.guardian_name if first is Signer.GUARDIAN else registrant.name
        )

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"form": said["form_name"], "signer": said["signer"], "signer_name": said["signer_name"]}

    def done(self, outcome: Any) -> str:
        return "The signature is recorded."


@step(Registrant)
class Countersign(Signing):
    """The prescriber's countersignature."""

    slug, title, button, group = "countersign", "Countersign a form", "Countersign", ENROLLMENT
    explanation = "Only the prescriber in person, and last: after the registrant and, under 18, the parent or guardian."

    agreed = forms.BooleanField(label="I explained this form to the registrant and countersign it")

    def given(self) -> dict[str, Any]:
        return {
            "form": self.cleaned_data["form_name"],
            "signer": Signer.PRESCRIBER,
            "signer_name": self.scene.by.name,
        }

    def done(self, outcome: Any) -> str:
        return "The form is countersigned."


@admin.register(FormVersion)
class FormVersionAdmin(ReadOnlyAdmin):
    """The dated versions of the forms."""

    list_display = ("form", "version", "in_force_from", "superseded_on")
    list_filter = ("form",)


@admin.register(SignedConsent)
class SignedConsentAdmin(ReadOnlyAdmin):
    """Every signature."""

    list_display = ("signed_at", "whose", "form_version", "signer")
    list_filter = ("form_version", "signer", "signed_on")
    list_select_related = ("registrant", "form_version")
    search_fields = ("registrant__number__exact",)
    search_help_text = "A whole registrant number."
