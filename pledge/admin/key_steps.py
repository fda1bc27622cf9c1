"""Steps of program administrators about the keys of the pharmacies' API."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from pledge.actions import keys
from pledge.admin.fields import DayField
from pledge.admin.party_steps import StaffStep
from pledge.admin.steps import Scene, step
from pledge.models import Pharmacy, PharmacyKey
from pledge.rules.calendar import ONE_DAY, start_of

LONGEST_YEARS = 5


class WithSecret(StaffStep):
    """A step whose outcome is a key, shown once."""

    group = "Keys"
    outcome_template = "pledge/admin/key.html"


@step(Pharmacy)
class IssueKey(WithSecret):
    """Issues a key for the pharmacies' API."""

    slug, title, button = "issue-key", "Issue a key", "Issue a key"
    explanation = "The secret is shown once, on the next page. Earlier keys go on until they are revoked or expire."
    subject_as = "pharmacy"
    act = staticmethod(keys.issue_key)
    input_names = {"expires_at": "expires_on"}

    def prepare(self) -> None:
        self.fields["expires_on"] = DayField(
            label="Last day it works",
            required=False,
            first=self.scene.on,
            last=date(self.scene.on.year + LONGEST_YEARS, 12, 31),
            help_text="Without one it works until it is revoked.",
        )

    def given(self) -> dict[str, Any]:
        day = self.cleaned_data["expires_on"]
        return {"expires_at": start_of(day + ONE_DAY) if day else None}


@step(Pharmacy)
class IssueTestKey(IssueKey):
    """Issues a key of the sandbox."""

    slug, title, button = "issue-test-key", "Issue a test key", "Issue a test key"
    explanation = "For trying software out: it reaches made-up registrants alone, and nothing may be dispensed on it."

    def given(self) -> dict[str, Any]:
        return {**super().given(), "sandbox": True}


@step(PharmacyKey)
class RotateKey(WithSecret):
    """Issues a key's successor."""

    slug, title, button = "rotate", "Rotate this key", "Rotate the key"
    explanation = (
        "Its successor is of the same kind, lasts as long, and is shown once, on the next page. "
        "The old key goes on for a while, so that no call is lost."
    )
    subject_as = "key"
    act = staticmethod(keys.rotate_key)

    def prepare(self) -> None:
        most = settings.KEY_OVERLAP_DAYS
        self.fields["overlap_days"] = forms.IntegerField(
            label="Days for which the old key goes on",
            min_value=0,
            max_value=most,
            initial=most,
            help_text="With 0 it ends at once.",
        )

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return keys.may_be_rotated(scene.subject, timezone.now())


@step(PharmacyKey)
class RevokeKey(StaffStep):
    """Revokes a key."""

    slug, title, button, group = "revoke", "Revoke this key", "Revoke the key", "Keys"
    explanation = "It is dead on the next request."
    subject_as = "key"
    grave = True
    act = staticmethod(keys.revoke_key)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.revoked_at is None

    def done(self, outcome: Any) -> str:
        return "The key is revoked."
