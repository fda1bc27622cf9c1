"""Signatures under a form version, each bound to exactly what was signed (section 3; 21 CFR 11.50 and 11.70)."""

from typing import Self

from django.db import models
from django.db.models import Q

from consents.models.forms import FormText, FormVersion
from consents.models.requests import Visit
from consents.vocabulary import Meaning, ScanKind, SigningMethod
from pledge.models import Course, Registrant
from pledge.rules.vocabulary import Ending, Signer


class Scan(models.Model):
    """A scan of a form that was signed on paper; what it is was read from its content."""

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="consent_scans")
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ScanKind.choices())
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Give which form."""
        return f"Scan of {self.form_version}"


class SignedConsentQuerySet(models.QuerySet["SignedConsent"]):
    """Reads of signatures."""

    def counting(self) -> Self:
        """Leave out those of a course that has ended, after which everything is done anew (section 13, Endings)."""
        return self.exclude(course__ending__in=[Ending.COMPLETED, Ending.DISCONTINUED, Ending.WITHDRAWN])


class SignedConsent(models.Model):
    """One signature under one version of a form; ``signed_on`` is the program day.

    ``initials`` holds number, initials and instant of every statement, ``drawn`` the strokes of a drawn name,
    ``evidence`` how the signer proved who they are. ``binding`` is the SHA-256 over registrant, course, text,
    version, language, signer, name, meaning, initials and instant (consents.canonical): moved it no longer fits.
    """

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="signed_consents")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="signatures")
    signer = models.CharField(max_length=16, choices=Signer.choices())
    signer_name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField()
    signed_on = models.DateField()
    method = models.CharField(
        max_length=16,
        choices=SigningMethod.choices(),
        default=SigningMethod.RECORDED,
        db_default=SigningMethod.RECORDED.value,
    )
    text = models.ForeignKey(FormText, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures")
    meaning = models.CharField(max_length=32, choices=Meaning.choices(), blank=True, default="", db_default="")
    initials = models.JSONField(default=list, db_default=[], blank=True)
    drawn = models.JSONField(default=list, db_default=[], blank=True)
    evidence = models.JSONField(default=dict, db_default={}, blank=True)
    binding = models.CharField(max_length=64, blank=True, default="", db_default="")
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures")
    scan = models.ForeignKey(Scan, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures")

    objects = SignedConsentQuerySet.as_manager()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "form_version", "signer"], name="a_signer_signs_a_form_version_once_per_course"
            ),
            models.CheckConstraint(
                condition=~Q(method=SigningMethod.ELECTRONIC)
                | Q(text__isnull=False) & ~Q(meaning="") & ~Q(binding="") & ~Q(signer_name=""),
                name="an_electronic_signature_is_bound_to_its_text",
            ),
            models.CheckConstraint(
                condition=~Q(method=SigningMethod.ELECTRONIC, signer__in=[Signer.REGISTRANT, Signer.GUARDIAN])
                | Q(visit__isnull=False),
                name="who_signs_electronically_has_proven_who_they_are",
            ),
            models.CheckConstraint(
                condition=~Q(method=SigningMethod.PAPER) | Q(scan__isnull=False), name="a_paper_signature_has_its_scan"
            ),
        ]

    def __str__(self) -> str:
        """Give the form and who signed."""
        return f"{self.form_version} by {self.get_signer_display()}"
