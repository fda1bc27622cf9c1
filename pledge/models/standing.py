"""What prescribers, designees, pharmacies and wholesalers share: a dated certification (section 1)."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from pledge.rules.history import Standing


class CertifiedQuerySet(models.QuerySet[Any]):
    """Reads of certified parties."""

    def locked(self, pk: int) -> Any:
        """Give the row with ``pk``, locked until the transaction ends."""
        return self.select_for_update(no_key=True).get(pk=pk)

    def standing(self, on: date) -> Self:
        """Narrow to those whose certification holds on a program day."""
        return self.filter(certified_on__lte=on, certified_through__gte=on, suspended_at=None)


class CertifiedParty(models.Model):
    """A party certified for a span of program days; a suspension ends it at once."""

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    certified_on = models.DateField(null=True, blank=True)
    certified_through = models.DateField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)

    objects = CertifiedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(certified_on=None, certified_through=None) | Q(certified_through__gte=F("certified_on")),
                name="%(class)s_certification_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name

    @property
    def standing(self) -> Standing:
        """The certification as the rules judge it."""
        return Standing(self.certified_on, self.certified_through, self.suspended_at is not None)
