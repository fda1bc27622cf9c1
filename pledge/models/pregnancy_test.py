"""Pregnancy tests (section 4): superseded, never edited."""

from django.db import models
from django.db.models import Q

from pledge.models.registrant import Registrant
from pledge.rules.vocabulary import CycleExemption, SpecimenType, TestResult, TestSetting


class PregnancyTestQuerySet(models.QuerySet):
    """Reads of tests."""

    def in_force(self):
        """Leave out tests that a correction superseded."""
        return self.filter(superseded_at=None)


class PregnancyTest(models.Model):
    """One test; ``specimen_on`` is the local calendar date as written at the site."""

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="tests")
    specimen_on = models.DateField()
    specimen_type = models.CharField(max_length=8, choices=SpecimenType.choices(), default=SpecimenType.URINE)
    result = models.CharField(max_length=16, choices=TestResult.choices())
    setting = models.CharField(max_length=16, choices=TestSetting.choices())
    cycle_day = models.PositiveSmallIntegerField(null=True, blank=True)
    cycle_exemption = models.CharField(max_length=24, choices=CycleExemption.choices(), blank=True)
    has_evidence = models.BooleanField(default=False)
    evidence_note = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=200)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    supersedes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = PregnancyTestQuerySet.as_manager()

    class Meta:
        ordering = ["-specimen_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(result__in=list(TestResult)), name="test_result_is_known"),
            models.CheckConstraint(condition=Q(setting__in=list(TestSetting)), name="test_setting_is_known"),
        ]
        indexes = [
            models.Index(
                fields=["registrant", "specimen_on"], condition=Q(superseded_at=None), name="test_in_force_idx"
            ),
        ]

    def __str__(self) -> str:
        """Give the specimen day only: the result is not for logs."""
        return f"test of {self.specimen_on}"
