"""Prescription windows, with what the clinic confirmed and the registrant answered in them (sections 5 and 6)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from pledge.models.pregnancy_test import PregnancyTest
from pledge.models.prescriber import Designee, Prescriber
from pledge.models.registrant import Course, Registrant
from pledge.rules.vocabulary import Method, PriorSource, RiskCategory, StopCause


class PrescriptionWindow(models.Model):
    """An inclusive span of program days in which a registrant may be dispensed to.

    ``closes_on`` is the last day; a positive test or a report shortens it to that day and sets ``stopped_at``.
    The ``*_recorded_at`` instants say when the nightly work recorded what the calendar had already decided.
    """

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="windows")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="windows")
    category = models.CharField(max_length=32, choices=RiskCategory.choices())
    test = models.ForeignKey(PregnancyTest, null=True, blank=True, on_delete=models.PROTECT, related_name="windows")
    specimen_on = models.DateField(null=True, blank=True)
    visit_on = models.DateField(null=True, blank=True)
    opens_on = models.DateField()
    closes_on = models.DateField()
    edition = models.CharField(max_length=16)
    opened_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_cause = models.CharField(max_length=24, choices=StopCause.choices(), blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    first_dispensed_at = models.DateTimeField(null=True, blank=True)
    closing_recorded_at = models.DateTimeField(null=True, blank=True)
    lockout_recorded_at = models.DateTimeField(null=True, blank=True)
    release_recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="window_closes_after_it_opens"),
        ]
        indexes = [
            models.Index(fields=["registrant", "opens_on"], name="window_registrant_idx"),
            models.Index(
                fields=["closes_on"],
                condition=Q(closing_recorded_at=None, cancelled_at=None, first_dispensed_at=None),
                name="window_closing_unrecorded_idx",
            ),
            models.Index(
                fields=["opens_on"],
                condition=Q(first_dispensed_at=None, release_recorded_at=None),
                name="window_unused_idx",
            ),
        ]

    def __str__(self) -> str:
        """Give the span."""
        return f"{self.opens_on} to {self.closes_on}"


class MonthlyConfirmation(models.Model):
    """What the clinic confirmed for one month; a correction is a newer row, and the newest counts."""

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="confirmations")
    window = models.ForeignKey(
        PrescriptionWindow, null=True, blank=True, on_delete=models.PROTECT, related_name="confirmations"
    )
    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="confirmations")
    designee = models.ForeignKey(
        Designee, null=True, blank=True, on_delete=models.PROTECT, related_name="confirmations"
    )
    confirmed_at = models.DateTimeField()
    visit_on = models.DateField()
    methods = ArrayField(models.CharField(max_length=32, choices=Method.choices()), default=list, blank=True)
    abstinence_acknowledged = models.BooleanField(default=False)
    days_supply = models.PositiveSmallIntegerField()
    prior_source = models.CharField(max_length=16, choices=PriorSource.choices(), blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["window", "-id"], name="confirmation_newest_idx")]

    def __str__(self) -> str:
        """Give the day of the visit."""
        return f"confirmation of {self.visit_on}"


class RegistrantAnswer(models.Model):
    """The registrant's answers to the month's questions and the methods they entered; the newest counts."""

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="answers")
    window = models.ForeignKey(PrescriptionWindow, on_delete=models.PROTECT, related_name="answers")
    answered_at = models.DateTimeField()
    methods = ArrayField(models.CharField(max_length=32, choices=Method.choices()), default=list, blank=True)
    correct = models.BooleanField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["window", "-id"], name="answer_newest_idx")]

    def __str__(self) -> str:
        """Give the instant only: methods are not for logs."""
        return f"answer of {self.answered_at:%Y-%m-%d}"
