"""Steps of program administrators on the forms: draft, change, approve, review of the translation, publish."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from consents.actions.forms import (
    approve_text,
    change_text,
    draft_version,
    publish_version,
    record_translation_review,
    wrote_last,
)
from consents.admin.wording import WordsStep
from consents.models import FormText, FormVersion
from consents.vocabulary import ORIGINAL_LANGUAGE, Language
from pledge.admin.fields import DayField
from pledge.admin.party_steps import StaffStep
from pledge.admin.steps import Scene, step
from pledge.rules.calendar import ONE_DAY
from pledge.rules.vocabulary import ConsentForm

FORMS = "Forms"
NOT_REVIEWED = "No qualified translator's review is on record."


def present_version(form: ConsentForm) -> FormVersion:
    """Give the version of a form that was published last: the one that a new version takes the place of."""
    return FormVersion.objects.of(form).published().order_by("in_force_from").reverse()[0]


def page_of(version: FormVersion) -> str:
    """Give the address of a version's page."""
    return reverse("admin:consents_formversion_change", args=[version.pk])


def review_of(text: FormText) -> str:
    """Say who compared a translation with the original, or that nobody did; empty for the original."""
    if text.language == ORIGINAL_LANGUAGE:
        return ""
    return f"Reviewed by {text.translation_reviewed_by}." if text.translation_reviewed_by else NOT_REVIEWED


class DraftVersion(WordsStep):
    """Drafts the next version of a form, beginning with the words of the present one."""

    button, about_new = "Keep the draft", True
    explanation = (
        "The fields hold the present words. Change what the new version says differently, in both languages. Nobody "
        "is shown a draft: another administrator approves each text, and then you publish the version."
    )
    act = staticmethod(draft_version)
    form: ClassVar[ConsentForm]

    version = forms.CharField(label="Name of the version", max_length=16, help_text="Such as the year of its edition.")

    def prepare(self) -> None:
        tomorrow: date = self.scene.on + ONE_DAY
        self.fields["in_force_from"] = DayField(
            label="In force from",
            first=tomorrow,
            help_text="The day from which it is signed. It must be published before.",
        )
        texts = present_version(self.form).texts.order_by("language")
        self.write(self.form, {Language(text.language): text.body for text in texts})

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        bodies = {language.value: self.body_in(language) for language in self.languages}
        return {
            "form": self.form, "version": said["version"], "in_force_from": said["in_force_from"], "bodies": bodies,
        }  # fmt: skip

    def done(self, outcome: Any) -> str:
        return f"The draft {outcome} is kept. Another administrator can approve its texts now."

    def leads_to(self, outcome: Any) -> str | None:
        return page_of(outcome)


@step(FormVersion)
class DraftInformedConsent(DraftVersion):
    """Drafts the next informed consent."""

    slug, title, form = "draft-informed-consent", "Draft a new informed consent", ConsentForm.INFORMED_CONSENT


@step(FormVersion)
class DraftBirthDefectsConsent(DraftVersion):
    """Drafts the next birth-defects consent."""

    slug, title = "draft-birth-defects-consent", "Draft a new birth defects consent"
    form = ConsentForm.BIRTH_DEFECTS_CONSENT


@step(FormVersion)
class Publish(StaffStep):
    """Publishes a version."""

    slug, title, button, group = "publish", "Publish this version", "Publish", FORMS
    explanation = (
        "From its first day, everyone who begins to sign the form signs this version; until then the present one. "
        "What is published stays as it is and cannot be taken back."
    )
    subject_as, grave = "version", True
    act = staticmethod(publish_version)

    agreed = forms.BooleanField(label="I have looked at what differs and at the preview, in both languages")

    def prepare(self) -> None:
        texts = self.scene.subject.texts.order_by("language")
        said = [f"{text.get_language_display()}: {review_of(text)}" for text in texts if review_of(text)]
        self.fields["agreed"].help_text = " ".join(said)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        version = scene.subject
        return version.published_at is None and not version.texts.filter(approved_at=None).exists()

    def given(self) -> dict[str, Any]:
        return {}

    def done(self, outcome: Any) -> str:
        return f"Published: {outcome}."


class TextStep(StaffStep):
    """A step about one text."""

    group = FORMS
    subject_as = "text"

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.approved_at is None


@step(FormText)
class ChangeText(WordsStep, TextStep):
    """Writes other words in a draft."""

    slug, title, button = "change", "Change the words", "Keep the words"
    explanation = "Whoever wrote last cannot approve. A translator's review of the old words no longer counts."
    act = staticmethod(change_text)

    def prepare(self) -> None:
        text = self.scene.subject
        self.write(ConsentForm(text.form_version.form), {Language(text.language): text.body})

    def given(self) -> dict[str, Any]:
        return {"body": self.body_in(self.languages[0])}

    def done(self, outcome: Any) -> str:
        return "The words are kept."


class ReadStep(TextStep):
    """A step that answers for the words that were on the page, and for no others."""

    def prepare(self) -> None:
        self.fields["digest"] = forms.CharField(widget=forms.HiddenInput, initial=self.scene.subject.digest)


@step(FormText)
class Approve(ReadStep):
    """Approves a text."""

    slug, title, button = "approve", "Approve this text", "Approve"
    explanation = "Not by who wrote it: a second person reads it first. An approved text can never be changed."
    act = staticmethod(approve_text)
    input_names = {"digest": "agreed"}

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return super().offered(scene) and not wrote_last(scene.subject, scene.by)

    agreed = forms.BooleanField(label="I have read the whole text, and the program may put it before signers")

    def given(self) -> dict[str, Any]:
        return {"digest": self.cleaned_data["digest"]}

    def done(self, outcome: Any) -> str:
        return "The text is approved."


@step(FormText)
class RecordReview(ReadStep):
    """Records a qualified translator's review."""

    slug, title, button = "review", "Record a translator's review", "Record the review"
    explanation = (
        "Only a review that really took place: a qualified translator has compared this translation with the English "
        "text, statement by statement, and found that it says the same."
    )
    act = staticmethod(record_translation_review)
    input_names = {"digest": "reviewer"}

    reviewer = forms.CharField(label="The translator's name and qualification", max_length=200)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return bool(scene.subject.language != ORIGINAL_LANGUAGE)

    def done(self, outcome: Any) -> str:
        return "The review is recorded."
