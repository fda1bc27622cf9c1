"""Steps at a course's beginning: enrollment, category (sections 3 and 8)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pledge.access import NotThere, registrant_named
from pledge.actions import registrants
from pledge.actions.same_person import called, of_the_same_person
from pledge.admin.contact_steps import CONTACT, ContactFields
from pledge.admin.fields import BirthField, NpiField, WordField
from pledge.admin.steps import COURSE, ENROLLMENT, Scene, Step, step
from pledge.admin.visitor import EVERYONE, Role
from pledge.models import Prescriber, Registrant
from pledge.rules.vocabulary import Basis, RiskCategory, Scope
from pledge.trail import By


def address_of(registrant: Registrant) -> str:
    """Give the address of a registrant's page."""
    return reverse("admin:pledge_registrant_page", args=[registrant.number])


def choose_prescriber(form: Step) -> None:
    """Ask for a prescriber only where the visitor may act for more than one."""
    visitor = form.scene.visitor
    if visitor.role == Role.PROGRAM:
        return
    theirs = visitor.prescribers(form.scene.on, form.scope)
    if len(visitor.acts_as) == 1:
        del form.fields["prescriber"]
    else:
        form.fields["prescriber"] = forms.ModelChoiceField(theirs, label="On behalf of", widget=forms.RadioSelect)
    form.order_fields(["prescriber"])


class ForPrescriber(Step):
    """A step about a prescriber's registrant to be, taken on that prescriber's behalf."""

    scope = Scope.ENROLLMENT

    def chosen(self) -> Prescriber:
        """Give the prescriber the form names, or the only one whom the visitor may act for."""
        return self.cleaned_data.get("prescriber") or self.scene.by.prescriber  # type: ignore[return-value]

    def actor(self) -> By:
        return self.scene.visitor.by(self.chosen().pk)


class Category(forms.Form):
    """The risk category with its basis."""

    category = WordField(RiskCategory, label="Risk category", initial=RiskCategory.CAN_BECOME_PREGNANT)
    basis = WordField(
        Basis,
        label="Basis, for a registrant who cannot become pregnant",
        required=False,
        help_text="Tubal sterilization, a partner's vasectomy, abstinence and not yet menstruating are no basis.",
    )


def _was_here(former: Registrant) -> SafeString:
    address = reverse("admin:pledge_registrant_new", args=[EnrollFormer.slug])
    return format_html(
        "Someone of this name and date of birth was here as number {}, and their enrollment was taken back as entered "
        'by mistake. <a href="{}">{}</a> gives them that number back.',
        former.number, address, EnrollFormer.title,
    )  # fmt: skip


@step(Registrant)
class Enroll(ContactFields, Category, ForPrescriber):
    """Registers a person with a prescriber."""

    slug, title, button = "enroll", "Enroll a registrant", "Enroll"
    about_new = True
    roles = EVERYONE
    act = staticmethod(registrants.enroll)
    input_names = {"born": "born_on"}

    prescriber = NpiField()
    born_on = BirthField()
    another_person = forms.BooleanField(
        label="This is another person of the same name and date of birth", required=False, widget=forms.HiddenInput
    )
    field_order = ["prescriber", "name", "born_on", "category", "basis", "email", "language", "time_zone"]

    def prepare(self) -> None:
        self.order_fields(self.field_order)
        choose_prescriber(self)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        name, born_on = said.get("name"), said.get("born_on")
        if not name or not born_on or said.get("another_person"):
            return said
        born_then = self.scene.visitor.registrants().filter(born_on=born_on)
        twin = next((one for one in born_then if called(one.name) == called(name)), None)
        if twin is not None:
            self.fields["another_person"].widget = forms.CheckboxInput()
            raise ValidationError(
                "You have a registrant of this name and date of birth already: number %(number)s.",
                params={"number": twin.number},
            )
        prescriber = self.chosen() if "prescriber" not in self.errors else None
        _, former = of_the_same_person(prescriber, name, born_on) if prescriber is not None else (None, None)
        if former is not None:
            self.fields["another_person"].widget = forms.CheckboxInput()
            raise ValidationError(_was_here(former))
        return said

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "prescriber": self.chosen(),
            "born_on": said["born_on"],
            "category": said["category"],
            "basis": said["basis"] or "",
            "contact": {field: said[field] for field in CONTACT},
        }

    def done(self, outcome: Any) -> str:
        return "Enrolled. The required forms are signed next."

    def leads_to(self, outcome: Any) -> str:
        return address_of(outcome)


class EnrollAgain(Category, ForPrescriber):
    """Begins a new course after an ending."""

    slug, title, button = "enroll-again", "Enroll again", "Begin a new course"
    roles = EVERYONE
    act = staticmethod(registrants.enroll_again)
    explanation = "Everything is done anew: consents, screening test, waiting period, confirmation test."

    prescriber = NpiField()

    def prepare(self) -> None:
        choose_prescriber(self)
        if self.scene.subject is not None:
            self.initial.setdefault("category", self.scene.subject.category)
            self.initial.setdefault("basis", self.scene.subject.basis)

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "prescriber": self.chosen(),
            "category": said["category"],
            "basis": said["basis"] or "",
        }

    def done(self, outcome: Any) -> str:
        return "A new course has begun. The required forms are signed next."

    def leads_to(self, outcome: Any) -> str:
        return address_of(outcome)


@step(Registrant)
class EnrollOwnAgain(EnrollAgain):
    """Begins a new course for a registrant of one's own."""

    slug, group = "begin-again", COURSE

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and scene.record.course.ended_on is not None


@step(Registrant)
class EnrollFormer(EnrollAgain):
    """Begins a new course for someone named by number and date of birth, whoever treated them before."""

    title = "Enroll someone again"
    about_new = True
    input_names = {"born": "born_on", "registrant": "number"}

    number = forms.CharField(label="Registrant number", max_length=20)
    born_on = BirthField()
    field_order = ["prescriber", "number", "born_on", "category", "basis"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("number") and said.get("born_on"):
            try:
                said["registrant"] = registrant_named(said["number"], said["born_on"])
            except NotThere as gone:
                raise ValidationError(gone.message[:1].upper() + gone.message[1:] + ".") from gone
        return said

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {**super().given(), "registrant": said["registrant"], "born_on": said["born_on"]}


@step(Registrant)
class ChangeCategory(Category, Step):
    """Changes the risk category."""

    slug, title, button, group = "change-category", "Change the risk category", "Change the category", ENROLLMENT
    explanation = (
        "To “can become pregnant” revokes a live authorization and begins a new course: consents, screening test, "
        "waiting period. To “cannot become pregnant” leaves an open window and a live authorization as they are."
    )
    grave = weighed = True
    act = staticmethod(registrants.change_category)
    scope = Scope.COURSE

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.record is not None and scene.record.course.ended_on is None

    def prepare(self) -> None:
        other = [c for c in RiskCategory if c != self.scene.subject.category]
        self.initial.setdefault("category", other[0])

    def given(self) -> dict[str, Any]:
        return {"category": self.cleaned_data["category"], "basis": self.cleaned_data["basis"] or ""}

    def done(self, outcome: Any) -> str:
        if self.scene.subject.category == outcome.category or outcome.category != RiskCategory.CAN_BECOME_PREGNANT:
            return "The category is changed."
        return "The category is changed, and a new course has begun. What is to be signed or tested first is below."
