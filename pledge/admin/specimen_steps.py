"""Tests: recorded, corrected; home tests permitted or not (section 4)."""

from typing import Any

from django import forms
from django.urls import reverse

from pledge.actions import pregnancy_tests
from pledge.admin.fields import DayField, WordField, specimens_to_choose
from pledge.admin.last_month import what_stands_against
from pledge.admin.meanings import meaning_of
from pledge.admin.month_steps import ConfirmMonth, can_become_pregnant, is_active
from pledge.admin.steps import CORRECTIONS, THIS_MONTH, Scene, Step, step
from pledge.facts import record_of
from pledge.models import Registrant
from pledge.rules.editions import edition_on
from pledge.rules.qualification import phase_of, screening_test
from pledge.rules.vocabulary import CycleExemption, Scope, SpecimenType, TestPhase, TestResult, TestSetting


@step(Registrant)
class RecordTest(Step):
    """Records a pregnancy test."""

    slug, title, button, group = "record-test", "Record a test", "Record this test", THIS_MONTH
    explanation = (
        "Every test is recorded, whatever its result; the next page says what it counts for. A positive one puts the "
        "registrant on hold at once, closes the open window and tells prescriber and program."
    )
    form_template = "pledge/admin/record_test.html"
    act = staticmethod(pregnancy_tests.record_test)
    scope = None  # a positive one is heard from everyone; for the others the action asks for the month's scope
    input_names = {"specimen": "specimen_on"}

    result = WordField(TestResult, label="Result")
    specimen_on = DayField(label="Specimen date", help_text="As written at the site where the specimen was taken.")
    setting = WordField(TestSetting, label="Where it was tested")
    specimen_type = WordField(SpecimenType, label="Specimen", initial=SpecimenType.URINE)
    has_evidence = forms.BooleanField(
        label="Evidence of the home test is kept",
        required=False,
        help_text="A photo, a code on the test, or a witness.",
    )
    evidence_note = forms.CharField(label="What the evidence is", required=False, max_length=200)
    cycle_day = forms.IntegerField(
        label="Day of the menstrual period", required=False, min_value=1, max_value=99, help_text="Day 1 is its first."
    )
    cycle_exemption = WordField(
        CycleExemption, label="Or why the day does not matter", required=False, widget=forms.Select
    )

    def prepare(self) -> None:
        self.fields["cycle_exemption"].choices = [("", "—"), *CycleExemption.choices()]  # type: ignore[attr-defined]
        self.initial.setdefault("specimen_on", self.scene.on)
        record = self.scene.record
        last = record.tests[-1] if record is not None and record.tests else None
        if last is not None and last.setting != TestSetting.HOME:
            self.initial.setdefault("setting", last.setting)

    @property
    def asks_for_cycle_day(self) -> bool:
        """Whether a test of today would be judged by the day of the period, as far as is known beforehand."""
        record = self.scene.record
        if record is None or screening_test(record) is None:
            return False
        phase = phase_of(record)
        repeat = phase is TestPhase.REPEAT and edition_on(self.scene.on).cycle_days_on_repeat
        return phase is TestPhase.CONFIRMATION or repeat

    @property
    def cycle_days(self) -> int:
        """The last day of the period on which such a test counts."""
        return edition_on(self.scene.on).cycle_days

    def done(self, outcome: Any) -> str:
        return meaning_of(record_of(outcome.registrant, self.scene.on), outcome.pk, self.scene.on)

    def leads_to(self, outcome: Any) -> str | None:
        scene = self.scene._replace(record=record_of(outcome.registrant, self.scene.on))
        if scene.record is None or scene.visitor.role not in ConfirmMonth.roles or not scene.within(ConfirmMonth.scope):
            return None
        is_next = (
            can_become_pregnant(scene) and ConfirmMonth.offered(scene) and scene.record.open_window(scene.on) is None
        )
        if not is_next or any(what_stands_against(scene.record, scene.on)):
            return None
        return reverse("admin:pledge_registrant_step", args=[outcome.registrant.number, ConfirmMonth.slug])


@step(Registrant)
class CorrectTest(Step):
    """Corrects a specimen date."""

    slug, title, button, group = "correct-test", "Correct a specimen date", "Correct the date", CORRECTIONS
    explanation = (
        "The old record is kept and superseded; windows are worked out anew. What was dispensed outside the corrected "
        "window stands and raises a deviation."
    )
    weighed = True
    act = staticmethod(pregnancy_tests.correct_test)
    scope = Scope.MONTH
    input_names = {"specimen": "specimen_on"}

    specimen_on = forms.TypedChoiceField(
        label="Test on record", widget=forms.RadioSelect, coerce=forms.DateField().clean
    )
    to = DayField(label="Right specimen date", help_text="As written at the site where the specimen was taken.")

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
    explanation = (
        "From then on, monthly and post-treatment tests of this course may be done at home where the rules of the "
        "specimen day allow it, with evidence kept. Screening and confirmation tests (T1, T2) stay at the clinic."
    )
    act = staticmethod(pregnancy_tests.permit_home_tests)
    scope = Scope.MONTH

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        permitted = scene.record is not None and scene.record.course.home_tests_permitted
        return can_become_pregnant(scene) and is_active(scene) and not permitted

    def done(self, outcome: Any) -> str:
        return "Home tests are permitted for this course. Record each with the evidence that is kept of it."


@step(Registrant)
class WithdrawHomeTests(Step):
    """Withdraws the permission for home tests."""

    slug, title, button, group = "withdraw-home-tests", "Withdraw home tests", "Withdraw the permission", CORRECTIONS
    explanation = (
        "The next months need a test at the clinic or a laboratory. An open window, and its corrections, stay."
    )
    act = staticmethod(pregnancy_tests.withdraw_home_tests)
    scope = Scope.MONTH

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and scene.record.course.home_tests_permitted

    def done(self, outcome: Any) -> str:
        return "The permission for home tests is withdrawn. The next month needs a test at the clinic or a laboratory."
