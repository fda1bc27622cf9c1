"""Authorizations (RMA) and what was dispensed (section 7)."""

from django.db import models
from django.db.models import Q

from pledge.models.pharmacy import Pharmacy
from pledge.models.registrant import Course, Registrant
from pledge.models.window import PrescriptionWindow
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus, ReversalReason, RiskCategory


class AuthorizationQuerySet(models.QuerySet):
    """Reads of authorizations."""

    def live(self):
        """Narrow to rows not yet dispensed, reversed, revoked or lapsed; whether one lives still is judged."""
        return self.filter(status__in=LIVE_STATUSES)

    def of_pharmacy(self, pharmacy):
        """Narrow to one pharmacy's own."""
        return self.filter(pharmacy=pharmacy)

    def newest_first(self):
        """Order by entry, newest first."""
        return self.order_by("-id")


class Authorization(models.Model):
    """The risk management authorization a pharmacy asks for before it dispenses.

    ``do_not_dispense_after`` is a program day, or null where the edition knows no window. ``returned_to_stock_at`` is
    said of one that was revoked, which cannot be reversed.
    """

    rma_number = models.CharField("RMA number", max_length=20, unique=True)
    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="authorizations")
    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="authorizations")
    window = models.ForeignKey(
        PrescriptionWindow, null=True, blank=True, on_delete=models.PROTECT, related_name="authorizations"
    )
    pharmacist = models.CharField(max_length=64, blank=True)
    client_reference = models.CharField(max_length=64, blank=True)
    days_supply = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=16, choices=AuthorizationStatus.choices())
    edition = models.CharField(max_length=16)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    do_not_dispense_after = models.DateField(null=True, blank=True)
    dispensed_at = models.DateTimeField(null=True, blank=True)
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversal_reason = models.CharField(max_length=24, choices=ReversalReason.choices(), blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    returned_to_stock_at = models.DateTimeField(null=True, blank=True)

    objects = AuthorizationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registrant"],
                condition=Q(status__in=sorted(LIVE_STATUSES)),
                name="at_most_one_live_authorization_per_registrant",
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(AuthorizationStatus)), name="authorization_status_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["pharmacy", "-id"], name="authorization_pharmacy_idx"),
            models.Index(fields=["pharmacy", "status", "-id"], name="authorization_status_idx"),
            models.Index(
                fields=["pharmacy", "client_reference", "-id"],
                condition=~Q(client_reference=""),
                name="authorization_reference_idx",
            ),
            models.Index(fields=["registrant", "pharmacy", "-id"], name="authorization_newest_idx"),
            models.Index(
                fields=["do_not_dispense_after", "issued_on"],
                condition=Q(status__in=sorted(LIVE_STATUSES)),
                name="authorization_live_idx",
            ),
        ]

    def __str__(self) -> str:
        """Give the RMA number."""
        return self.rma_number


class Dispense(models.Model):
    """Isotretinoin handed over; ``dispensed_on`` is the program day, ``covers_through`` the last covered day.

    One reported without an authorization is on record but is no dispense of a window; ``report_number`` is what the
    pharmacy quotes it by, and ``note`` what it says happened.
    """

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="dispenses")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="dispenses")
    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="dispenses")
    authorization = models.OneToOneField(
        Authorization, null=True, blank=True, on_delete=models.PROTECT, related_name="dispense"
    )
    window = models.ForeignKey(
        PrescriptionWindow, null=True, blank=True, on_delete=models.PROTECT, related_name="dispenses"
    )
    category = models.CharField(max_length=32, choices=RiskCategory.choices())
    pharmacist = models.CharField(max_length=64, blank=True)
    days_supply = models.PositiveSmallIntegerField()
    dispensed_at = models.DateTimeField()
    dispensed_on = models.DateField()
    covers_through = models.DateField()
    report_number = models.CharField(max_length=20, null=True, blank=True, unique=True)
    note = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["registrant", "-id"], name="dispense_newest_idx"),
            models.Index(fields=["covers_through"], name="dispense_covers_idx"),
        ]

    def __str__(self) -> str:
        """Give the day and the supply."""
        return f"{self.days_supply} days on {self.dispensed_on}"
