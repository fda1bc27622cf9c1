"""Steps that stop, resume or hand over treatment (sections 4, 7 and 8)."""

from typing import Any

from django import forms

from pledge.actions import holds, records, registrants
from pledge.admin.fields import DayField, NpiField
from pledge.admin.month_steps import is_active
from pledge.admin.steps import COURSE, ENROLLMENT, SAFETY, Scene, Step, step
from pledge.admin.visitor import EVERYONE, STAFF
from pledge.models import Registrant
from pledge.rules.vocabulary import Scope


@step(Registrant)
class ReportPregnancy(Step):
    """Reports a pregnancy."""

    slug, title, button, group = "report-pregnancy", "Report a pregnancy", "Report a pregnancy now", SAFETY
    explanation = (
        "The registrant goes on hold at once, everything live is revoked, and the program follows it up. Report first; "
        "details can follow."
    )
    roles = EVERYONE
    urgent = grave = True
    act = staticmethod(holds.report_pregnancy)

    def done(self, outcome: Any) -> str:
        return "The report is recorded and the registrant is on hold."


@step(Registrant)
class ClearHold(Step):
    """Clears a hold."""

    slug, title, button, group = "clear-hold", "Clear the hold", "Clear the hold", SAFETY
    explanation = "Only the registrant's own prescriber may, in person, with a reason and after a later negative test."
    act = staticmethod(holds.clear_hold)

    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and scene.record.hold_since is not None

    def done(self, outcome: Any) -> str:
        return "The hold is cleared."


@step(Registrant)
class Transfer(Step):
    """Hands a registrant to another prescriber."""

    slug, title, button, group = "transfer", "Transfer to another prescriber", "Transfer", COURSE
    explanation = (
        "Number, consents, history and open window stay. The new prescriber confirms the month before the next "
        "authorization. You will no longer see this registrant."
    )
    roles = EVERYONE
    grave = True
    act = staticmethod(registrants.transfer)
    scope = Scope.COURSE

    prescriber = NpiField(label="NPI of the new prescriber")

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return is_active(scene)

    def done(self, outcome: Any) -> str:
        return "The registrant is transferred."


class Ending(Step):
    """What both endings ask."""

    roles = EVERYONE
    scope = Scope.COURSE
    grave = True
    input_names = {"last_dose": "last_dose_on"}

    last_dose_on = DayField(label="Day of the last dose")

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
        "The course is completed. A live authorization is revoked. Where anything was dispensed to a registrant who "
        "can become pregnant, a test at the end and one 30 days after the last dose are asked for."
    )
    act = staticmethod(registrants.end_treatment)

    def done(self, outcome: Any) -> str:
        return "Treatment is ended."


@step(Registrant)
class Discontinue(Ending):
    """Discontinues a course before it is completed."""

    slug, title, button, group = "discontinue", "Discontinue", "Discontinue", COURSE
    explanation = "The course is broken off. A live authorization is revoked. A new course can begin at any time later."
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
        return "The course is discontinued."


@step(Registrant)
class Merge(Step):
    """Merges a duplicate into the record that stays."""

    slug, title, button, group = "merge", "Merge a duplicate into this record", "Merge", ENROLLMENT
    explanation = (
        "For two records of one person. This record stays; the other's tests are entered with it. The stricter "
        "category, a hold and the later end of a supply win; what is live on the other is revoked. It cannot be undone."
    )
    roles = STAFF
    grave = True
    act = staticmethod(records.merge)

    duplicate = forms.CharField(label="Number of the record that goes", max_length=20)

    def clean_duplicate(self) -> Registrant:
        """Give the duplicate, as the visitor may see it."""
        found = self.scene.visitor.registrants().filter(number=self.cleaned_data["duplicate"]).first()
        if found is None:
            raise forms.ValidationError("There is no registrant of this number.")
        return found

    def done(self, outcome: Any) -> str:
        return "The two records are merged into this one."
