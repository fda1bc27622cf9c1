"""Pharmacies, their API keys, and the wholesalers that supply them (sections 1 and 7)."""

from datetime import datetime
from typing import Self

from django.conf import settings
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
    """A pharmacy's API key: shown once, kept as a SHA-256 digest, recognized by its prefix.

    One of the sandbox reaches made-up registrants alone. What replaced a key names it as ``replaces``.
    """

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="keys")
    sandbox = models.BooleanField(default=False, db_default=False)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
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


class PharmacistQuerySet(models.QuerySet["Pharmacist"]):
    """Reads of pharmacists."""

    def active(self) -> Self:
        """Narrow to those who act for their pharmacy now."""
        return self.filter(ended_at=None)


class Pharmacist(models.Model):
    """A named pharmacist of a pharmacy; ``own_id`` is the id that the pharmacy itself knows them by (section 1).

    With a log-in they come to the counter page; the authorized representative also minds the pharmacy's connections.
    """

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="pharmacists")
    own_id = models.CharField("own id", max_length=64)
    name = models.CharField(max_length=200)
    is_representative = models.BooleanField("authorized representative", default=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="pharmacist"
    )
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PharmacistQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "own_id"],
                condition=Q(ended_at=None),
                name="own_id_is_one_pharmacists_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class CallRate(models.Model):
    """How many calls a pharmacy's keys made in a minute, counted from 1970, and until when it is slowed down."""

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="+")
    sandbox = models.BooleanField(default=False, db_default=False)
    minute = models.BigIntegerField()
    calls = models.PositiveIntegerField()
    slowed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pharmacy", "sandbox"], name="calls_are_counted_once_for_each_pharmacy"),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return f"{self.calls} calls"


class WrongGuess(models.Model):
    """A number and date of birth that named no one, or an authorization that is not the pharmacy's.

    Only a keyed digest is kept, so that asking again for the same is no second guess.
    """

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "wrong guesses"
        constraints = [
            models.UniqueConstraint(fields=["pharmacy", "digest"], name="same_wrong_guess_counts_once"),
        ]
        indexes = [models.Index(fields=["pharmacy", "at"], name="wrong_guess_recent_idx")]

    def __str__(self) -> str:
        """Give the day."""
        return f"wrong guess of {self.at:%Y-%m-%d}"
