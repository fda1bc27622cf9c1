"""One registrant's line of the check list: what the clinic says of their month, each statement on its own."""

from typing import Any

from django import forms

from pledge.admin.confirm_many.candidates import Candidate
from pledge.admin.fields import DayField, WordField
from pledge.admin.once import number_sent
from pledge.admin.steps import Scene
from pledge.rules.editions import edition_on
from pledge.rules.monthly import Attestation
from pledge.rules.vocabulary import Method, PriorSource

HALF = "Tick both statements, or neither: whoever is not ready is left out."


class Row(forms.Form):
    """What is said of one registrant; nothing is ticked before the person ticks it."""

    counseled = forms.BooleanField(label="Counseled for this month", required=False)
    same = forms.BooleanField(required=False)
    prior_source = WordField(
        PriorSource, label="Taken since the window that passed unused", required=False, widget=forms.Select
    )
    visit_on = DayField(label="Visit")
    days_supply = forms.IntegerField(label="Days of supply", min_value=1)
    specimen_on = forms.DateField(required=False, widget=forms.HiddenInput)
    methods = forms.TypedMultipleChoiceField(
        choices=Method.choices(), coerce=Method, required=False, widget=forms.MultipleHiddenInput
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    left_out = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, candidate: Candidate, scene: Scene, **kwargs: Any) -> None:
        """Take whom it is about, and who says it on which day."""
        kwargs.setdefault("prefix", candidate.registrant.number)
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.candidate, self.scene = candidate, scene
        last = candidate.last
        self.initial = {
            **self.initial,
            "visit_on": scene.on,
            "days_supply": edition_on(scene.on).supply_days,
            "specimen_on": candidate.specimen_on,
            "methods": sorted(last.methods) if last is not None else [],
            "seen": candidate.seen,
        }
        if not candidate.names_methods or last is None:
            for name in ("same", "specimen_on", "methods"):
                del self.fields[name]
        else:
            acknowledged = ", which I acknowledge" if last.is_abstinence else ""
            self.fields["same"].label = f"The same methods, confirmed with them: {last.named}{acknowledged}"
        if candidate.asks_for_prior_source(scene.on):
            self.fields["prior_source"].choices = [("", "—"), *PriorSource.choices()]  # type: ignore[attr-defined]
        else:
            del self.fields["prior_source"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "same" in self.fields and bool(said.get("same")) is not bool(said.get("counseled")):
            raise forms.ValidationError(HALF)
        return said

    @property
    def is_wrong(self) -> bool:
        """Whether something was ticked and cannot be taken as it is; a line left unticked is never wrong."""
        wrong = bool(self.errors)
        return wrong and bool(self.cleaned_data.get("counseled") or self.cleaned_data.get("same"))

    @property
    def chosen(self) -> bool:
        """Whether the person ticked all that a confirmation takes."""
        return not self.errors and bool(self.cleaned_data.get("counseled"))

    def anew(self) -> "Row":
        """Give the line as it is shown again: what was ticked for a record that has moved on is ticked anew."""
        if number_sent(self.data.get(self.add_prefix("seen"), "")) == self.candidate.seen:
            return self
        return Row(candidate=self.candidate, scene=self.scene)

    @property
    def last_seen(self) -> int:
        """The newest event that the line was shown for."""
        return number_sent(self.cleaned_data.get("seen", ""))

    def attestation(self) -> Attestation:
        """Give what the person said, in the words of the rules; the methods are those that they read."""
        said = self.cleaned_data
        methods = frozenset(said.get("methods", ()))
        return Attestation(
            visit_on=said["visit_on"],
            specimen_on=said.get("specimen_on"),
            methods=methods,
            abstinence_acknowledged=methods == {Method.ABSTINENCE},
            days_supply=said["days_supply"],
            prior_source=said.get("prior_source"),
        )
