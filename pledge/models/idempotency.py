"""Answers remembered for the pharmacies' repeated requests (trust-bar F19)."""

from django.db import models

from pledge.models.pharmacy import Pharmacy


class IdempotencyRecord(models.Model):
    """The answer given to one ``Idempotency-Key``; written in the transaction of the decision itself."""

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="+")
    call = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "call", "key"], name="idempotency_key_is_used_once_per_pharmacy_and_call"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created_idx")]

    def __str__(self) -> str:
        """Give the call."""
        return self.call
