"""Dated editions of the rules and the overlays on top of them (section 2).

Every number or permission that the regulator can change is here, with its date and source, and nowhere else.
Moving an edition is a change of its ``effective_on``: decisions of earlier days replay unchanged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from pledge.rules.vocabulary import RiskCategory, TestPhase, TestSetting

CAN = RiskCategory.CAN_BECOME_PREGNANT
CANNOT = RiskCategory.CANNOT_BECOME_PREGNANT

CLIA_ONLY = frozenset({TestSetting.CLIA_LAB})
MEDICAL = CLIA_ONLY | {TestSetting.MEDICAL_SETTING}
MEDICAL_OR_HOME = MEDICAL | {TestSetting.HOME}

Settings = Mapping[TestPhase, frozenset[TestSetting]]


class Anchor(Enum):
    """The day from which a window or a lockout is counted."""

    SPECIMEN = "specimen date"
    VISIT = "office visit"
    LAST_DAY = "last day of the window"


class LockoutScope(Enum):
    """Which windows are followed by a lockout."""

    MISSED_FIRST = "a first window that was missed"
    EVERY = "every window, filled or not"


@dataclass(frozen=True)
class WindowRule:
    """How long a prescription window is (section 6)."""

    anchor: Anchor
    days: int
    day_one_counts: bool

    @property
    def days_after_first(self) -> int:
        """How many days the last day lies after the first."""
        return self.days - 1 if self.day_one_counts else self.days


@dataclass(frozen=True)
class LockoutRule:
    """What follows a window (sections 2 and 13): which windows, counted from where, for how many days."""

    scope: LockoutScope
    anchor: Anchor
    days: int
    binds_specimen: bool


@dataclass(frozen=True)
class Edition:
    """One edition of the program's rules.

    Days are program days; ``*_days`` are whole days. ``windows`` has no entry for a category without a window.
    """

    name: str
    effective_on: date
    approved_on: date | None
    announced_for: tuple[date, ...]
    source: str
    windows: Mapping[RiskCategory, WindowRule]
    lockout: LockoutRule | None
    settings: Settings
    cycle_days_on_repeat: bool
    cycle_days: int = 5
    wait_days: int = 30
    screening_gap_days: int = 19
    screening_lead_days: int = 30
    supply_days: int = 30
    supply_left_days: int = 7
    windowless_lapse_days: int = 30
    post_treatment_days: int = 30
    age_of_majority: int = 18


@dataclass(frozen=True)
class Overlay:
    """Enforcement discretion: a dated relaxation on top of an edition; it only adds settings."""

    name: str
    effective_on: date
    through: date
    source: str
    settings: Settings


_EDITION_2006 = Edition(
    name="2006",
    effective_on=date(2006, 3, 1),
    approved_on=None,
    announced_for=(date(2006, 3, 1),),
    source="S23 S44",
    windows={
        CAN: WindowRule(Anchor.VISIT, days=7, day_one_counts=True),
        CANNOT: WindowRule(Anchor.VISIT, days=7, day_one_counts=True),
    },
    lockout=LockoutRule(LockoutScope.EVERY, Anchor.LAST_DAY, 23, binds_specimen=False),
    settings={
        TestPhase.SCREENING: MEDICAL,
        TestPhase.CONFIRMATION: CLIA_ONLY,
        TestPhase.REPEAT: CLIA_ONLY,
        TestPhase.MONTHLY: CLIA_ONLY,
        TestPhase.POST_TREATMENT: CLIA_ONLY,
    },
    cycle_days_on_repeat=True,
)

_EDITION_2007 = replace(
    _EDITION_2006,
    name="2007",
    effective_on=date(2007, 12, 2),
    announced_for=(date(2007, 12, 2),),
    windows={
        CAN: WindowRule(Anchor.SPECIMEN, days=7, day_one_counts=True),
        CANNOT: WindowRule(Anchor.VISIT, days=30, day_one_counts=False),
    },
    lockout=LockoutRule(LockoutScope.MISSED_FIRST, Anchor.SPECIMEN, 19, binds_specimen=True),
)

_EDITION_2021 = replace(
    _EDITION_2007,
    name="2021",
    effective_on=date(2021, 12, 13),
    announced_for=(date(2021, 12, 13),),
    source="S13 S14",
)

_EDITION_2026 = replace(
    _EDITION_2021,
    name="2026",
    effective_on=date(2026, 11, 15),
    approved_on=date(2026, 2, 9),
    announced_for=(date(2026, 8, 8), date(2026, 11, 15)),
    source="S1 S3 S7 S9 S10 S11",
    windows={CAN: WindowRule(Anchor.SPECIMEN, days=7, day_one_counts=True)},
    lockout=None,
    settings={
        TestPhase.SCREENING: MEDICAL,
        TestPhase.CONFIRMATION: MEDICAL,
        TestPhase.REPEAT: MEDICAL,
        TestPhase.MONTHLY: MEDICAL_OR_HOME,
        TestPhase.POST_TREATMENT: MEDICAL_OR_HOME,
    },
    cycle_days_on_repeat=False,
)

EDITIONS: tuple[Edition, ...] = (_EDITION_2006, _EDITION_2007, _EDITION_2021, _EDITION_2026)

OVERLAYS: tuple[Overlay, ...] = (
    Overlay(
        name="2020-discretion",
        effective_on=date(2020, 3, 22),
        through=date(2026, 11, 14),
        source="S10 S29",
        settings={
            TestPhase.CONFIRMATION: MEDICAL,
            TestPhase.REPEAT: MEDICAL,
            TestPhase.MONTHLY: MEDICAL_OR_HOME,
            TestPhase.POST_TREATMENT: MEDICAL_OR_HOME,
        },
    ),
)


class NoEdition(ValueError):
    """No edition of the rules was in force on that day."""


def edition_on(day: date) -> Edition:
    """Give the edition in force on a program day.

    :raises NoEdition: before the first edition.
    """
    for edition in reversed(EDITIONS):
        if edition.effective_on <= day:
            return edition
    raise NoEdition(f"no edition of the rules was in force on {day.isoformat()}")


def first_day_of_the_rules() -> date:
    """Give the first program day on which any edition was in force."""
    return EDITIONS[0].effective_on


def editions_from(day: date) -> tuple[Edition, ...]:
    """Give the edition in force on ``day`` and every later one, in order."""
    current = edition_on(day)
    return EDITIONS[EDITIONS.index(current) :]


def edition_named(name: str) -> Edition:
    """Give the edition of that name.

    :raises NoEdition: for a name that no edition bears.
    """
    for edition in EDITIONS:
        if edition.name == name:
            return edition
    raise NoEdition(f"no edition is named {name!r}")


def overlays_on(day: date) -> tuple[Overlay, ...]:
    """Give the overlays in force on a program day."""
    return tuple(overlay for overlay in OVERLAYS if overlay.effective_on <= day <= overlay.through)
