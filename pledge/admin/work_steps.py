"""Steps of program administrators on what is open: deviations and follow-ups."""

from typing import Any

from django import forms

from pledge.actions import deviations, holds
from pledge.admin.party_steps import StaffStep
from pledge.admin.steps import Scene, step
from pledge.models import Deviation, FollowUp


@step(Deviation)
class CloseDeviation(StaffStep):
    """Closes a deviation."""

    slug, title, button, group = "close", "Close this deviation", "Close it", "Work"
    explanation = "The dispense it is about stands; the note is kept in the trail."
    subject_as = "deviation"
    act = staticmethod(deviations.close_deviation)

    note = forms.CharField(
        label="Note",
        max_length=deviations.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"At most {deviations.LONGEST_NOTE} characters.",
    )

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.closed_at is None

    def done(self, outcome: Any) -> str:
        return "The deviation is closed."


@step(FollowUp)
class FinishFollowUp(StaffStep):
    """Marks a follow-up as done."""

    slug, title, button, group = "finish", "Finish this follow-up", "Mark as done", "Work"
    explanation = "Say what was found and with whom you talked. The note is kept in the trail of the registrant."
    subject_as = "follow_up"
    act = staticmethod(holds.finish_follow_up)

    note = forms.CharField(
        label="Note",
        max_length=deviations.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"At most {deviations.LONGEST_NOTE} characters.",
    )

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.done_at is None

    def done(self, outcome: Any) -> str:
        return "The follow-up is done."
