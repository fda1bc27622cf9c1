"""Notices: rows that say what to tell whom; the outbox of everything that leaves by mail."""

from django.db import models
from django.db.models import Q

from notifications.kinds import Kind, Reader
from pledge.models import ProgramEvent, Registrant
from pledge.rules.vocabulary import Word


class Problem(Word):
    """Why a notice did not leave; for staff."""

    NO_ADDRESS = "no_address", "There is no address"
    ADDRESS_REFUSED = "address_refused", "The address was refused"
    NOT_TAKEN_YET = "not_taken_yet", "The mail server did not take it yet"
    GIVEN_UP = "given_up", "The mail server did not take it in three days"


class NoticeStatus(models.TextChoices):
    """Where a notice stands."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    SKIPPED = "skipped", "No longer true, not sent"
    FAILED = "failed", "Failed"


class NoticeQuerySet(models.QuerySet):
    """Reads of notices."""

    def due(self, at):
        """Narrow to those that are queued and may be tried at an instant."""
        return self.filter(status=NoticeStatus.QUEUED, queued_at__lte=at).filter(
            Q(not_before=None) | Q(not_before__lte=at)
        )


class Notice(models.Model):
    """One notice: unique per reader, kind and occasion, however often the nightly work runs (section 10).

    ``occasion`` names what it is about, such as ``window:12:3``; ``days`` holds the dates that the text may show.
    It is not tried before ``not_before``; ``problem`` says to staff why it did not leave.
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
    not_before = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=24, choices=Problem.choices(), blank=True, default="", db_default="")

    objects = NoticeQuerySet.as_manager()

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


class Night(models.Model):
    """One nightly work that was done: the program day it was done for, when, and how many rows failed."""

    day = models.DateField(unique=True)
    done_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        """Give the day."""
        return f"{self.day}"
