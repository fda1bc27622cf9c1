"""The month's steps: confirmed by the clinic, answered by the registrant, its window cancelled (sections 5 and 6)."""

from collections.abc import Iterable
from typing import Any

from django import forms

from pledge.actions import months
from pledge.admin.fields import DayField, MethodsField, WordField, specimens_to_choose
from pledge.admin.last_month import Last, last_confirmed, what_stands_against
from pledge.admin.steps import CORRECTIONS, THIS_MONTH, Scene, Step, step
from pledge.admin.whereabouts import long
from pledge.facts import record_of
from pledge.models import Registrant
from pledge.rules.calendar import Span
from pledge.rules.dispensing import needs_window
from pledge.rules.editions import edition_on
from pledge.rules.monthly import Attestation, asks_for_prior_source, month_complete
from pledge.rules.qualification import course_tests
from pledge.rules.refusals import Refusal
from pledge.rules.vocabulary import PriorSource, RiskCategory, Scope, TestResult
from pledge.rules.windows import window_span

CAN = RiskCategory.CAN_BECOME_PREGNANT
SAME, OTHER = "same", "other"
CONTRADICTION = "You chose the same methods and ticked others. Untick the others, or choose “other methods”."


def is_active(scene: Scene) -> bool:
    """Tell whether the registrant's course of treatment goes on."""
    return scene.record is not None and scene.record.course.ended_on is None


def can_become_pregnant(scene: Scene) -> bool:
    """Tell whether tests, methods and answers are asked of the registrant."""
    return scene.record is not None and scene.record.category == CAN


@step(Registrant)
class ConfirmMonth(Step):
    """Confirms the month: counseled, methods, supply."""

    slug, title, button, group = "confirm-month", "Confirm the month", "Confirm this month", THIS_MONTH
    form_template = "pledge/admin/confirm_month.html"
    act = staticmethod(months.confirm_month)
    scope = Scope.MONTH
    input_names = {"visit": "visit_on", "specimen": "specimen_on"}

    specimen_on = forms.TypedChoiceField(
        label="Test", required=False, empty_value=None, widget=forms.RadioSelect, coerce=forms.DateField().clean
    )
    prior_source = WordField(
        PriorSource, label="Isotretinoin taken since the window that passed unused", required=False
    )
    statement = forms.ChoiceField(
        label="Today, with the registrant",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is true: nothing is taken over from last month by itself."},
    )
    counseled = forms.BooleanField(
        label="The registrant was counseled for this month",
        error_messages={"required": "A month is confirmed only for a registrant who was counseled for it."},
    )
    methods = MethodsField(
        label="Methods of contraception",
        required=False,
        help_text="Two different ones, at least one of them primary; or committed abstinence alone.",
    )
    abstinence_acknowledged = forms.BooleanField(label="I acknowledge committed abstinence", required=False)
    visit_on = DayField(label="Office visit")
    days_supply = forms.IntegerField(label="Days of supply", min_value=1)

    last: Last | None = None

    def prepare(self) -> None:
        record, on = self.scene.record, self.scene.on
        self.fields["days_supply"].initial = edition_on(on).supply_days
        self.fields["visit_on"].initial = on
        if not can_become_pregnant(self.scene) or record is None:
            for name in ("specimen_on", "methods", "abstinence_acknowledged", "prior_source", "statement"):
                del self.fields[name]
            return
        self._offer_tests()
        self._keep_what_is_corrected()
        if not asks_for_prior_source(record, on):
            del self.fields["prior_source"]
        self.last = last_confirmed(self.scene.subject)
        if self.last is None:
            del self.fields["statement"]
            return
        del self.fields["counseled"]
        self.fields["statement"].help_text = f"Last confirmed on {long(self.last.confirmed_on)}: {self.last.named}."
        same = f"Counseled for this month; the same methods, confirmed today: {self.last.named}"
        self.fields["statement"].choices = [  # type: ignore[attr-defined]
            (SAME, f"{same}, which I acknowledge" if self.last.is_abstinence else same),
            (OTHER, "Counseled for this month; other methods, which I name"),
        ]

    def _offer_tests(self) -> None:
        """Offer the newest test and those whose window would still be open; choose only a negative newest one."""
        record, on = self.scene.record, self.scene.on
        days = specimens_to_choose(self.scene.subject)
        offered = [day for place, day in enumerate(days) if place == 0 or _still_opens(self, day[0])]
        self.fields["specimen_on"].choices = offered  # type: ignore[attr-defined]
        newest = course_tests(record)[-1:] if record is not None else ()
        window = record.open_window(on) if record is not None else None
        if window is not None and window.specimen_on is not None:
            self.initial.setdefault("specimen_on", window.specimen_on.isoformat())
        elif newest and newest[0].result == TestResult.NEGATIVE:
            self.initial.setdefault("specimen_on", newest[0].specimen_on.isoformat())

    def _keep_what_is_corrected(self) -> None:
        """Begin a correction with the visit and the supply that were confirmed: only what is changed changes."""
        said = self.scene.subject.confirmations.first() if self.corrected_through else None
        if said is not None:
            self.fields["days_supply"].initial = said.days_supply
            self.fields["visit_on"].initial = said.visit_on

    @property
    def corrected_through(self) -> str:
        """The last day of the open window, whose confirmation this form corrects; empty where none is open."""
        window = self.scene.record.open_window(self.scene.on) if self.scene.record is not None else None
        corrects = window is not None and window.category == CAN and window.confirmation is not None
        return long(window.closes_on) if corrects and window is not None else ""

    def beforehand(self) -> Iterable[Refusal]:
        return what_stands_against(self.scene.record, self.scene.on) if self.scene.record is not None else ()

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        if scene.record is None or not is_active(scene):
            return False
        return needs_window(scene.record, edition_on(scene.on))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        named = frozenset(said.get("methods", ()))
        if said.get("statement") == SAME and self.last is not None:
            if named not in (frozenset(), self.last.methods):
                self.add_error("statement", CONTRADICTION)
            said["methods"] = self.last.methods
            said["abstinence_acknowledged"] = self.last.is_abstinence
        elif said.get("statement") == OTHER and not named and "methods" not in self.errors:
            self.add_error("methods", "Tick the methods that are used now.")
        return said

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "attestation": Attestation(
                visit_on=said["visit_on"],
                specimen_on=said.get("specimen_on"),
                methods=frozenset(said.get("methods", ())),
                abstinence_acknowledged=said.get("abstinence_acknowledged", False),
                days_supply=said["days_supply"],
                prior_source=said.get("prior_source"),
            )
        }

    def done(self, outcome: Any) -> str:
        window = outcome.window
        if window is None:
            return "The month is confirmed."
        through = long(window.closes_on)
        corrected = window.confirmations.exclude(pk=outcome.pk).exists()
        said = "The confirmation is corrected" if corrected else "The month is confirmed"
        record = record_of(self.scene.subject, self.scene.on)
        judged = record.window_with_id(window.pk)
        if judged is not None and month_complete(record, judged):
            return f"{said}: the pharmacy may ask now, and must dispense by {through}."
        return f"{said}. Next the registrant answers this month's questions; the window closes on {through}."


def _still_opens(form: ConfirmMonth, specimen_on: str) -> bool:
    span: Span | None = window_span(CAN, specimen_on=forms.DateField().clean(specimen_on), visit_on=form.scene.on)
    return span is not None and span.last_day >= form.scene.on


@step(Registrant)
class RecordAnswers(Step):
    """Records the month's answers for a registrant who gave them at the clinic."""

    slug, title, button, group = "record-answers", "Record the registrant's answers", "Record the answers", THIS_MONTH
    explanation = (
        "For a registrant who answers at the clinic: what they say, not what you entered. The trail keeps your name "
        "beside the answers. Wrong answers can be tried again at any time, and cost nothing."
    )
    act = staticmethod(months.answer_questions)
    scope = Scope.MONTH

    methods = MethodsField(label="Methods as the registrant names them")
    correct = forms.TypedChoiceField(
        label="This month's questions",
        choices=[("yes", "All answered correctly"), ("no", "Not all answered correctly yet")],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        window = scene.record.open_window(scene.on) if scene.record is not None else None
        return can_become_pregnant(scene) and window is not None

    def given(self) -> dict[str, Any]:
        return {"methods": frozenset(self.cleaned_data["methods"]), "correct": self.cleaned_data["correct"]}

    def done(self, outcome: Any) -> str:
        if not outcome.correct:
            return "The answers are recorded. Go over what was not right with the registrant, and let them try again."
        if outcome.window.completed_at is not None:
            through = long(outcome.window.closes_on)
            return f"The answers are recorded: the pharmacy may ask now, and must dispense by {through}."
        return (
            "The answers are recorded. They name other methods than the clinic did: one of the two is corrected next."
        )


@step(Registrant)
class CancelWindow(Step):
    """Cancels the open window."""

    slug, title, button, group = "cancel-window", "Cancel the open window", "Cancel this window", CORRECTIONS
    explanation = (
        "A live authorization is revoked with it. Where the first window of a course is cancelled, its test can "
        "never be confirmed again; a later one can, while its days last."
    )
    grave = weighed = True
    act = staticmethod(months.cancel_window)
    scope = Scope.MONTH

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and scene.record.open_window(scene.on) is not None

    def done(self, outcome: Any) -> str:
        return "The window is cancelled."
