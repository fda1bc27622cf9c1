"""Which rules wait for approval, and who has approved them as they stand."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pledge.actions.editions import APPROVALS
from pledge.models import EditionApproval
from pledge.rules.calendar import ONE_DAY
from pledge.rules.editions import EDITIONS, OVERLAYS, Edition
from pledge.rules.rulebook import Difference, Parameter, Rules, differences, digest_of, parameters, settings_of


class Stand(NamedTuple):
    """One edition or overlay on a program day: its span, what it says, and who approved exactly that."""

    rules: Rules
    through: date | None
    on: date
    digest: str
    approvals: list[EditionApproval]
    before: Edition | None

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{'Edition' if self.is_edition else 'Overlay'} {self.rules.name}"

    @property
    def days_left(self) -> int:
        """Days until it takes effect; 0 where it has."""
        return max((self.rules.effective_on - self.on).days, 0)

    @property
    def state(self) -> str:
        """Where it stands today, in words."""
        if self.days_left:
            return f"Takes effect in {self.days_left} day{'' if self.days_left == 1 else 's'}"
        return "No longer in force" if self.is_past else "In force now"

    @property
    def tone(self) -> str:
        """The color of its state."""
        return "wait" if self.days_left else "done" if self.is_past else "go"

    @property
    def is_past(self) -> bool:
        """Whether it no longer judges what happens today."""
        return self.through is not None and self.through < self.on

    @property
    def waits(self) -> bool:
        """Whether an approval is still missing; nobody is asked about what is past."""
        return not self.is_past and len(self.approvals) < APPROVALS

    @property
    def missing(self) -> int:
        """How many approvals are still missing."""
        return APPROVALS - len(self.approvals)

    @property
    def is_edition(self) -> bool:
        """Whether it is an edition, and no overlay on one."""
        return isinstance(self.rules, Edition)

    @property
    def says(self) -> tuple[Parameter, ...]:
        """Everything it says."""
        return parameters(self.rules) if isinstance(self.rules, Edition) else settings_of(self.rules.settings)

    @property
    def differs(self) -> tuple[Difference, ...]:
        """What it says differently from the edition before it."""
        return differences(self.before, self.rules) if self.before and isinstance(self.rules, Edition) else ()

    def approved_by(self, log_in: str) -> bool:
        """Tell whether the administrator of that log-in's id has approved it."""
        return any(row.approved_by == log_in for row in self.approvals)


def stands(on: date) -> list[Stand]:
    """Give every edition and overlay, the one that takes effect last first."""
    given: dict[tuple[str, str], list[EditionApproval]] = {}
    for row in EditionApproval.objects.order_by("pk"):
        given.setdefault((row.edition, row.digest), []).append(row)
    befores: Iterable[Edition | None] = (None, *EDITIONS)
    ends = (*(edition.effective_on - ONE_DAY for edition in EDITIONS[1:]), None)
    found = [
        *(_stand(rules, end, on, given, before) for rules, end, before in zip(EDITIONS, ends, befores, strict=False)),
        *(_stand(rules, rules.through, on, given, None) for rules in OVERLAYS),
    ]
    return sorted(found, key=lambda stand: stand.rules.effective_on, reverse=True)


def _stand(
    rules: Rules,
    through: date | None,
    on: date,
    given: dict[tuple[str, str], list[EditionApproval]],
    before: Edition | None,
) -> Stand:
    digest = digest_of(rules)
    return Stand(rules, through, on, digest, given.get((rules.name, digest), []), before)
