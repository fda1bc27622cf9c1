"""How someone who logs in proves who they are, beside a password, and gets back in when they cannot."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Authenticator(models.Model):
    """The app on someone's phone that shows a new code every half minute; its secret is kept sealed.

    ``last_step`` is the half minute of the newest code that was taken, counted from 1970: no code is taken twice.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="authenticators")
    sealed_secret = models.TextField()
    last_step = models.BigIntegerField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="log_in_has_at_most_one_authenticator"
            ),
        ]

    def __str__(self) -> str:
        """Give the day it was set up."""
        return f"authenticator of {self.made_at:%Y-%m-%d}"


class RecoveryCode(models.Model):
    """One of the codes that stand in, once each, for an authenticator that is lost; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_is_one_of_its_own"),
        ]

    def __str__(self) -> str:
        """Give the day it was made."""
        return f"recovery code of {self.made_at:%Y-%m-%d}"


class ReturnCode(models.Model):
    """The way back in that someone of the clinic or the program gives by hand; only its digest is kept.

    Whoever brings it with their user name chooses a new password and sets up a new authenticator.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="return_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, revoked_at=None), name="log_in_has_at_most_one_way_back"
            ),
        ]

    def __str__(self) -> str:
        """Give the day it was made."""
        return f"return code of {self.made_at:%Y-%m-%d}"


class FailedTries(models.Model):
    """How often in a row someone failed to get in, for one user name, one second factor or one network address.

    ``key`` is a digest, so that neither a name that was mistyped nor an address is kept.
    """

    key = models.CharField(max_length=64, unique=True)
    failed = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "failed tries"

    def __str__(self) -> str:
        """Give the number."""
        return f"{self.failed} failed"
