"""How a registrant and a guardian are reached: asked at enrollment, corrected later (section 3)."""

from typing import Any

from django import forms
from django.conf import settings

from pledge.actions import registrants
from pledge.admin.steps import ENROLLMENT, Step, step
from pledge.admin.visitor import EVERYONE
from pledge.models import Registrant
from pledge.rules.calendar import PROGRAM_ZONE
from pledge.rules.vocabulary import Scope

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
)
CONTACT = ("name", "email", "guardian_name", "guardian_email", "language", "time_zone")


class ContactFields(forms.Form):
    """How a registrant, and a guardian, are reached."""

    name = forms.CharField(label="Full name", max_length=200)
    email = forms.EmailField(label="E-mail", required=False, help_text="Notices go here; they never name the drug.")
    guardian_name = forms.CharField(
        label="Parent or guardian", max_length=200, required=False, help_text="For a registrant under 18."
    )
    guardian_email = forms.EmailField(label="E-mail of the parent or guardian", required=False)
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE)
    time_zone = forms.ChoiceField(
        label="Time zone", choices=[(zone, zone.replace("_", " ")) for zone in ZONES], initial=PROGRAM_ZONE.key
    )


@step(Registrant)
class ChangeContact(ContactFields, Step):
    """Corrects name, addresses, language, time zone."""

    slug, title, button, group = "change-contact", "Change name or contact", "Save", ENROLLMENT
    roles = EVERYONE
    act = staticmethod(registrants.change_contact)
    of_record = CONTACT
    scope = Scope.ENROLLMENT

    def prepare(self) -> None:
        for field in CONTACT:
            self.initial.setdefault(field, getattr(self.scene.subject, field))
        zone = self.scene.subject.time_zone
        if zone not in ZONES:
            self.fields["time_zone"].choices = [(zone, zone), *self.fields["time_zone"].choices]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {"contact": {field: self.cleaned_data[field] for field in CONTACT}}

    def done(self, outcome: Any) -> str:
        return "Name and contact are saved."
