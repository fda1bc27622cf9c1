"""Signing requests: a link that finds, a code and a PIN that prove, visits that keep what was done (21 CFR 11)."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from consents.models.forms import FormText
from consents.vocabulary import IdentityCheck, Language, LinkState
from pledge.models import Course, Registrant
from pledge.rules.vocabulary import Signer


class SigningPin(models.Model):
    """A PIN chosen at the clinic, hashed, and how the clinic made sure who chose it; a new one supersedes it."""

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="signing_pins")
    signer = models.CharField(max_length=16, choices=Signer.choices())
    hashed = models.CharField(max_length=128)
    identity_check = models.CharField(max_length=24, choices=IdentityCheck.choices())
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=200)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registrant", "signer"], condition=Q(superseded_at=None), name="a_signer_has_one_present_pin"
            ),
        ]

    def __str__(self) -> str:
        """Give whose it is."""
        return f"PIN of the {self.get_signer_display().lower()}"


class SigningRequest(models.Model):
    """One signer asked to sign what a course of treatment needs; its link finds it and proves nothing.

    ``nonce`` is what the link is derived from (consents.secrets), ``link_digest`` finds it again. ``bad_pins`` counts
    wrong PINs under the row's lock. It is used while :meth:`state` is open.
    """

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="signing_requests")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    signer = models.CharField(max_length=16, choices=Signer.choices())
    nonce = models.CharField(max_length=64, unique=True)
    link_digest = models.CharField(max_length=64, unique=True)
    same_address_because = models.CharField(max_length=200, blank=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    bad_pins = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registrant", "signer"],
                condition=Q(revoked_at=None, closed_at=None, withdrawn_at=None),
                name="a_signer_has_one_link_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Give who is asked."""
        return f"Request {self.pk} to the {self.get_signer_display().lower()}"

    def state(self, at: datetime) -> LinkState:
        """Tell what has become of the link at an instant."""
        if self.withdrawn_at is not None:
            return LinkState.WITHDRAWN
        if self.closed_at is not None:
            return LinkState.CLOSED
        if self.revoked_at is not None:
            return LinkState.REVOKED
        return LinkState.EXPIRED if self.expires_at <= at else LinkState.OPEN


class SigningCode(models.Model):
    """A six-digit code that was mailed for one request; it is derived from ``nonce``, and only its digest is kept."""

    request = models.ForeignKey(SigningRequest, on_delete=models.PROTECT, related_name="codes")
    nonce = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    bad_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Give which request it is for."""
        return f"Code {self.pk} for request {self.request_id}"


class VisitQuerySet(models.QuerySet["Visit"]):
    """Reads of visits."""

    def alive(self, at: datetime) -> Self:
        """Narrow to those that can go on at an instant: not ended, not idle for too long, and their link open."""
        return self.filter(
            ended_at=None,
            last_seen_at__gte=at - timedelta(minutes=settings.SIGNING_IDLE_MINUTES),
            request__expires_at__gt=at,
            request__revoked_at=None,
            request__closed_at=None,
            request__withdrawn_at=None,
        )


class Visit(models.Model):
    """One time that a signer came and proved who they are; its cookie's secret is kept as a digest only.

    It ends after idle minutes (``last_seen_at``), by leaving, or with its link. ``reading_code`` is printed inside
    the document; typing it shows that the reader can open it.
    """

    request = models.ForeignKey(SigningRequest, on_delete=models.PROTECT, related_name="visits")
    token_digest = models.CharField(max_length=64, unique=True)
    began_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, choices=Language.choices())
    reading_code = models.CharField(max_length=16)
    disclosures = models.CharField(max_length=64, blank=True)  # the version that was accepted, with its language
    disclosures_accepted_at = models.DateTimeField(null=True, blank=True)
    pin_needed = models.BooleanField(default=False)  # the first signature of a visit was given; the next asks again

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Give which request it is to."""
        return f"Visit {self.pk} to request {self.request_id}"


class Initial(models.Model):
    """One statement of one text initialed for one request, with its own instant; kept until the form is signed."""

    request = models.ForeignKey(SigningRequest, on_delete=models.PROTECT, related_name="initials")
    text = models.ForeignKey(FormText, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    initials = models.CharField(max_length=8)
    initialed_at = models.DateTimeField()
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["text", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "text", "number"], name="a_statement_is_initialed_once_per_request"
            ),
        ]

    def __str__(self) -> str:
        """Give which statement."""
        return f"Statement {self.number} of {self.text}"
