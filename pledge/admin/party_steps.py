"""Steps of program administrators about participants (section 1)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from pledge.actions import participants
from pledge.admin.fields import DayField, LogInField, year_from
from pledge.admin.oversight.standing import foretold
from pledge.admin.steps import Scene, Step, step
from pledge.admin.visitor import STAFF
from pledge.models import Designee, Pharmacy, Prescriber, Wholesaler

STANDING = "Standing"
PARTIES = (Prescriber, Designee, Pharmacy, Wholesaler)


class StaffStep(Step):
    """A step that only program administrators take."""

    roles = STAFF


class Span(StaffStep):
    """A step that certifies from today for a year at most."""

    span_field = "certified_through"
    input_names = {"certified_through": "certified_through"}

    def prepare(self) -> None:
        last = year_from(self.scene.on)
        self.fields[self.span_field] = DayField(label="Through", first=self.scene.on, last=last, initial=last)


class Party(Span):
    """What every new participant has."""

    about_new = True
    button = "Enroll"

    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail", required=False)

    def done(self, outcome: Any) -> str:
        return f"Enrolled: {outcome.name}."

    def leads_to(self, outcome: Any) -> str:
        return reverse(f"admin:pledge_{outcome._meta.model_name}_change", args=[outcome.pk])


class WithLogIn(Party):
    """A participant who logs in."""

    user = LogInField(
        required=False,
        help_text="Leave it empty: you make their log-in next, on their page. Name one only where it was made already.",
    )

    def done(self, outcome: Any) -> str:
        enrolled = super().done(outcome)
        return enrolled if outcome.user_id else f"{enrolled} Next, make their log-in, so that they can come in."


@step(Prescriber)
class EnrollPrescriber(WithLogIn):
    """Enrolls a prescriber."""

    slug, title = "enroll", "Enroll a prescriber"
    act = staticmethod(participants.enroll_prescriber)

    npi = forms.RegexField(r"^\d{10}$", label="NPI", error_messages={"invalid": "An NPI has ten digits."})
    field_order = ["npi", "name"]


@step(Designee)
class EnrollDesignee(WithLogIn):
    """Enrolls a designee."""

    slug, title = "enroll", "Enroll a designee"
    act = staticmethod(participants.enroll_designee)
    span_field = "attested_through"
    input_names = {"certified_through": "attested_through"}

    prescribers = forms.CharField(
        label="NPIs of the prescribers they act for", widget=forms.Textarea(attrs={"rows": 3}), help_text="One a line."
    )
    field_order = ["name", "prescribers"]

    def clean_prescribers(self) -> list[Prescriber]:
        """Give the prescribers of every NPI named."""
        named = list(dict.fromkeys(self.cleaned_data["prescribers"].split()))
        found = {prescriber.npi: prescriber for prescriber in Prescriber.objects.filter(npi__in=named)}
        unknown = [npi for npi in named if npi not in found]
        if unknown:
            raise ValidationError(f"No prescriber in the program has this NPI: {', '.join(unknown)}.")
        return [found[npi] for npi in named]


@step(Pharmacy)
class EnrollPharmacy(Party):
    """Registers and activates a pharmacy."""

    slug, title = "enroll", "Register and activate a pharmacy"
    act = staticmethod(participants.enroll_pharmacy)

    number = forms.CharField(label="Pharmacy number", max_length=20)
    representative = forms.CharField(label="Authorized representative", max_length=200)
    field_order = ["number", "name", "representative"]


@step(Wholesaler)
class EnrollWholesaler(Party):
    """Enrolls a wholesaler."""

    slug, title = "enroll", "Enroll a wholesaler"
    act = staticmethod(participants.enroll_wholesaler)

    number = forms.CharField(label="Wholesaler number", max_length=20)
    field_order = ["number", "name"]


class StandingStep(StaffStep):
    """A step about a participant's standing, which names what it does to others before it is done."""

    form_template = "pledge/admin/oversight/standing.html"
    subject_as, group = "party", STANDING

    def foretold(self) -> list[str]:
        """Say what it would do to live authorizations if it were done now; nothing once it was sent."""
        if self.is_bound:
            return []
        given = {"certified_through": self.scene.on} if isinstance(self, Span) else {}
        return foretold(self.act, self.scene.subject, by=self.actor(), at=timezone.now(), **given)


class Certify(StandingStep, Span):
    """Certifies a participant anew."""

    slug, title, button = "certify", "Certify anew", "Certify"
    explanation = "From today. It also ends a suspension, and suspended authorizations resume."
    act = staticmethod(participants.certify)


class Suspend(StandingStep):
    """Suspends a participant."""

    slug, title, button = "suspend", "Suspend", "Suspend now"
    explanation = (
        "At once. A prescriber's live authorizations are suspended with them; a pharmacy's are revoked for good."
    )
    grave = True
    act = staticmethod(participants.suspend)

    reason = forms.CharField(
        label="Reason", max_length=200, help_text="Kept in the trail, and shown on their page as long as it lasts."
    )

    def done(self, outcome: Any) -> str:
        return "Suspended. The reason is in the trail."

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.suspended_at is None


class Reinstate(StandingStep):
    """Ends a suspension."""

    slug, title, button = "reinstate", "Reinstate", "Reinstate"
    explanation = "The suspension ends; the old end day of the certification stands again."
    act = staticmethod(participants.reinstate)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.suspended_at is not None


for model in PARTIES:
    for taken in (Certify, Suspend, Reinstate):
        step(model)(taken)
