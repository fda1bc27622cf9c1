"""Steps about the pharmacists of a pharmacy: taken by the program, or by its authorized representative."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from pledge.actions import pharmacists
from pledge.admin.party_steps import StaffStep
from pledge.admin.steps import Scene, step
from pledge.models import Pharmacist, Pharmacy

PHARMACISTS = "Pharmacists"


@step(Pharmacy)
class EnrollPharmacist(StaffStep):
    """Enrolls a pharmacist, who then comes to the counter page."""

    slug, title, button = "enroll-pharmacist", "Enroll a pharmacist", "Enroll and show the code"
    explanation = (
        "With a log-in of their own they ask, authorize and hand over at the counter page; every record shows their "
        "id. You are shown a code once, and tell it to them by hand: with it they choose a password and set up their "
        "authenticator. A user name is never given to another person, nor changed."
    )
    group, subject_as = PHARMACISTS, "pharmacy"
    act = staticmethod(pharmacists.enroll_pharmacist)
    outcome_template = "pledge/admin/signin/way_back_given.html"

    name = forms.CharField(label="Name", max_length=200)
    own_id = forms.CharField(
        label="Your id for them", max_length=64, help_text="As the pharmacy knows them, such as a license number."
    )
    username = forms.CharField(
        label="User name", max_length=150, validators=[UnicodeUsernameValidator()], help_text="As they will type it."
    )


@step(Pharmacy)
class EnrollRepresentative(EnrollPharmacist):
    """Enrolls a pharmacy's authorized representative, who looks after its pharmacists and keys."""

    slug, title = "enroll-representative", "Enroll the authorized representative"
    explanation = (
        "They come to the counter page as a pharmacist does, and look after the pharmacy's pharmacists, keys and "
        "webhooks. You are shown a code once, and tell it to them by hand: see them, or call them at a number that you "
        "know. Only the program enrolls, ends and lets back in a representative."
    )

    def given(self) -> dict[str, Any]:
        return {**super().given(), "is_representative": True}


@step(Pharmacist)
class EndPharmacist(StaffStep):
    """Ends what a pharmacist does for the pharmacy."""

    slug, title, button, grave = "end", "They act for the pharmacy no more", "End it now", True
    explanation = (
        "At once: their log-in is switched off, and whoever is logged in with it is out at the next click. What they "
        "did stands, under their id. Who comes back is enrolled anew."
    )
    group, subject_as = PHARMACISTS, "pharmacist"
    act = staticmethod(pharmacists.end_pharmacist)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.ended_at is None

    def done(self, outcome: Any) -> str:
        return "Ended. They are out at the next click."
