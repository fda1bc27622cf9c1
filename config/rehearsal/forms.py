"""What each key of a scenario file takes; every form gives the value the player wants, or says what is wrong."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from notifications.kinds import Kind
from pledge.rules.calendar import PROGRAM_ZONE
from pledge.rules.editions import EDITIONS
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import (
    ConsentForm,
    CycleExemption,
    Method,
    PriorSource,
    RiskCategory,
    Signer,
    TestResult,
    TestSetting,
)

GIVEN = {"can_enrolled": 0, "can_on_treatment": 30, "cannot_enrolled": 0}
LAST_YEAR = 9000  # a day must leave room for what is counted from it
_SPACE_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d\d:?\d\d$|Z$)")
OUTCOMES = ("ok", "authorized", "denied", "dispensed", "reversed", "rejected")


class Unfit(ValueError):
    """A value that its key does not take; the message says why."""


def instant_of(value: Any) -> datetime:
    """Give an aware instant: America/New_York unless an offset is written; of a repeated hour, the first."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(_SPACE_BEFORE_OFFSET.sub("", value.strip()))
        except ValueError:
            raise Unfit(f"{value!r} is not a time such as 2024-03-01 10:00") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise Unfit(f"{value!r} is not a time such as 2024-03-01 10:00")
    if value.year > LAST_YEAR:
        raise Unfit(f"{value} lies too far ahead")
    if value.tzinfo is None:
        local = value.replace(tzinfo=PROGRAM_ZONE)
        if local.astimezone(UTC).astimezone(PROGRAM_ZONE).replace(tzinfo=None) != value:
            raise Unfit(f"{value} does not exist: the clock was set forward over it")
        value = local
    try:
        day_of(value.astimezone(PROGRAM_ZONE).date())
    except OverflowError:
        raise Unfit(f"{value} lies before the first edition of the rules, {EDITIONS[0].effective_on}") from None
    return value.astimezone(UTC)


def day_of(value: Any) -> date:
    """Give a program day, not before the first edition."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise Unfit(f"{value!r} is not a day such as 2024-03-01") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unfit(f"{value!r} is not a day such as 2024-03-01")
    if value < EDITIONS[0].effective_on:
        raise Unfit(f"{value} lies before the first edition of the rules, {EDITIONS[0].effective_on}")
    if value.year > LAST_YEAR:
        raise Unfit(f"{value} lies too far ahead")
    return value


def birth_of(value: Any) -> date:
    """Give a day of birth, which may lie before the first edition."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise Unfit(f"{value!r} is not a day such as 1998-04-02") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unfit(f"{value!r} is not a day such as 1998-04-02")
    return value


def name_of(value: Any) -> str:
    """Give a name or a free word."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise Unfit(f"{value!r} is not a name")
    return str(value)


def word_or_empty(value: Any) -> str:
    """Give a free text, which may be empty."""
    if not isinstance(value, str):
        raise Unfit(f"{value!r} is not a text")
    return value


def truth_of(value: Any) -> bool:
    """Give true or false."""
    if not isinstance(value, bool):
        raise Unfit(f"{value!r} is not true or false")
    return value


def whole_of(value: Any) -> int:
    """Give a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit(f"{value!r} is not a whole number")
    return value


def word_of(words: Any) -> Callable[[Any], Any]:
    """Give a form that takes one of the words."""
    known = [str(word) for word in words]

    def form(value: Any) -> Any:
        if value not in known:
            raise Unfit(f"{value!r} is none of {', '.join(known)}")
        return words(value) if isinstance(words, type) else value

    return form


def list_of(form: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """Give a form that takes a list of what another form takes."""

    def listed(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Unfit(f"{value!r} is not a list")
        return [form(entry) for entry in value]

    return listed


def map_of(keys: dict[str, Callable[[Any], Any]]) -> Callable[[Any], dict[str, Any]]:
    """Give a form that takes a mapping with these keys."""

    def mapped(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unfit(f"{value!r} is not a mapping")
        for key in value:
            if key not in keys:
                raise Unfit(f"{key}: there is no such key")
        return {key: keys[key](entry) for key, entry in value.items()}

    return mapped


def or_null(form: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give a form that takes null too."""
    return lambda value: None if value is None else form(value)


_KIND = word_of(Kind)


def notice_of(value: Any) -> str:
    """Give a notice written as ``recipient: kind``."""
    if isinstance(value, dict) and len(value) == 1:  # unquoted, YAML reads it as a mapping
        ((recipient, kind),) = value.items()
        value = f"{recipient}: {kind}"
    if not isinstance(value, str) or ": " not in value:
        raise Unfit(f"{value!r} is not a notice such as 'R1: window_open'")
    _, kind = value.rsplit(": ", 1)
    _KIND(kind)
    return value


Keys = dict[str, Callable[[Any], Any]]

_CODE = word_of(RefusalCode)
_REGISTRANT: Keys = {"registrant": name_of}
_SUPPLY: Keys = {**_REGISTRANT, "pharmacy": name_of, "days_supply": whole_of}

STEP_KEYS: dict[str, Keys] = {
    "enroll_prescriber": {"id": name_of, "certified_through": day_of},
    "enroll_pharmacy": {"id": name_of, "certified_through": day_of},
    "certify": {"id": name_of, "certified_through": day_of},
    "suspend": {"id": name_of, "certified_through": day_of},
    "reinstate": {"id": name_of, "certified_through": day_of},
    "enroll_designee": {"id": name_of, "prescriber": name_of, "attested_through": day_of},
    "enroll": {
        **_REGISTRANT,
        "category": word_of(RiskCategory),
        "basis": or_null(name_of),
        "born": birth_of,
        "prescriber": name_of,
        "by": name_of,
    },
    "sign": {**_REGISTRANT, "form": word_of(ConsentForm), "signer": word_of(Signer), "by": name_of},
    "sign_all": _REGISTRANT,
    "test": {
        **_REGISTRANT,
        "specimen": day_of,
        "result": word_of(TestResult),
        "setting": word_of(TestSetting),
        "cycle_day": whole_of,
        "cycle_exempt": word_of(CycleExemption),
        "evidence": truth_of,
        "by": name_of,
    },
    "correct_test": {**_REGISTRANT, "specimen": day_of, "to": day_of, "by": name_of},
    "permit_home_tests": {**_REGISTRANT, "by": name_of},
    "withdraw_home_tests": {**_REGISTRANT, "by": name_of},
    "confirm": {
        **_REGISTRANT,
        "specimen": day_of,
        "visit": day_of,
        "methods": list_of(word_of(Method)),
        "abstinence_acknowledged": truth_of,
        "days_supply": whole_of,
        "prior_source": word_of(PriorSource),
        "by": name_of,
    },
    "answer": {**_REGISTRANT, "methods": list_of(word_of(Method)), "correct": truth_of},
    "check": _SUPPLY,
    "authorize": _SUPPLY,
    "dispense": {**_REGISTRANT, "pharmacy": name_of},
    "reverse": {**_REGISTRANT, "pharmacy": name_of},
    "report_dispense": _SUPPLY,
    "report_pregnancy": {**_REGISTRANT, "by": name_of},
    "clear_hold": {**_REGISTRANT, "by": name_of, "reason": word_or_empty},
    "change_category": {**_REGISTRANT, "category": word_of(RiskCategory), "basis": or_null(name_of), "by": name_of},
    "transfer": {**_REGISTRANT, "prescriber": name_of, "by": name_of},
    "cancel_window": {**_REGISTRANT, "by": name_of},
    "end_treatment": {**_REGISTRANT, "last_dose": day_of, "by": name_of},
    "discontinue": {**_REGISTRANT, "reason": word_or_empty, "last_dose": day_of, "by": name_of},
    "sweep": {},
}

NEEDED_KEYS = {"correct_test": ("specimen", "to")}

EXPECT_KEYS: Keys = {
    "outcome": word_of(OUTCOMES),
    "includes": list_of(_CODE),
    "excludes": list_of(_CODE),
    "clears_on": map_of({code.value: day_of for code in RefusalCode}),
    "do_not_dispense_after": or_null(day_of),
    "window": or_null(map_of({"first_day": day_of, "last_day": day_of, "closes_at": instant_of})),
    "edition": name_of,
    "overlays": list_of(name_of),
    "new_number": truth_of,
    "notices": list_of(notice_of),
    "no_notices": list_of(notice_of),
    "deviation": truth_of,
}
