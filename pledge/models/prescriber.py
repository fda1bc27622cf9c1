"""Prescribers and the designees who act on their behalf (section 1)."""

from django.conf import settings
from django.db import models

from pledge.models.standing import CertifiedParty


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
    prescribers = models.ManyToManyField(Prescriber, related_name="designees", blank=True)

    class Meta(CertifiedParty.Meta):
        ordering = ["name", "id"]
