"""Where a step is taken; a module of its own, since the type checker trips over a named tuple beside a form."""

from datetime import date
from typing import Any, NamedTuple

from pledge.admin.visitor import Visitor
from pledge.models import Prescriber, Registrant
from pledge.rules.history import Record
from pledge.rules.vocabulary import Scope
from pledge.trail import By


class Scene(NamedTuple):
    """Where a step is taken: by whom, on which program day, about which row and, for a registrant, which record."""

    visitor: Visitor
    by: By
    on: date
    subject: Any = None
    record: Record | None = None

    @property
    def prescriber(self) -> Prescriber | None:
        """The prescriber whose registrant the step is about; None where it is about no registrant yet."""
        return self.subject.prescriber if isinstance(self.subject, Registrant) else None

    def within(self, scope: Scope | None) -> bool:
        """Tell whether a designee's designation reaches a scope here; what is about no one yet, by any prescriber."""
        prescriber = self.prescriber
        return self.visitor.may(scope, prescriber.pk if prescriber is not None else None)
