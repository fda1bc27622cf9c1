"""The month's steps: tests, confirmation, answers, the window (sections 4 to 6)."""

from typing import Any

from django import forms

from pledge.actions import months, pregnancy_tests
from pledge.admin.fields import DayField, MethodsField, WordField, specimens_to_choose
from pledge.admin.steps import CORRECTIONS, THIS_MONTH, Scene, Step, step
from pledge.models import Registrant
from pledge.rules.dispensing import needs_window
from pledge.rules.editions import edition_on
from pledge.rules.monthly import Attestation, asks_for_prior_source
from pledge.rules.vocabulary import (
    CycleExemption,
    PriorSource,
    RiskCategory,
    Scope,
    SpecimenType,
    TestResult,
    TestSetting,
)

CAN = RiskCategory.CAN_BECOME_PREGNANT
NEWEST_TESTS = 6  # an older specimen has no window left to open


def is_active(scene: Scene) -> bool:
    """Tell whether the registrant's course of treatment goes on."""
    return scene.record is not None and scene.record.course.ended_on is None


def can_become_pregnant(scene: Scene) -> bool:
    """Tell whether tests, methods and answers are asked of the registrant."""
    return scene.record is not None and scene.record.category == CAN


@step(Registrant)
class RecordTest(Step):
    """Records a pregnancy test."""

    slug, title, button, group = "record-test", "Record a test", "Record this test", THIS_MONTH
    explanation = (
        "Every test is recorded, whatever its result. A positive one puts the registrant on hold at once, closes the "
        "open window and tells prescriber and program."
    )
    act = staticmethod(pregnancy_tests.record_test)
    scope = None  # a positive one is heard from everyone; for the others the action asks for the month's scope
    input_names = {"specimen": "specimen_on"}

    specimen_on = DayField(label="Specimen date", help_text="As written at the site where the specimen was taken.")
    result = WordField(TestResult, label="Result")
    setting = WordField(TestSetting, label="Where it was tested")
    specimen_type = WordField(SpecimenType, label="Specimen", initial=SpecimenType.URINE)
    cycle_day = forms.IntegerField(
        label="Day of the menstrual period", required=False, min_value=1, max_value=99, help_text="Day 1 is its first."
    )
    cycle_exemption = WordField(
        CycleExemption, label="Or why the day does not matter", required=False, widget=forms.Select
    )
    has_evidence = forms.BooleanField(
        label="Evidence of a home test is kept", required=False, help_text="A photo, a code on the test, or a witness."
    )
    evidence_note = forms.CharField(label="What the evidence is", required=False, max_length=200)

    def prepare(self) -> None:
        self.fields["cycle_exemption"].choices = [("", "—"), *CycleExemption.choices()]  # type: ignore[attr-defined]
        self.initial.setdefault("specimen_on", self.scene.on)

    def done(self, outcome: Any) -> str:
        return "The test is recorded."


@step(Registrant)
class ConfirmMonth(Step):
    """Confirms the month: counseled, methods, supply."""

    slug, title, button, group = "confirm-month", "Confirm the month", "Confirm this month", THIS_MONTH
    act = staticmethod(months.confirm_month)
    scope = Scope.MONTH
    input_names = {"visit": "visit_on", "specimen": "specimen_on"}

    visit_on = DayField(label="Office visit")
    specimen_on = forms.TypedChoiceField(
        label="Specimen", required=False, empty_value=None, widget=forms.RadioSelect, coerce=forms.DateField().clean
    )
    methods = MethodsField(
        label="Methods of contraception",
        required=False,
        help_text="Two different ones, at least one of them primary; or committed abstinence alone.",
    )
    abstinence_acknowledged = forms.BooleanField(label="I acknowledge committed abstinence", required=False)
    days_supply = forms.IntegerField(label="Days of supply", min_value=1)
    prior_source = WordField(
        PriorSource, label="Isotretinoin taken since the window that passed unused", required=False
    )
    counseled = forms.BooleanField(label="The registrant was counseled for this month")

    def prepare(self) -> None:
        record, on = self.scene.record, self.scene.on
        self.fields["days_supply"].initial = edition_on(on).supply_days
        self.initial.setdefault("visit_on", on)
        if not can_become_pregnant(self.scene) or record is None:
            for name in ("specimen_on", "methods", "abstinence_acknowledged", "prior_source"):
                del self.fields[name]
            return
        tests = specimens_to_choose(self.scene.subject, NEWEST_TESTS)
        self.fields["specimen_on"].choices = tests  # type: ignore[attr-defined]
        self.initial.setdefault("specimen_on", tests[0][0] if tests else None)
        if not asks_for_prior_source(record, on):
            del self.fields["prior_source"]
        said = self.scene.subject.confirmations.first()
        if said is not None:
            self.initial.setdefault("methods", said.methods)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        if scene.record is None or not is_active(scene):
            return False
        return needs_window(scene.record, edition_on(scene.on))

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
        return "The month is confirmed."


@step(Registrant)
class RecordAnswers(Step):
    """Records the month's answers for a registrant who gave them at the clinic."""

    slug, title, button, group = "record-answers", "Record the registrant's answers", "Record the answers", THIS_MONTH
    explanation = (
        "For a registrant who answers at the clinic. The trail keeps your name beside the answers. Wrong answers can "
        "be tried again at any time."
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
        return "The answers are recorded."


@step(Registrant)
class CancelWindow(Step):
    """Cancels the open window."""

    slug, title, button, group = "cancel-window", "Cancel the open window", "Cancel this window", CORRECTIONS
    explanation = (
        "A live authorization is revoked with it. Where the first window of a course is cancelled, its specimen can "
        "never be confirmed again. A window that was dispensed from cannot be cancelled."
    )
    grave = True
    act = staticmethod(months.cancel_window)
    scope = Scope.MONTH

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and scene.record.open_window(scene.on) is not None

    def done(self, outcome: Any) -> str:
        return "The window is cancelled."


@step(Registrant)
class CorrectTest(Step):
    """Corrects a specimen date."""

    slug, title, button, group = "correct-test", "Correct a specimen date", "Correct the date", CORRECTIONS
    explanation = (
        "The old record is kept and superseded; windows are recomputed. What was dispensed outside the corrected "
        "window stands and raises a deviation."
    )
    act = staticmethod(pregnancy_tests.correct_test)
    scope = Scope.MONTH
    input_names = {"specimen": "specimen_on"}

    specimen_on = forms.TypedChoiceField(
        label="Test on record", widget=forms.RadioSelect, coerce=forms.DateField().clean
    )
    to = DayField(label="Right specimen date")

    def prepare(self) -> None:
        self.fields["specimen_on"].choices = specimens_to_choose(self.scene.subject)  # type: ignore[attr-defined]

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and bool(scene.record.tests)

    def done(self, outcome: Any) -> str:
        return "The specimen date is corrected."


@step(Registrant)
class PermitHomeTests(Step):
    """Puts the permission for home tests on file."""

    slug, title, button, group = "permit-home-tests", "Permit home tests", "Permit home tests", CORRECTIONS
    explanation = "For monthly and post-treatment tests of this course, where the rules of the day allow them."
    act = staticmethod(pregnancy_tests.permit_home_tests)
    scope = Scope.MONTH

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        permitted = scene.record is not None and scene.record.course.home_tests_permitted
        return can_become_pregnant(scene) and is_active(scene) and not permitted


@step(Registrant)
class WithdrawHomeTests(Step):
    """Withdraws the permission for home tests."""

    slug, title, button, group = "withdraw-home-tests", "Withdraw home tests", "Withdraw the permission", CORRECTIONS
    explanation = "An open window, and corrections of it, are left alone."
    act = staticmethod(pregnancy_tests.withdraw_home_tests)
    scope = Scope.MONTH

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and scene.record.course.home_tests_permitted
