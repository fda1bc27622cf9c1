"""Prescribers and the designees who act on their behalf (section 1)."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from pledge.models.standing import CertifiedParty
from pledge.rules.vocabulary import Scope


class Prescriber(CertifiedParty):
    """A prescriber, enrolled by NPI and certified for one year at a time."""

    npi = models.CharField("NPI", max_length=20, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="prescriber"
    )

    class Meta(CertifiedParty.Meta):
        ordering = ["name", "id"]


class Designee(CertifiedParty):
    """Someone who acts in the system on behalf of prescribers; the certification is the annual attestation."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="designee"
    )

    class Meta(CertifiedParty.Meta):
        ordering = ["name", "id"]


class DesignationQuerySet(models.QuerySet[Any]):
    """Reads of designations."""

    def in_force(self, on: date) -> Self:
        """Narrow to those that hold on a program day."""
        return self.filter(begins_on__lte=on, ended_at=None).filter(Q(ends_on=None) | Q(ends_on__gte=on))


class Designation(models.Model):
    """A prescriber's word that a designee acts on their behalf: in what, from which program day, through which.

    Whoever is designated reads the prescriber's registrants; ``scopes`` says what they may do. Another scope or end day
    is a new row, and the old one is ended.
    """

    designee = models.ForeignKey(Designee, on_delete=models.PROTECT, related_name="designations")
    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="designations")
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope.choices()), default=list, blank=True)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = DesignationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["designee", "prescriber"],
                condition=Q(ended_at=None),
                name="designee_is_designated_once_by_a_prescriber",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")), name="designation_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        """Give both names."""
        return f"{self.designee} for {self.prescriber}"

    @property
    def in_words(self) -> str:
        """For whom, until when and in what, as people read it."""
        until = f"through {self.ends_on:%b} {self.ends_on.day}, {self.ends_on.year}" if self.ends_on else "no end day"
        scopes = "; ".join(scope.label for scope in Scope if scope in self.scopes)
        return f"{self.prescriber.name}, {until}: {scopes or 'to read only'}"
