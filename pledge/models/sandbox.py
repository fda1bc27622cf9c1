"""What test keys leave behind: authorizations for made-up registrants, apart from every live row (pharmacy-api)."""

from django.db import models
from django.db.models import Q

from pledge.models.pharmacy import Pharmacy
from pledge.rules.vocabulary import AuthorizationStatus


class SandboxAuthorization(models.Model):
    """An authorization that a test key asked for; nothing may be dispensed on it. A pharmacy's oldest are forgotten."""

    rma_number = models.CharField("RMA number", max_length=20, unique=True)
    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="+")
    registrant_number = models.CharField(max_length=20)
    pharmacist = models.CharField(max_length=64)
    client_reference = models.CharField(max_length=64, blank=True)
    days_supply = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=16, choices=AuthorizationStatus.choices())
    edition = models.CharField(max_length=16)
    issued_at = models.DateTimeField()
    do_not_dispense_after = models.DateField(null=True, blank=True)
    dispensed_at = models.DateTimeField(null=True, blank=True)
    reversed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "registrant_number"],
                condition=Q(status=AuthorizationStatus.ISSUED),
                name="at_most_one_live_authorization_in_a_sandbox",
            ),
        ]
        indexes = [models.Index(fields=["pharmacy", "-id"], name="sandbox_pharmacy_idx")]

    def __str__(self) -> str:
        """Give the RMA number."""
        return self.rma_number
