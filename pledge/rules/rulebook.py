"""An edition or overlay in words, parameter by parameter, and the digest that names it exactly as it stands."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple

from pledge.rules.editions import EDITIONS, OVERLAYS, Edition, NoEdition, Overlay, Settings, WindowRule
from pledge.rules.vocabulary import RiskCategory, TestPhase

Rules = Edition | Overlay
NOTHING = "none"
NUMBERS = {
    "wait_days": "days from enrollment to the confirmation test",
    "screening_gap_days": "days from the screening to the confirmation test",
    "screening_lead_days": "days the screening test may lie before registration",
    "cycle_days": "days of the period in which the confirmation test counts",
    "supply_days": "days of supply at most",
    "supply_left_days": "days of supply that may be left, where no new test is asked",
    "windowless_lapse_days": "days after which an authorization without a date lapses",
    "post_treatment_days": "days from the last dose to the last test",
    "age_of_majority": "years of age from which no guardian signs",
}


class Parameter(NamedTuple):
    """One thing that an edition says: what it is about, and what holds."""

    label: str
    words: str


class Difference(NamedTuple):
    """One parameter that two editions say differently."""

    label: str
    before: str
    after: str


def parameters(edition: Edition) -> tuple[Parameter, ...]:
    """Give every number and permission of an edition, in the same order for each."""
    windows = [
        Parameter(f"window: {category.label.lower()}", _window(edition.windows.get(category)))
        for category in RiskCategory
    ]
    numbers = [Parameter(label, str(getattr(edition, name))) for name, label in NUMBERS.items()]
    asked = Parameter("cycle day asked of a repeat", "yes" if edition.cycle_days_on_repeat else "no")
    return (*windows, Parameter("lockout", _lockout(edition)), *settings_of(edition.settings), asked, *numbers)


def settings_of(settings: Settings) -> tuple[Parameter, ...]:
    """Give where each kind of test may be done, for the kinds that are named."""
    named = [phase for phase in TestPhase if phase in settings]
    return tuple(Parameter(phase.label, ", ".join(sorted(s.label for s in settings[phase]))) for phase in named)


def differences(before: Edition, after: Edition) -> tuple[Difference, ...]:
    """Give what an edition says differently from the one before it."""
    pairs = zip(parameters(before), parameters(after), strict=True)
    return tuple(Difference(old.label, old.words, new.words) for old, new in pairs if old.words != new.words)


def rules_named(name: str) -> Rules:
    """Give the edition or overlay of that name.

    :raises NoEdition: for a name that none bears.
    """
    dated: tuple[Rules, ...] = (*EDITIONS, *OVERLAYS)
    for rules in dated:
        if rules.name == name:
            return rules
    raise NoEdition(f"no edition or overlay is named {name!r}")


def digest_of(rules: Rules) -> str:
    """Give the SHA-256 of everything an edition or overlay says: dates, sources, numbers, permissions, in hex."""
    said = {"kind": type(rules).__name__, "says": _plain(rules)}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(kept) for key, kept in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(str(_plain(one)) for one in value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _window(rule: WindowRule | None) -> str:
    if rule is None:
        return NOTHING
    return f"{rule.anchor.value} + {rule.days_after_first} days"


def _lockout(edition: Edition) -> str:
    rule = edition.lockout
    if rule is None:
        return NOTHING
    bound = ", for the new specimen too" if rule.binds_specimen else ""
    return f"{rule.anchor.value} + {rule.days} days, after {rule.scope.value}{bound}"
