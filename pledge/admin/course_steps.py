"""Steps that stop, resume or hand over treatment (sections 4, 7 and 8)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import reverse

from pledge.actions import holds, records, registrants
from pledge.admin.fields import DayField, NpiField
from pledge.admin.month_steps import is_active
from pledge.admin.steps import COURSE, ENROLLMENT, SAFETY, Scene, Step, step
from pledge.admin.visitor import EVERYONE, STAFF
from pledge.admin.whereabouts import long
from pledge.models import Course, Registrant
from pledge.rules.calendar import days_after
from pledge.rules.editions import edition_on
from pledge.rules.holds import clearing_refusals
from pledge.rules.refusals import Refusal
from pledge.rules.vocabulary import Scope


def tests_asked(course: Course) -> str:
    """Say which tests after treatment are asked for; nothing where none are."""
    if not course.post_treatment_tests_asked or course.last_dose_on is None or course.ended_on is None:
        return ""
    second = days_after(course.last_dose_on, edition_on(course.ended_on).post_treatment_days)
    return f" Two tests follow: one on or after {long(course.last_dose_on)}, one on or after {long(second)}."


@step(Registrant)
class ReportPregnancy(Step):
    """Reports a pregnancy."""

    slug, title, button, group = "report-pregnancy", "Report a pregnancy", "Report a pregnancy now", SAFETY
    explanation = (
        "Report first. The registrant goes on hold at once, everything live is revoked, and the program calls the "
        "prescriber for the details. One press does it: it is never kept back by what else happens on the record."
    )
    roles = EVERYONE
    urgent = grave = weighed = True
    act = staticmethod(holds.report_pregnancy)

    def done(self, outcome: Any) -> str:
        return "The report is recorded, the registrant is on hold, and the program follows it up."


@step(Registrant)
class ClearHold(Step):
    """Clears a hold."""

    slug, title, button, group = "clear-hold", "Clear the hold", "Clear the hold", SAFETY
    explanation = (
        "Only the registrant's own prescriber may, in person, with a reason, and after a negative test of a later day. "
        "The month then goes on as any other: test, confirmation, answers."
    )
    act = staticmethod(holds.clear_hold)

    reason = forms.CharField(
        label="Reason", max_length=500, help_text="Kept in the trail.", widget=forms.Textarea(attrs={"rows": 3})
    )

    def beforehand(self) -> Iterable[Refusal]:
        record = self.scene.record
        if record is None or record.hold_since is None:
            return ()
        return clearing_refusals(record, in_person=self.scene.by.designee is None)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        in_person = scene.by.designee is None
        return in_person and scene.record is not None and scene.record.hold_since is not None

    def done(self, outcome: Any) -> str:
        return "The hold is cleared. The month is confirmed next, where the test counts for it."


@step(Registrant)
class Transfer(Step):
    """Hands a registrant to another prescriber."""

    slug, title, button, group = "transfer", "Transfer to another prescriber", "Transfer", COURSE
    explanation = (
        "Number, consents, history and open window stay. The new prescriber confirms the month before the next "
        "authorization. You will no longer see this registrant."
    )
    roles = EVERYONE
    grave = weighed = True
    act = staticmethod(registrants.transfer)
    scope = Scope.COURSE

    prescriber = NpiField(label="NPI of the new prescriber", help_text="Ten digits; the next page names who it is.")

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return is_active(scene)

    def done(self, outcome: Any) -> str:
        return "The registrant is transferred, and is on the new prescriber's list now."

    def leads_to(self, outcome: Any) -> str | None:
        theirs = self.scene.visitor.registrants().filter(pk=outcome.pk)
        return None if theirs.exists() else reverse("admin:index")


class Ending(Step):
    """What both endings ask."""

    roles = EVERYONE
    scope = Scope.COURSE
    grave = weighed = True
    input_names = {"last_dose": "last_dose_on"}

    last_dose_on = DayField(label="Day of the last dose", help_text="The tests after treatment are counted from it.")

    def prepare(self) -> None:
        self.initial.setdefault("last_dose_on", self.scene.on)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return is_active(scene)


@step(Registrant)
class EndTreatment(Ending):
    """Ends a completed course."""

    slug, title, button, group = "end-treatment", "End treatment", "End treatment", COURSE
    explanation = (
        "The course is completed. A live authorization is revoked and an open window closes. Where anything was "
        "dispensed to a registrant who can become pregnant, tests after treatment are asked for."
    )
    act = staticmethod(registrants.end_treatment)

    def done(self, outcome: Any) -> str:
        return "Treatment is ended." + tests_asked(outcome)


@step(Registrant)
class Discontinue(Ending):
    """Discontinues a course before it is completed."""

    slug, title, button, group = "discontinue", "Discontinue", "Discontinue", COURSE
    explanation = (
        "The course is broken off. A live authorization is revoked and an open window closes. A new course can begin "
        "at any time later."
    )
    act = staticmethod(registrants.discontinue)

    reason = forms.ChoiceField(
        label="Reason",
        widget=forms.RadioSelect,
        choices=[
            ("registrant_choice", "The registrant's choice"),
            ("side_effects", "Side effects"),
            ("pregnancy", "Pregnancy"),
            ("no_response", "No response to treatment"),
            ("lost_to_follow_up", "Lost to follow-up"),
            ("other", "Another reason"),
        ],
    )

    def done(self, outcome: Any) -> str:
        return "The course is discontinued." + tests_asked(outcome)


@step(Registrant)
class Merge(Step):
    """Merges a duplicate into the record that stays."""

    slug, title, button, group = "merge", "Merge a duplicate into this record", "Merge", ENROLLMENT
    explanation = (
        "For two records of one person. This record stays; the other's tests are entered with it. The stricter "
        "category, a hold and the later end of a supply win; what is live on the other is revoked. It cannot be undone."
    )
    roles = STAFF
    grave = weighed = True
    act = staticmethod(records.merge)

    duplicate = forms.CharField(label="Number of the record that goes", max_length=20)

    def clean_duplicate(self) -> Registrant:
        """Give the duplicate, as the visitor may see it."""
        found = self.scene.visitor.registrants().filter(number=self.cleaned_data["duplicate"]).first()
        if found is None:
            raise forms.ValidationError("There is no registrant of this number.")
        return found

    def touched(self) -> list[Registrant]:
        return [self.scene.subject, self.cleaned_data["duplicate"]]

    def done(self, outcome: Any) -> str:
        return "The two records are merged into this one."
