"""Sealed records: what was signed, as bytes that anyone can check years later (21 CFR 11.10, 11.30, 11.70)."""

from django.db import models

from consents.models.forms import FormText
from pledge.models import Course, Registrant


class SealCertificate(models.Model):
    """A certificate under which records were sealed; it stays, so that old records can still be checked."""

    fingerprint = models.CharField(max_length=64, unique=True)
    pem = models.TextField()
    first_used_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Give the fingerprint."""
        return self.fingerprint


class ConsentRecord(models.Model):
    """One form, signed by everyone whose signature it needs, in canonical bytes (consents.canonical).

    It is written with the last signature. Seal and document follow by themselves and are tried again until they are
    made (``attempts``, ``not_before``, ``problem``); the signature stands meanwhile. The database lets nothing change
    the bytes, nor the seal and the document once they are made.
    """

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="consent_records")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    text = models.ForeignKey(FormText, on_delete=models.PROTECT, related_name="records")
    content = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    completed_at = models.DateTimeField()
    certificate = models.ForeignKey(SealCertificate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seal = models.BinaryField(null=True, blank=True)
    document = models.BinaryField(null=True, blank=True)
    document_digest = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["course", "text"], name="one_record_per_course_and_text"),
            models.CheckConstraint(
                condition=models.Q(sealed_at=None)
                | models.Q(seal__isnull=False, document__isnull=False, certificate__isnull=False),
                name="a_sealed_record_has_seal_and_document",
            ),
        ]
        indexes = [
            models.Index(fields=["completed_at"], condition=models.Q(sealed_at=None), name="record_unsealed_idx"),
        ]

    def __str__(self) -> str:
        """Give which form."""
        return f"Record {self.pk} of {self.text}"
