"""The one step that is suggested about a registrant: the next one, or none and who can take it; never another."""

from datetime import date
from typing import NamedTuple

from pledge.admin.next_steps import next_steps
from pledge.admin.steps import STEPS, Scene, Step
from pledge.admin.visitor import Role
from pledge.admin.whereabouts import gate_today
from pledge.models import Registrant
from pledge.rules.history import Record
from pledge.rules.vocabulary import Scope

# A positive test is heard from everyone, so the step itself asks for no scope; what is suggested is any other result.
ASKED_IN = {"record-test": Scope.MONTH}


class Suggestion(NamedTuple):
    """A step for the visitor, or who else can take it; neither while only time can tell."""

    step: type[Step] | None = None
    others: str = ""


def suggestion(scene: Scene, last_dose_on: date | None = None) -> Suggestion:
    """Suggest the step that comes next about the scene's registrant.

    :param last_dose_on: the day of the last dose where tests are asked for after it.
    """
    record: Record = scene.record  # type: ignore[assignment]
    slugs = next_steps(record, gate_today(record, scene.on), scene.on, last_dose_on=last_dose_on)
    known = (STEPS[Registrant][slug] for slug in slugs if slug in STEPS[Registrant])
    step = next((step for step in known if step.offered(scene)), None)
    return judged(scene, step) if step is not None else Suggestion()


def judged(scene: Scene, step: type[Step]) -> Suggestion:
    """Suggest a step where it is the visitor's to take, else say whose it is."""
    prescriber = scene.prescriber.name if scene.prescriber is not None else "the prescriber"
    scope = ASKED_IN.get(step.slug, step.scope)
    if scene.visitor.role not in step.roles:
        whose = "in person" if step.roles == {Role.PRESCRIBER} else "or a designee of theirs"
        return Suggestion(others=f"This is for {prescriber} {whose}.")
    if not scene.within(scope) and scope is not None:
        said = f"This is for {prescriber}, or a designee who was given “{scope.label.lower()}”: you were not."
        return Suggestion(others=said)
    return Suggestion(step)
