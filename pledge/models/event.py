"""The trail: program events and access entries; the database lets nothing change them."""

from django.db import models
from django.db.models import Q

from pledge.models.pharmacy import Pharmacy
from pledge.models.registrant import Registrant


class EventType(models.TextChoices):
    """What happened, one word for each action and for each consequence recorded beside it."""

    PRESCRIBER_ENROLLED = "prescriber_enrolled"
    DESIGNEE_ENROLLED = "designee_enrolled"
    PHARMACY_ENROLLED = "pharmacy_enrolled"
    WHOLESALER_ENROLLED = "wholesaler_enrolled"
    PARTY_CERTIFIED = "party_certified"
    PARTY_SUSPENDED = "party_suspended"
    PARTY_REINSTATED = "party_reinstated"
    KEY_ISSUED = "key_issued"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    PHARMACIST_ENROLLED = "pharmacist_enrolled"
    PHARMACIST_ENDED = "pharmacist_ended", "Pharmacist No Longer Acts"
    GUESSING_SUSPECTED = "guessing_suspected"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_REMOVED = "webhook_removed"
    WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated"  # noqa: S105 - a word of the trail
    WEBHOOK_RESENT = "webhook_resent", "Webhook Message Sent Again"
    WEBHOOK_TURNED_OFF = "webhook_turned_off", "Webhook Turned Off"
    REGISTRANT_ENROLLED = "registrant_enrolled"
    REGISTRANT_REENROLLED = "registrant_reenrolled", "Registrant Enrolled Again"
    CONTACT_CHANGED = "contact_changed"
    SIGNER_INVITED = "signer_invited"
    SIGNING_LINK_SENT = "signing_link_sent", "Signing Link Sent Again"
    SIGNING_LINK_REVOKED = "signing_link_revoked"
    SIGNING_LINK_CLOSED = "signing_link_closed"
    SIGNING_CODE_ASKED = "signing_code_asked"
    SIGNING_DENIED = "signing_denied"
    VISIT_BEGAN = "visit_began"
    VISIT_ENDED = "visit_ended"
    DISCLOSURES_ACCEPTED = "disclosures_accepted"
    STATEMENT_INITIALED = "statement_initialed"
    ELECTRONIC_SIGNING_WITHDRAWN = "electronic_signing_withdrawn"
    FORM_SIGNED = "form_signed"
    RECORD_SEALED = "record_sealed"
    FORM_VERSION_DRAFTED = "form_version_drafted"
    FORM_TEXT_CHANGED = "form_text_changed"
    FORM_TEXT_APPROVED = "form_text_approved"
    TRANSLATION_REVIEWED = "translation_reviewed"
    FORM_VERSION_PUBLISHED = "form_version_published"
    TEST_RECORDED = "test_recorded"
    TEST_CORRECTED = "test_corrected"
    HOME_TESTS_PERMITTED = "home_tests_permitted"
    HOME_TESTS_WITHDRAWN = "home_tests_withdrawn"
    MONTH_CONFIRMED = "month_confirmed"
    CONFIRMATION_CORRECTED = "confirmation_corrected"
    QUESTIONS_ANSWERED = "questions_answered"
    WINDOW_CANCELLED = "window_cancelled"
    WINDOW_MISSED = "window_missed"
    LOCKOUT_BEGAN = "lockout_began"
    LOCKOUT_ENDED = "lockout_ended"
    AUTHORIZATION_ISSUED = "authorization_issued"
    AUTHORIZATION_DISPENSED = "authorization_dispensed"
    AUTHORIZATION_REVERSED = "authorization_reversed"
    AUTHORIZATION_REVOKED = "authorization_revoked"
    AUTHORIZATION_SUSPENDED = "authorization_suspended"
    AUTHORIZATION_RESUMED = "authorization_resumed"
    AUTHORIZATION_LAPSED = "authorization_lapsed"
    STOCK_RETURNED = "stock_returned", "Returned to Stock"
    DISPENSE_REPORTED = "dispense_reported"
    DEVIATION_RAISED = "deviation_raised"
    DEVIATION_CLOSED = "deviation_closed"
    CATEGORY_CHANGED = "category_changed"
    REGISTRANT_TRANSFERRED = "registrant_transferred"
    RECORDS_MERGED = "records_merged"
    TREATMENT_ENDED = "treatment_ended"
    REGISTRANT_DISCONTINUED = "registrant_discontinued"
    PREGNANCY_REPORTED = "pregnancy_reported"
    HOLD_CLEARED = "hold_cleared"
    FOLLOW_UP_DONE = "follow_up_done", "Follow-up Done"
    ACT_REFUSED = "act_refused"
    LOG_IN_LINKED = "log_in_linked", "Log-in Linked"
    LOG_IN_MADE = "log_in_made", "Log-in Made"
    LOG_IN_CHANGED = "log_in_changed", "Log-in Changed"
    LOG_IN_DEACTIVATED = "log_in_deactivated", "Log-in Deactivated"
    LOG_IN_REACTIVATED = "log_in_reactivated", "Log-in Reactivated"
    LOG_IN_UNLOCKED = "log_in_unlocked", "Log-in Unlocked"
    LOGGED_IN = "logged_in", "Logged In"
    LOG_IN_DENIED = "log_in_denied", "Log-in Denied"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word of the trail
    AUTHENTICATOR_SET_UP = "authenticator_set_up"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    RETURN_CODE_GIVEN = "return_code_given", "Way Back In Given"
    RETURN_CODE_USED = "return_code_used", "Way Back In Used"
    DESIGNATION_GRANTED = "designation_granted"
    DESIGNATION_ENDED = "designation_ended"
    FILTER_SAVED = "filter_saved"
    FILTER_REMOVED = "filter_removed"
    CALENDAR_FEED_MADE = "calendar_feed_made"
    CALENDAR_FEED_REVOKED = "calendar_feed_revoked"
    REGISTRANTS_IMPORTED = "registrants_imported"
    ENROLLMENT_WITHDRAWN = "enrollment_withdrawn"
    REGISTRANTS_EXPORTED = "registrants_exported"
    EDITION_APPROVED = "edition_approved"


class ProgramEvent(models.Model):
    """One line of the audit trail.

    ``act`` names the action, ``changes`` holds old and new of every row it touched, ``previous_digest`` and
    ``digest`` chain a registrant's events (computed by the database on insert).
    """

    type = models.CharField(max_length=40, choices=EventType.choices)
    act = models.CharField(max_length=80)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    registrant = models.ForeignKey(Registrant, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    subject = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=200)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    edition = models.CharField(max_length=16)
    overlays = models.JSONField(default=list)
    refusals = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["registrant", "-id"], name="event_registrant_idx"),
            models.Index(fields=["at"], name="event_at_idx"),
            models.Index(fields=["at"], condition=Q(actor_kind="system"), name="event_system_idx"),
        ]

    def __str__(self) -> str:
        """Give the type."""
        return self.get_type_display()


class AccessEntry(models.Model):
    """Who asked about whom: one line for each read of a registrant and each eligibility check."""

    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    on_behalf_of = models.CharField(max_length=200, blank=True, default="", db_default="")
    pharmacy = models.ForeignKey(Pharmacy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    registrant = models.ForeignKey(
        Registrant, null=True, blank=True, on_delete=models.PROTECT, related_name="access_entries"
    )
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "access entries"

    def __str__(self) -> str:
        """Give what was read."""
        return self.what
