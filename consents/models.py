"""Form versions and the signatures under them (section 3)."""

from datetime import date
from typing import Self

from django.db import models

from pledge.models import Course, Registrant
from pledge.rules.vocabulary import ConsentForm, Signer


class FormVersionQuerySet(models.QuerySet["FormVersion"]):
    """Reads of form versions."""

    def of(self, form: ConsentForm) -> Self:
        """Narrow to one form."""
        return self.filter(form=form)

    def in_force(self, on: date) -> "FormVersion | None":
        """Give the version in force on a program day, or None."""
        return self.filter(in_force_from__lte=on).order_by("-in_force_from").first()


class FormVersion(models.Model):
    """One dated version of a consent form; ``superseded_on`` is the day a newer one comes into force."""

    form = models.CharField(max_length=32, choices=ConsentForm.choices())
    version = models.CharField(max_length=16)
    in_force_from = models.DateField()
    superseded_on = models.DateField(null=True, blank=True)

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


class SignedConsent(models.Model):
    """One signature under one version of a form; ``signed_on`` is the program day."""

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="signed_consents")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="signatures")
    signer = models.CharField(max_length=16, choices=Signer.choices())
    signer_name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField()
    signed_on = models.DateField()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "form_version", "signer"], name="a_signer_signs_a_form_version_once_per_course"
            ),
        ]

    def __str__(self) -> str:
        """Give the form and who signed."""
        return f"{self.form_version} by {self.get_signer_display()}"
