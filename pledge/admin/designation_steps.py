"""Steps by which a prescriber lets a designee act on their behalf, in what and until when, and takes it back."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from pledge.actions import designations
from pledge.admin.fields import DayField
from pledge.admin.steps import Step
from pledge.admin.visitor import Role
from pledge.models import Designation, Designee
from pledge.rules.vocabulary import Scope

IN_PERSON = frozenset({Role.PRESCRIBER})
READS = "Without any, they only read. Whoever is designated may always record a positive test and report a pregnancy."
MOST_YEARS = 5


def last_day(on: date) -> date:
    """Give the latest end day that may be named on a program day."""
    return date(on.year + MOST_YEARS, 12, 31)


class Reach(forms.Form):
    """In what a designee acts, and until when."""

    scopes = forms.TypedMultipleChoiceField(
        label="In what", choices=Scope.choices(), coerce=Scope, required=False, help_text=READS,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def until(self, on: date) -> None:
        """Ask for the last day, which is today at the earliest."""
        self.fields["ends_on"] = DayField(
            label="Last day", required=False, first=on, last=last_day(on),
            help_text="It ends at midnight after this day, Eastern time. Without one it holds until it is taken back.",
        )  # fmt: skip


class OwnDesignation(Step):
    """A step a prescriber takes in person about who acts for them."""

    roles = IN_PERSON
    subject_as = ""

    def leads_to(self, outcome: Any) -> str:
        return reverse("admin:designees")


class Give(Reach, OwnDesignation):
    """Lets an enrolled designee act on the prescriber's behalf."""

    slug, title, button = "give", "Let a designee act for me", "Let them act for me"
    explanation = (
        "For someone whom the program has enrolled as a designee. They act from today, in what you tick; every record "
        "then shows both names. They never clear a hold or countersign."
    )
    about_new = True
    act = staticmethod(designations.designate)

    designee = forms.CharField(
        label="Their name or e-mail", max_length=254, help_text="Exactly as the program has it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    field_order = ["designee", "scopes", "ends_on"]

    def prepare(self) -> None:
        self.until(self.scene.on)

    def clean_designee(self) -> Designee:
        """Give the designee of this name or e-mail, whoever else they act for."""
        typed = " ".join(self.cleaned_data["designee"].split())
        found = list(Designee.objects.filter(Q(name__iexact=typed) | Q(email__iexact=typed))[:2])
        if not found:
            raise ValidationError(
                "The program has no designee of exactly this name or e-mail. Check the spelling; who is not enrolled "
                "yet is enrolled by a program administrator first."
            )
        if len(found) > 1:
            raise ValidationError("More than one designee bears this. Type the e-mail address instead.")
        own = Designation.objects.filter(prescriber=self.scene.by.prescriber, designee=found[0])
        if own.in_force(self.scene.on).exists():
            raise ValidationError("They act for you already. Change it on the page before this one.")
        return found[0]

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "prescriber": self.scene.by.prescriber}

    def done(self, outcome: Any) -> str:
        return "Given. They act for you from their next click."


class Change(Reach, OwnDesignation):
    """Gives a designee another scope or end day."""

    slug, title, button = "change", "Change what they may do", "Change it"
    explanation = "It holds from their next click. What stood before is kept in the trail."
    act = staticmethod(designations.designate)

    def prepare(self) -> None:
        standing: Designation = self.scene.subject
        self.until(self.scene.on)
        self.initial.setdefault("scopes", standing.scopes)
        if standing.ends_on is not None and standing.ends_on >= self.scene.on:
            self.initial.setdefault("ends_on", standing.ends_on)

    def given(self) -> dict[str, Any]:
        standing: Designation = self.scene.subject
        return {**self.cleaned_data, "designee": standing.designee, "prescriber": standing.prescriber}

    def done(self, outcome: Any) -> str:
        return "Changed. It holds from their next click."


class TakeBack(OwnDesignation):
    """Takes back what a designee does on the prescriber's behalf."""

    slug, title, button = "take-back", "Take it back", "Take it back now"
    explanation = (
        "At once: from their next click they see none of your registrants and do nothing for you. What they did "
        "stands, with both names. You can let them act for you again at any time."
    )
    grave = True
    act = staticmethod(designations.end_designation)

    def given(self) -> dict[str, Any]:
        standing: Designation = self.scene.subject
        return {"designee": standing.designee, "prescriber": standing.prescriber}

    def done(self, outcome: Any) -> str:
        return "Taken back."


OWN_STEPS: dict[str, type[OwnDesignation]] = {taken.slug: taken for taken in (Give, Change, TakeBack)}
