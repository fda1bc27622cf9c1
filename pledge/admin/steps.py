"""Steps: each is one form that calls one action. What may be done here is what is registered."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.db.models import Model

from pledge.admin.scene import Scene
from pledge.admin.visitor import CLINIC, Role, Visitor
from pledge.models import Registrant
from pledge.rules.refusals import Refusal
from pledge.rules.vocabulary import Scope
from pledge.trail import By

__all__ = ["GROUPS", "STEPS", "Scene", "Step", "step", "step_named", "steps_offered"]

THIS_MONTH, SAFETY, ENROLLMENT = "This month", "Safety", "Enrollment"
CORRECTIONS, COURSE = "Tests and windows", "Course of treatment"
GROUPS = (THIS_MONTH, SAFETY, ENROLLMENT, CORRECTIONS, COURSE)


class Step(forms.Form):
    """One step: a form whose cleaned input goes to exactly one action.

    A subclass names the action in ``act`` (a ``staticmethod``), and gives what it takes beside the subject, ``by``
    and ``at`` in :meth:`given`. ``input_names`` maps the names by which the action rejects an input to our fields.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    explanation: ClassVar[str] = ""
    button: ClassVar[str]
    group: ClassVar[str] = ""
    roles: ClassVar[frozenset[Role]] = CLINIC
    scope: ClassVar[Scope | None] = None  # in what a designee must be designated; None where that is not asked
    subject_as: ClassVar[str] = "registrant"  # empty where the action takes only what is given
    about_new: ClassVar[bool] = False  # taken from the list, about no row yet
    act: Callable[..., Any]
    input_names: ClassVar[dict[str, str]] = {}
    urgent: ClassVar[bool] = False  # is taken though the record changed meanwhile; only a repetition is not
    grave: ClassVar[bool] = False  # shown with care: it stops treatment or cannot be taken back
    weighed: ClassVar[bool] = False  # what it changes is shown before it is done; an urgent one is done at once
    of_record: ClassVar[tuple[str, ...]] = ()  # fields that begin as what is on record, and change it
    form_template: ClassVar[str] = "pledge/admin/step.html"
    outcome_template: ClassVar[str] = ""  # a page that shows the outcome, once; without one the subject's follows
    do_not_call_in_templates: ClassVar[bool] = True
    required_css_class = "required"

    def __init__(self, *args: Any, scene: Scene, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.scene = scene
        self.prepare()

    def prepare(self) -> None:
        """Fit fields and initial values to the scene."""

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        """Tell whether the step is shown as one that makes sense now; the action judges it either way."""
        return True

    def beforehand(self) -> Iterable[Refusal]:
        """Give the reasons that stand against the step already, whatever is entered; the action names them all."""
        return ()

    def touched(self) -> list[Registrant]:
        """Give the registrants in whose records a step that is weighed changes something."""
        return [self.scene.subject]

    def concerned(self) -> list[Model]:
        """Give the rows whose events overtake a step that is about no registrant."""
        return [self.scene.subject] if isinstance(self.scene.subject, Model) else []

    def actor(self) -> By:
        """Give who acts; a form about no row yet may ask on whose behalf."""
        return self.scene.by

    def given(self) -> dict[str, Any]:
        """Give the action's arguments beside the subject, ``by`` and ``at``."""
        return dict(self.cleaned_data)

    def done(self, outcome: Any) -> str:
        """Say what was done, in words that name no one: the message passes through a cookie."""
        return f"Done: {self.title.lower()}."

    def leads_to(self, outcome: Any) -> str | None:
        """Give the address that follows; None leads back to the subject."""
        return None


STEPS: dict[type[Model], dict[str, type[Step]]] = {}


def step(model: type[Model]) -> Callable[[type[Step]], type[Step]]:
    """Register a step that is taken about rows of a model, or about a new one."""

    def register(taken: type[Step]) -> type[Step]:
        STEPS.setdefault(model, {})[taken.slug] = taken
        return taken

    return register


def step_named(model: type[Model], slug: str, visitor: Visitor) -> type[Step] | None:
    """Give a model's step by its slug, or None where there is none or it is not the visitor's to take."""
    taken = STEPS.get(model, {}).get(slug)
    return taken if taken is not None and visitor.role in taken.roles else None


def new_steps(visitor: Visitor) -> list[type[Step]]:
    """Give the steps that take in a registrant, as far as the visitor may take them."""
    own = (taken for taken in STEPS.get(Registrant, {}).values() if taken.about_new and visitor.role in taken.roles)
    return [taken for taken in own if visitor.may(taken.scope)]


def steps_offered(model: type[Model], scene: Scene) -> dict[str, list[type[Step]]]:
    """Give the steps about a row that make sense now, by group."""
    groups: dict[str, list[type[Step]]] = {}
    for taken in STEPS.get(model, {}).values():
        within = scene.visitor.role in taken.roles and scene.within(taken.scope)
        if taken.group and within and taken.offered(scene):
            groups.setdefault(taken.group, []).append(taken)
    return dict(sorted(groups.items(), key=lambda group: GROUPS.index(group[0]) if group[0] in GROUPS else len(GROUPS)))
