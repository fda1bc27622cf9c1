"""Steps of program administrators about whom a designee acts for (section 1)."""

from typing import Any

from django import forms

from pledge.actions import designations
from pledge.admin.designation_steps import Reach
from pledge.admin.fields import NpiField
from pledge.admin.party_steps import StaffStep
from pledge.admin.steps import Scene, step
from pledge.models import Designee, Prescriber
from pledge.rules.vocabulary import Scope

DESIGNATIONS = "Acts for"


@step(Designee)
class Designate(Reach, StaffStep):
    """Lets a designee act on behalf of a prescriber, at the prescriber's request."""

    slug, title, button, group = "designate", "Let them act for a prescriber", "Let them act", DESIGNATIONS
    explanation = (
        "At the prescriber's request. It holds from the designee's next click; what stood between the two before is "
        "ended. A prescriber can do the same in person, under Designees."
    )
    subject_as = "designee"
    act = staticmethod(designations.designate)

    prescriber = NpiField()
    field_order = ["prescriber", "scopes", "ends_on"]

    def prepare(self) -> None:
        self.until(self.scene.on)
        self.initial.setdefault("scopes", list(Scope))

    def done(self, outcome: Any) -> str:
        return "Given. They act for this prescriber from their next click."


@step(Designee)
class EndDesignation(StaffStep):
    """Takes back what a designee does on behalf of a prescriber."""

    slug, title, button, group = "end-designation", "End acting for a prescriber", "End it now", DESIGNATIONS
    explanation = "At once: from their next click they see none of this prescriber's registrants."
    subject_as = "designee"
    grave = True
    act = staticmethod(designations.end_designation)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.designations.filter(ended_at=None).exists()

    def prepare(self) -> None:
        standing = self.scene.subject.designations.filter(ended_at=None).values("prescriber")
        self.fields["prescriber"] = forms.ModelChoiceField(
            Prescriber.objects.filter(pk__in=standing), label="Prescriber", widget=forms.RadioSelect
        )

    def done(self, outcome: Any) -> str:
        return "Ended."
