"""Notices: rows that say what to tell whom; the outbox of all that leaves by mail, and to pharmacies' software."""

from django.db import models
from django.db.models import Q

from notifications.kinds import Kind, Reader
from pledge.models import Authorization, Pharmacy, ProgramEvent, Registrant
from pledge.rules.vocabulary import Word


class Problem(Word):
    """Why a notice did not leave; for staff."""

    NO_ADDRESS = "no_address", "There is no address"
    ADDRESS_REFUSED = "address_refused", "The address was refused"
    NOT_TAKEN_YET = "not_taken_yet", "The mail server did not take it yet"
    GIVEN_UP = "given_up", "The mail server did not take it in three days"


class NoticeStatus(models.TextChoices):
    """Where a notice stands."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    SKIPPED = "skipped", "No longer true, not sent"
    FAILED = "failed", "Failed"


class NoticeQuerySet(models.QuerySet):
    """Reads of notices."""

    def due(self, at):
        """Narrow to those that are queued and may be tried at an instant."""
        return self.filter(status=NoticeStatus.QUEUED, queued_at__lte=at).filter(
            Q(not_before=None) | Q(not_before__lte=at)
        )


class Notice(models.Model):
    """One notice: unique per reader, kind and occasion, however often the nightly work runs (section 10).

    ``occasion`` names what it is about, such as ``window:12:3``; ``days`` holds the dates that the text may show.
    It is not tried before ``not_before``; ``problem`` says to staff why it did not leave.
    """

    reader = models.CharField(max_length=16, choices=Reader.choices())
    reader_id = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=40, choices=Kind.choices())
    occasion = models.CharField(max_length=80)
    registrant = models.ForeignKey(Registrant, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    caused_by = models.ForeignKey(ProgramEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    days = models.JSONField(default=dict, blank=True)
    queued_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=NoticeStatus.choices, default=NoticeStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=24, choices=Problem.choices(), blank=True, default="", db_default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "reader_id", "kind", "occasion"], name="one_notice_per_reader_kind_and_occasion"
            ),
        ]
        indexes = [
            models.Index(fields=["queued_at"], condition=Q(status="queued"), name="notice_queued_idx"),
            models.Index(fields=["registrant", "-id"], name="notice_registrant_idx"),
            models.Index(fields=["id"], condition=Q(reader="pharmacy"), name="notice_to_pharmacy_idx"),
        ]

    def __str__(self) -> str:
        """Give the kind."""
        return self.get_kind_display()


class Night(models.Model):
    """One nightly work that was done: the program day it was done for, when, and how many rows failed."""

    day = models.DateField(unique=True)
    done_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        """Give the day."""
        return f"{self.day}"


class MessageType(models.TextChoices):
    """What a pharmacy's software is told (section 10)."""

    AUTHORIZATION_REVOKED = "authorization.revoked"
    AUTHORIZATION_SUSPENDED = "authorization.suspended"
    AUTHORIZATION_RESUMED = "authorization.resumed"
    AUTHORIZATION_LAPSED = "authorization.lapsed"
    CERTIFICATION_EXPIRING = "certification.expiring"


class PharmacyMessage(models.Model):
    """One notice to a pharmacy as its software reads it: ``number`` counts up for each pharmacy, in reading order.

    A message is numbered after its notice stands, under a lock, so that none with a lower number appears later.
    """

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="messages")
    number = models.PositiveBigIntegerField()
    public_id = models.CharField(max_length=40, unique=True)
    type = models.CharField(max_length=40, choices=MessageType.choices)
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="message")
    authorization = models.ForeignKey(
        Authorization, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    certified_through = models.DateField(null=True, blank=True)
    occurred_at = models.DateTimeField()
    numbered_at = models.DateTimeField()

    class Meta:
        ordering = ["pharmacy", "number"]
        constraints = [
            models.UniqueConstraint(fields=["pharmacy", "number"], name="message_has_its_own_number_at_its_pharmacy"),
        ]

    def __str__(self) -> str:
        """Give the type."""
        return self.type


class WebhookEndpoint(models.Model):
    """Where a pharmacy's software wants to be told; the secret that signs is kept sealed.

    After a rotation the former secret signs too until ``former_until``. ``failing_since`` is the first failure of an
    unbroken row of them; one that was turned off is tried no more until the pharmacy adds it again. ``tried_at`` is the
    last try, and ``milliseconds`` how long its answers take: the last one's time, or half of what stood here before.
    """

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="webhooks")
    address = models.URLField(max_length=500)
    sealed_secret = models.TextField()
    former_sealed_secret = models.TextField(blank=True, default="")
    former_until = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(default=0, db_default=0)
    turned_off_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "address"],
                condition=Q(removed_at=None),
                name="webhook_address_is_added_once_to_a_pharmacy",
            ),
        ]

    def __str__(self) -> str:
        """Give the address."""
        return self.address


class DeliveryStatus(models.TextChoices):
    """Where one message on its way to one address stands."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class WebhookDelivery(models.Model):
    """One message on its way to one address: when it is tried next, and how it ended."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    message = models.ForeignKey(PharmacyMessage, on_delete=models.PROTECT, related_name="deliveries")
    status = models.CharField(max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    first_due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message"], name="message_is_delivered_once_to_an_address"),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(status="waiting"), name="delivery_due_idx")]

    def __str__(self) -> str:
        """Give the status."""
        return self.get_status_display()


class WebhookAttempt(models.Model):
    """One try of a delivery, as the pharmacy sees it in its log; nothing of the answer's body is kept."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField()
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=120)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Give the outcome."""
        return self.outcome
