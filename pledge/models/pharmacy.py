"""Pharmacies, their API keys, and the wholesalers that supply them (sections 1 and 7)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from pledge.models.standing import CertifiedParty


class Pharmacy(CertifiedParty):
    """A pharmacy, activated for one year at a time by its authorized representative."""

    number = models.CharField(max_length=20, unique=True)
    representative = models.CharField("authorized representative", max_length=200, blank=True)

    class Meta(CertifiedParty.Meta):
        ordering = ["name", "id"]
        verbose_name_plural = "pharmacies"


class Wholesaler(CertifiedParty):
    """A wholesaler, which may ship only to active pharmacies; renewed annually."""

    number = models.CharField(max_length=20, unique=True)

    class Meta(CertifiedParty.Meta):
        ordering = ["name", "id"]


class PharmacyKeyQuerySet(models.QuerySet["PharmacyKey"]):
    """Reads of API keys."""

    def usable(self, at: datetime) -> Self:
        """Narrow to keys that are neither revoked nor expired at an instant."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


class PharmacyKey(models.Model):
    """A pharmacy's API key: shown once, kept as a SHA-256 digest, recognized by its prefix."""

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=32)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PharmacyKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        """Give the visible prefix."""
        return f"{self.prefix}…"
