"""How a history goes on: the day it begins, when its next step comes, and which step would be sensible."""

from collections.abc import Iterable
from datetime import date, datetime

from tests.histories.both import ModelAlone
from tests.histories.dice import Dice, rarely, weighted
from tests.histories.present import Present, days, instant
from tests.histories.steps import MAKES, Arguments, someone
from tests.model.oracle_history import Person
from tests.model.player import given_steps

ERAS = (
    date(2024, 1, 15),
    date(2026, 9, 20),
    date(2026, 10, 10),
    date(2026, 11, 2),
    date(2027, 1, 10),
    date(2026, 11, 15),
    date(2021, 10, 25),
    date(2021, 11, 20),
    date(2020, 2, 10),
    date(2019, 6, 3),
    date(2007, 10, 8),
    date(2007, 11, 5),
    date(2006, 3, 6),
    date(2008, 2, 20),
)
GIVEN = ("can_on_treatment", "can_enrolled", "cannot_enrolled", None)
HOURS = ((9, 0), (0, 0), (23, 59), (12, 30), (17, 5))
SELDOM = {
    "test": 8, "confirm": 6, "answer": 4, "check": 3, "authorize": 5, "dispense": 5, "reverse": 3, "sweep": 4,
    "correct_test": 6, "cancel_window": 6, "clear_hold": 3, "report_pregnancy": 1, "permit_home_tests": 3,
    "withdraw_home_tests": 1, "change_category": 2, "transfer": 3, "end_treatment": 1, "discontinue": 1,
    "report_dispense": 1, "enroll": 2, "sign": 2, "sign_all": 2, "certify": 2, "suspend": 1, "reinstate": 2,
    "enroll_prescriber": 1, "enroll_pharmacy": 1, "enroll_designee": 1,
}  # fmt: skip
NIGHTS_FORGOTTEN = 30
Told = tuple[datetime, str, Arguments]
Beginning = list[Told]


def beginning(dice: Dice) -> Beginning:
    """Choose what is given and its day, and give the steps it stands for; often a second prescriber's too."""
    day = dice.of(ERAS) + days(dice.of(range(30)))
    shorthand = weighted(dice, {name: 3 if name else 1 for name in GIVEN})
    parties = (("enroll_prescriber", "P1"), ("enroll_pharmacy", "A"), ("enroll_pharmacy", "B"))
    begun = given_steps({shorthand: day}) if shorthand else _enrolled(instant(day, 9), parties)
    if rarely(dice, 2):
        begun += _enrolled(begun[-1][0], (("enroll_prescriber", "P2"), ("enroll_designee", "D1")))
    return begun


def _enrolled(at: datetime, parties: Iterable[tuple[str, str]]) -> Beginning:
    return [(at, kind, {"id": name}) for kind, name in parties]


def goes_on(dice: Dice, told: ModelAlone, begun: Beginning) -> Told:
    """Give the next step of a history: of its beginning, or chosen from how it stands."""
    position = len(told.history)
    if position < len(begun):
        return begun[position]
    at = next_instant(dice, told.present(told.history[-1].at))
    return at, *next_step(dice, told.present(at))


def next_instant(dice: Dice, now: Present) -> datetime:
    """Give when the next step comes: at once, minutes or weeks later, or on a day that something turns on."""
    how = weighted(dice, {"at once": 10, "minutes": 3, "turning point": 6, "days": 3, "weeks": 2})
    if how == "at once":
        return now.at
    if how == "minutes":
        return now.at + days(1) * dice.of((1, 30, 120)) / 1440
    points = now.turning_points()
    if how == "turning point" and points:
        day = dice.of(points)
    elif how == "weeks":
        day = now.today + days(dice.of((14, 19, 23, 28, 30, 31, 45)))
    else:
        day = now.today + days(dice.of(range(1, 9)))
    return instant(day, *dice.of(HOURS))


def next_step(dice: Dice, now: Present) -> tuple[str, Arguments]:
    """Choose the next step: more often than not what a careful clinic and pharmacy would do.

    The nights are not forgotten for longer than the sweep looks back.
    """
    if (now.today - now.swept_on).days > NIGHTS_FORGOTTEN:
        return "sweep", {}
    if rarely(dice, 3):
        kind = weighted(dice, SELDOM)
        return kind, MAKES[kind](dice, now)
    return sensible(dice, now)


def sensible(dice: Dice, now: Present) -> tuple[str, Arguments]:
    """Give the step that someone's treatment is waiting for."""
    if lapsed := [party for party in now.oracle.parties.values() if not party.certified(now.at)]:
        if rarely(dice, 2):
            return "certify", {"id": dice.of(lapsed).id}
    arguments = someone(dice, now)
    person = now.person(arguments.get("registrant", "R1"))
    if person is None:
        return "enroll", MAKES["enroll"](dice, now)
    if person.ended:
        kind = weighted(dice, {"test": 2, "sweep": 3, "enroll": 2})
        return kind, MAKES[kind](dice, now)
    if now.consents_missing(person):
        return "sign_all", arguments
    if person.open_holds:
        return ("clear_hold", arguments) if rarely(dice, 2) else ("test", arguments | negative(dice, now))
    if now.is_can(person):
        return month_of_can(dice, now, person, arguments)
    return month_of_cannot(dice, now, person, arguments)


def negative(dice: Dice, now: Present) -> Arguments:
    """Give a negative test of today that any edition takes."""
    arguments: Arguments = {"specimen": now.today, "setting": "clia_lab", "cycle_day": 3}
    if rarely(dice, 4):
        arguments |= {"setting": "home", "evidence": True}
    return arguments


def month_of_can(dice: Dice, now: Present, person: Person, arguments: Arguments) -> tuple[str, Arguments]:
    """Go on with test, confirming, answering, authorizing, dispensing."""
    window = now.window(person)
    if window is None:
        if now.is_fresh(person):
            return "confirm", arguments | {"specimen": now.specimens(person)[0], "prior_source": "none_taken"}
        return "test", arguments | negative(dice, now)
    if not now.answered(person, window):
        return "answer", arguments
    return counter(dice, now, person, arguments)


def month_of_cannot(dice: Dice, now: Present, person: Person, arguments: Arguments) -> tuple[str, Arguments]:
    """Go on with confirming a visit, authorizing, dispensing."""
    if now.window(person) is None and now.today < date(2026, 11, 15):
        return "confirm", arguments
    return counter(dice, now, person, arguments)


def counter(dice: Dice, now: Present, person: Person, arguments: Arguments) -> tuple[str, Arguments]:
    """Authorize and dispense; sometimes reverse, so that the window is used again."""
    live = now.oracle.live(person)
    if live:
        arguments = arguments | ({"pharmacy": "B"} if live[0].pharmacy == "B" else {})
        return weighted(dice, {"dispense": 6, "reverse": 1}), arguments
    return "authorize", MAKES["authorize"](dice, now) | arguments
