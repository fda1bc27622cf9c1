"""Form versions and their texts (section 3.4): nobody signs what nobody has approved."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from consents.vocabulary import Language
from pledge.rules.vocabulary import ConsentForm


class FormVersionQuerySet(models.QuerySet["FormVersion"]):
    """Reads of form versions."""

    def of(self, form: ConsentForm) -> Self:
        """Narrow to one form."""
        return self.filter(form=form)

    def published(self) -> Self:
        """Narrow to those that were published; a draft is never served."""
        return self.filter(published_at__isnull=False)

    def in_force(self, on: date) -> "FormVersion | None":
        """Give the version in force on a program day, or None."""
        return self.published().filter(in_force_from__lte=on).order_by("-in_force_from").first()


class FormVersion(models.Model):
    """One dated version of a consent form; ``superseded_on`` is the day a newer one comes into force.

    It is a draft until it is published, and can be published only once its texts are approved.
    """

    form = models.CharField(max_length=32, choices=ConsentForm.choices())
    version = models.CharField(max_length=16)
    in_force_from = models.DateField()
    superseded_on = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=200, blank=True)

    objects = FormVersionQuerySet.as_manager()

    class Meta:
        ordering = ["form", "in_force_from"]
        constraints = [
            models.UniqueConstraint(fields=["form", "version"], name="form_version_is_unique"),
            models.UniqueConstraint(fields=["form", "in_force_from"], name="one_form_version_begins_on_a_day"),
        ]

    def __str__(self) -> str:
        """Give form and version."""
        return f"{self.get_form_display()} {self.version}"


class FormTextQuerySet(models.QuerySet["FormText"]):
    """Reads of texts."""

    def served(self) -> Self:
        """Narrow to those that may be shown to signers: approved, of a published version."""
        return self.filter(approved_at__isnull=False, form_version__published_at__isnull=False)


class FormText(models.Model):
    """The words of a form version in one language; once approved, the database lets nothing change them.

    ``body`` holds ``title``, ``introduction`` (paragraphs), ``statements`` (each initialed on its own), ``closing``
    (paragraphs). ``digest`` is the SHA-256 of form, version, language and body in canonical form (consents.canonical).
    ``translation_reviewed_by`` names the qualified translator who compared a translation with the original.
    """

    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=8, choices=Language.choices())
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=200)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=200, blank=True)
    translation_reviewed_at = models.DateTimeField(null=True, blank=True)
    translation_reviewed_by = models.CharField(max_length=200, blank=True)

    objects = FormTextQuerySet.as_manager()

    class Meta:
        ordering = ["form_version", "language"]
        constraints = [
            models.UniqueConstraint(fields=["form_version", "language"], name="one_text_per_form_version_and_language"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by="")
                | Q(approved_at__isnull=False) & ~Q(approved_by=""),
                name="an_approved_text_names_its_approver",
            ),
        ]

    def __str__(self) -> str:
        """Give form, version and language."""
        return f"{self.form_version}, {self.get_language_display()}"
