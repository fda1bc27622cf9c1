"""What went wrong and who follows it up: deviations, non-compliance, pregnancy follow-up (sections 4, 7 and 8)."""

from django.db import models

from pledge.models.authorization import Dispense
from pledge.models.registrant import Registrant


class DeviationKind(models.TextChoices):
    """What was found."""

    DISPENSED_OUTSIDE_WINDOW = "dispensed_outside_window", "Dispensed outside the corrected window"
    NONCOMPLIANCE = "noncompliance", "Dispensed without an authorization"


class Deviation(models.Model):
    """A departure from the program's rules that stands on record until staff closes it."""

    kind = models.CharField(max_length=32, choices=DeviationKind.choices)
    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="deviations")
    dispense = models.ForeignKey(Dispense, on_delete=models.PROTECT, related_name="deviations")
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Give the kind."""
        return self.get_kind_display()


class FollowUp(models.Model):
    """A task for program staff with a deadline, such as the follow-up of a pregnancy report (section 8)."""

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="follow_ups")
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        verbose_name, verbose_name_plural = "follow-up", "follow-ups"

    def __str__(self) -> str:
        """Give the deadline."""
        return f"follow-up due {self.due_at:%Y-%m-%d %H:%M} UTC"
