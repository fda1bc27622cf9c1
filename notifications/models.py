"""Notices: rows that say what to tell whom; the outbox of everything that leaves by mail."""

from django.db import models
from django.db.models import Q

from notifications.kinds import Kind, Reader
from pledge.models import ProgramEvent, Registrant


class NoticeStatus(models.TextChoices):
    """Where a notice stands."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    SKIPPED = "skipped", "No longer true, not sent"
    FAILED = "failed", "Failed"


class Notice(models.Model):
    """One notice: unique per reader, kind and occasion, however often the nightly work runs (section 10).

    ``occasion`` names what it is about, such as ``window:12:3``; ``days`` holds the dates that the text may show.
    """

    reader = models.CharField(max_length=16, choices=Reader.choices())
    reader_id = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=40, choices=Kind.choices())
    occasion = models.CharField(max_length=80)
    registrant = models.ForeignKey(Registrant, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    caused_by = models.ForeignKey(ProgramEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    days = models.JSONField(default=dict, blank=True)
    queued_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=NoticeStatus.choices, default=NoticeStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "reader_id", "kind", "occasion"], name="one_notice_per_reader_kind_and_occasion"
            ),
        ]
        indexes = [
            models.Index(fields=["queued_at"], condition=Q(status="queued"), name="notice_queued_idx"),
            models.Index(fields=["registrant", "-id"], name="notice_registrant_idx"),
        ]

    def __str__(self) -> str:
        """Give the kind."""
        return self.get_kind_display()
