"""Arguments for every kind of step: mostly sensible, now and then what no clinic should send."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.histories.dice import Dice, rarely, weighted
from tests.histories.present import PEOPLE, Present, days

Arguments = dict[str, Any]

METHODS = (
    ["iud", "male_condom"],
    ["male_condom", "iud"],
    ["iud", "hormonal_pill"],
    ["iud", "male_condom", "abstinence"],
    ["abstinence"],
    ["male_condom"],
    ["male_condom", "vaginal_sponge"],
    ["iud"],
    ["iud", "iud"],
    ["iud", "male_condom", "vaginal_ring"],
    ["abstinence", "iud"],
    [],
)
BASES = ("cisgender_male", "hysterectomy", "bilateral_oophorectomy", "post_menopause", "tubal_sterilization", None)
PARTIES = ("P1", "A", "P2", "B", "D1")


def someone(dice: Dice, now: Present) -> Arguments:
    """Name a registrant; the first goes without saying."""
    if len(now.people) > 1 and rarely(dice, 3):
        return {"registrant": now.people[1]}
    return {"registrant": "R9"} if rarely(dice, 150) else {}


def by_whom(dice: Dice, now: Present) -> Arguments:
    """Say who acts, mostly nobody in particular."""
    if not rarely(dice, 8):
        return {}
    known = [name for name in ("P1", "P2", "D1") if name in now.oracle.parties]
    return {"by": dice.of(known)} if known else {}


def _at_pharmacy(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now)
    if rarely(dice, 5):
        arguments["pharmacy"] = "B"
    return arguments


def _with_supply(dice: Dice, now: Present) -> Arguments:
    arguments = _at_pharmacy(dice, now)
    if rarely(dice, 4):
        arguments["days_supply"] = dice.of((10, 20, 30, 31, 15, 1, 0, 60))
    return arguments


def a_day(dice: Dice, now: Present, name: str) -> date:
    """Give a specimen day: today, one lately, one on record, or one that a window turns on."""
    person = now.person(name)
    how = weighted(dice, {"today": 12, "lately": 4, "long ago": 2, "beside one on record": 3, "tomorrow": 1})
    if how == "lately":
        return now.today - days(dice.of(range(1, 8)))
    if how == "long ago":
        return max(date(2006, 3, 1), now.today - days(dice.of(range(8, 80))))
    if how == "beside one on record" and person and now.specimens(person):
        return dice.of(now.specimens(person)[:4]) + days(dice.of((0, 1, -1, 6, 7, 18, 19, 20)))
    return now.today + days(1) if how == "tomorrow" else now.today


def _test(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now) | by_whom(dice, now)
    arguments["specimen"] = a_day(dice, now, arguments.get("registrant", "R1"))
    if rarely(dice, 6):
        arguments["result"] = dice.of(("indeterminate", "positive"))
    arguments["setting"] = weighted(dice, {"clia_lab": 4, "medical_setting": 2, "home": 2})
    cycle = weighted(dice, {"in": 8, "out": 1, "exempt": 1, "unsaid": 1})
    if cycle == "exempt":
        arguments["cycle_exempt"] = dice.of(("amenorrhea", "irregular_cycles", "no_withdrawal_bleed"))
    elif cycle != "unsaid":
        arguments["cycle_day"] = dice.of((3, 1, 5)) if cycle == "in" else dice.of((6, 20, 0))
    if arguments["setting"] == "home" and not rarely(dice, 3):
        arguments["evidence"] = True
    return arguments


def _correct_test(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now) | by_whom(dice, now)
    person = now.person(arguments.get("registrant", "R1"))
    known = now.specimens(person)[:4] if person else []
    old = dice.of(known) if known else now.today
    shift = dice.of((-1, 1, -2, 2, -3, 3, -7, 7, 0))
    if rarely(dice, 8):
        old = a_day(dice, now, arguments.get("registrant", "R1"))
    return arguments | {"specimen": old, "to": max(date(2006, 3, 1), old + days(shift))}


def _confirm(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now) | by_whom(dice, now)
    person = now.person(arguments.get("registrant", "R1"))
    if person is None or now.is_can(person) or rarely(dice, 5):
        known = now.specimens(person)[:4] if person else []
        arguments["specimen"] = known[0] if known and not rarely(dice, 3) else dice.of([*known, now.today])
    if rarely(dice, 4):
        arguments["visit"] = max(date(2006, 3, 1), now.today + days(dice.of((-1, -2, -3, -6, -7, -20, -30, -31, 1))))
    if rarely(dice, 4):
        arguments["methods"] = dice.of(METHODS)
        arguments["abstinence_acknowledged"] = dice.of((True, False))
    if rarely(dice, 6):
        arguments["days_supply"] = dice.of((15, 30, 20, 31, 0))
    if not rarely(dice, 3):
        arguments["prior_source"] = dice.of(("none_taken", "own_supply", "other"))
    return arguments


def _answer(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now)
    if rarely(dice, 4):
        arguments["methods"] = dice.of(METHODS)
    if rarely(dice, 6):
        arguments["correct"] = False
    return arguments


def _change_category(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now) | by_whom(dice, now)
    person = now.person(arguments.get("registrant", "R1"))
    other = "cannot_become_pregnant" if person is None or now.is_can(person) else "can_become_pregnant"
    arguments["category"] = other if not rarely(dice, 10) else "cannot_become_pregnant"
    return arguments | {"basis": dice.of(BASES)} if arguments["category"] != "can_become_pregnant" else arguments


def _enroll(dice: Dice, now: Present) -> Arguments:
    arguments: Arguments = {}
    if (name := dice.of(PEOPLE)) != "R1":
        arguments["registrant"] = name
    person = now.person(name)
    if person is None and rarely(dice, 2):
        arguments["born"] = now.today.replace(day=1) - days(365 * 18 + dice.of((-200, -30, 0, 4, 5, 40)))
    elif person is not None and rarely(dice, 12):
        arguments["born"] = dice.of((person.born, date(1990, 1, 1)))
    if rarely(dice, 3):
        arguments |= {"category": "cannot_become_pregnant", "basis": dice.of(BASES)}
    if rarely(dice, 6) and "P2" in now.oracle.parties:
        arguments["prescriber"] = "P2"
    return arguments


def _sign(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now)
    arguments["form"] = dice.of(("informed_consent", "birth_defects_consent"))
    arguments["signer"] = dice.of(("registrant", "prescriber", "guardian"))
    return arguments | (by_whom(dice, now) if arguments["signer"] == "prescriber" else {})


def _party(dice: Dice, now: Present) -> Arguments:
    known = [name for name in PARTIES if name in now.oracle.parties]
    return {"id": dice.of(known)} if known else {"id": "P1"}


def _certify(dice: Dice, now: Present) -> Arguments:
    arguments = _party(dice, now)
    if rarely(dice, 4):
        arguments["certified_through"] = now.today + days(dice.of((0, 5, 20, 40, 100, -1)))
    return arguments


def _newcomer(names: tuple[str, ...], end: str) -> Callable[[Dice, Present], Arguments]:
    def arguments(dice: Dice, now: Present) -> Arguments:
        free = [name for name in names if name not in now.oracle.parties]
        chosen: Arguments = {"id": dice.of(free or names)}
        if rarely(dice, 4):
            chosen[end] = now.today + days(dice.of((3, 10, 40, 100)))
        return chosen

    return arguments


def _last_dose(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now) | by_whom(dice, now)
    if rarely(dice, 3):
        arguments["last_dose"] = max(date(2006, 3, 1), now.today + days(dice.of((-1, -5, -20, 1))))
    return arguments


def _plain(dice: Dice, now: Present) -> Arguments:
    return someone(dice, now) | by_whom(dice, now)


def _clear_hold(dice: Dice, now: Present) -> Arguments:
    return _plain(dice, now) | ({"reason": "  "} if rarely(dice, 20) else {})


def _transfer(dice: Dice, now: Present) -> Arguments:
    arguments = someone(dice, now)
    person = now.person(arguments.get("registrant", "R1"))
    others = ("P2", "P1") if person is None or person.prescriber == "P1" else ("P1", "P2")
    return arguments | {"prescriber": others[0] if not rarely(dice, 10) else others[1]}


MAKES: dict[str, Callable[[Dice, Present], Arguments]] = {
    "test": _test,
    "confirm": _confirm,
    "answer": _answer,
    "check": _with_supply,
    "authorize": _with_supply,
    "dispense": _at_pharmacy,
    "reverse": _at_pharmacy,
    "report_dispense": _with_supply,
    "sweep": lambda dice, now: {},
    "correct_test": _correct_test,
    "cancel_window": _plain,
    "clear_hold": _clear_hold,
    "report_pregnancy": _plain,
    "permit_home_tests": _plain,
    "withdraw_home_tests": _plain,
    "change_category": _change_category,
    "transfer": _transfer,
    "end_treatment": _last_dose,
    "discontinue": _last_dose,
    "enroll": _enroll,
    "sign": _sign,
    "sign_all": someone,
    "certify": _certify,
    "suspend": _party,
    "reinstate": _party,
    "enroll_prescriber": _newcomer(("P2", "P1"), "certified_through"),
    "enroll_pharmacy": _newcomer(("B", "A"), "certified_through"),
    "enroll_designee": _newcomer(("D1",), "attested_through"),
}
