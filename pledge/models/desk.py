"""What someone who logs in keeps at their desk: filters of their own, and an address for their calendar program."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedFilter(models.Model):
    """A view of a list that someone comes back to; ``words`` are the program's own, never a name that was sought."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_filters")
    title = models.CharField(max_length=60)
    words = models.JSONField(default=dict)

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "title"], name="saved_filter_has_its_own_title"),
        ]

    def __str__(self) -> str:
        """Give the title."""
        return self.title


class CalendarFeed(models.Model):
    """The private address at which a calendar program reads someone's dates; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="log_in_has_at_most_one_calendar_feed"
            ),
        ]

    def __str__(self) -> str:
        """Give the day it was made."""
        return f"calendar feed of {self.made_at:%Y-%m-%d}"
