"""The words, dates and numbers of the program, and the answer a step gets (sections 2, 3.5 and 9)."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")

CAN = "can_become_pregnant"
CANNOT = "cannot_become_pregnant"
DEFAULT_BORN = date(1998, 4, 2)

EDITIONS = [
    (date(2026, 11, 15), "2026"),
    (date(2021, 12, 13), "2021"),
    (date(2007, 12, 2), "2007"),
    (date(2006, 3, 1), "2006"),
]
LOCKOUT_BY_SPECIMEN = {"2007", "2021"}
OVERLAY = "2020-discretion"
OVERLAY_DAYS = (date(2020, 3, 22), date(2026, 11, 14))
NEW_BIRTH_DEFECTS_FORM = date(2026, 11, 15)

WAIT_DAYS = 30
GAP_DAYS = 19
LOCKOUT_DAYS = 19
LOCKOUT_2006_DAYS = 23
MAX_SUPPLY = 30
SUPPLY_LEFT_MAX = 7
WINDOWLESS_DAYS = 30
T1_DAYS_BEFORE_REGISTRATION = 30
T5_DAYS = 30

PRIMARY = {
    "tubal_sterilization",
    "partner_vasectomy",
    "iud",
    "hormonal_pill",
    "hormonal_patch",
    "hormonal_shot",
    "hormonal_implant",
    "vaginal_ring",
}
SECONDARY = {"male_condom", "diaphragm_spermicide", "cervical_cap_spermicide", "vaginal_sponge"}
METHODS = PRIMARY | SECONDARY | {"abstinence"}
BASES = {"cisgender_male", "hysterectomy", "bilateral_oophorectomy", "post_menopause"}
EXEMPTIONS = {"amenorrhea", "irregular_cycles", "no_withdrawal_bleed"}
SETTINGS = {"clia_lab", "medical_setting", "home"}
RESULTS = {"negative", "positive", "indeterminate"}
SOURCES = {"none_taken", "own_supply", "other"}


@dataclass
class Answer:
    """What one step is answered with; see the table ``expect`` of the scenario format."""

    outcome: str = "ok"
    codes: set[str] = field(default_factory=set)
    clears_on: dict[str, date] = field(default_factory=dict)
    do_not_dispense_after: date | None = None
    window: tuple[date, date, datetime] | None = None
    edition: str = ""
    overlays: list[str] = field(default_factory=list)
    new_number: bool = False
    notices: set[str] = field(default_factory=set)
    deviation: bool = False


class Reasons(dict):
    """Refusal codes of one judgment, each with the earliest day it can clear, or None."""

    def name(self, code: str, clears: date | None = None) -> None:
        known = self.get(code)
        self[code] = clears if known is None else max(known, clears or known)


def program_day(at: datetime) -> date:
    """Section 2: the calendar day in America/New_York."""
    return at.astimezone(EASTERN).date()


def midnight(day: date) -> datetime:
    """Section 6: 00:00 in America/New_York of that day, as a UTC instant."""
    return datetime.combine(day, time(0), EASTERN).astimezone(UTC)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def edition_on(day: date) -> str:
    """Section 2: the edition in force on a day."""
    return next(name for effective, name in EDITIONS if day >= effective)


def overlay_on(day: date) -> bool:
    """Section 2, Overlay: whether the enforcement discretion is in force on a day."""
    return OVERLAY_DAYS[0] <= day <= OVERLAY_DAYS[1]


def year_less_a_day(day: date) -> date:
    """The scenario format's default span of a certification: its last day."""
    try:
        return day.replace(year=day.year + 1) - days(1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def turns_18(born: date) -> date:
    """Section 3.2: born on 29 February, 18 on 1 March of a common year."""
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)


def effective_methods(methods: list[str]) -> frozenset[str]:
    """Section 13, Confirming: a set, in which abstinence beside others is ignored."""
    chosen = frozenset(methods)
    return chosen - {"abstinence"} if len(chosen) > 1 else chosen


def method_reasons(methods: list[str], acknowledged: bool) -> Reasons:
    """Sections 3.5 and 13: two different methods, one of them primary, or acknowledged abstinence."""
    said = Reasons()
    chosen = effective_methods(methods)
    if chosen == {"abstinence"}:
        if not acknowledged:
            said.name("abstinence_unacknowledged")
        return said
    if not chosen & PRIMARY:
        said.name("primary_method_missing")
    if len(chosen) < 2:
        said.name("second_method_missing")
    return said
