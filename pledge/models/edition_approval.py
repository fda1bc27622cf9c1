"""That a dated edition of the rules was read and approved before it takes effect."""

from django.db import models


class EditionApproval(models.Model):
    """One administrator's approval of an edition, or overlay, exactly as it stood; a changed one is approved anew.

    ``digest`` is over every number, permission and date of it.
    """

    edition = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    approved_by = models.CharField(max_length=64)
    approved_by_name = models.CharField(max_length=200)
    approved_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "digest", "approved_by"], name="edition_is_approved_once_by_each_administrator"
            ),
        ]

    def __str__(self) -> str:
        """Give the edition's name."""
        return self.edition
