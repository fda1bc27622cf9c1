"""Registrants brought in from a file, and lists of them taken out."""

from django.conf import settings
from django.db import models

from pledge.models.prescriber import Prescriber
from pledge.models.registrant import Course, Registrant


class RegistrantImport(models.Model):
    """One file of registrants that was taken in for a prescriber; ``file_digest`` is its SHA-256."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="imports")
    file_digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name, verbose_name_plural = "import", "imports"

    def __str__(self) -> str:
        """Give the day."""
        return f"import of {self.made_at:%Y-%m-%d}"


class ImportedRegistrant(models.Model):
    """One line of an import that enrolled someone, in the course that began with it."""

    taken_in = models.ForeignKey(RegistrantImport, on_delete=models.PROTECT, related_name="registrants")
    line = models.PositiveIntegerField()
    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="+")
    course = models.OneToOneField(Course, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["taken_in", "line"], name="import_takes_a_line_once"),
        ]

    def __str__(self) -> str:
        """Give the line."""
        return f"line {self.line}"


class RegistrantExport(models.Model):
    """A list that was asked for as a file; it can be fetched until ``expires_at``, and every fetch is on record.

    ``words`` say which registrants, as the list's own filters do; the file itself is not kept.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.JSONField(default=dict)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name, verbose_name_plural = "export", "exports"

    def __str__(self) -> str:
        """Give the day."""
        return f"export of {self.made_at:%Y-%m-%d}"
