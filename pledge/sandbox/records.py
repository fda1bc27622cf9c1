"""Records of made-up registrants, relative to the program day of asking: nothing is kept, and nobody ages."""

from datetime import date, timedelta

from pledge.rules.calendar import ONE_DAY, days_after
from pledge.rules.editions import edition_on
from pledge.rules.history import Answer, Confirmation, Course, Record, Standing, Test, Window
from pledge.rules.vocabulary import Method, RiskCategory, TestResult, TestSetting
from pledge.rules.windows import window_span

CAN, CANNOT = RiskCategory.CAN_BECOME_PREGNANT, RiskCategory.CANNOT_BECOME_PREGNANT
METHODS = frozenset({Method.HORMONAL_PILL, Method.MALE_CONDOM})
BORN_ON = date(1996, 5, 4)
CYCLE_DAY = 2  # inside the first days of the period in every edition
ENDED = Standing(None, None, suspended=True)
_YEAR = timedelta(days=365)
_PRESCRIBER, _NEW_PRESCRIBER, _FIRST_TEST, _MONTHS_TEST, _WINDOW, _COURSE = 1, 2, 1, 2, 1, 1


def certified(on: date) -> Standing:
    """Give a certification that holds on a program day."""
    return Standing(on - _YEAR, on + _YEAR, suspended=False)


def in_first_month(on: date, *, days_ago: int = 0) -> Record:
    """Give someone who can become pregnant, with the first month complete and nothing dispensed yet.

    :param days_ago: how long ago the window opened.
    """
    opened_on = days_after(on, -days_ago)
    edition = edition_on(opened_on)
    enrolled_on = days_after(opened_on, -edition.wait_days)
    tests = tuple(
        Test(number, day, TestResult.NEGATIVE, TestSetting.CLIA_LAB, cycle_day=CYCLE_DAY)
        for number, day in ((_FIRST_TEST, enrolled_on), (_MONTHS_TEST, opened_on))
    )
    return Record(
        registrant_id=0,
        born_on=BORN_ON,
        category=CAN,
        prescriber_id=_PRESCRIBER,
        prescriber=certified(on),
        course=Course(_COURSE, first_day=enrolled_on, tests_from=enrolled_on, enrolled_on=enrolled_on),
        tests=tests,
        windows=_windows(CAN, opened_on, test_id=_MONTHS_TEST, answer=Answer(METHODS, correct=True)),
    )


def on_last_day(on: date) -> Record:
    """Give the same on the last day of the window."""
    days_ago = 0
    while in_first_month(on, days_ago=days_ago).windows[0].closes_on > on:
        days_ago += 1
    return in_first_month(on, days_ago=days_ago)


def after_the_window(on: date) -> Record:
    """Give the same on the day after the window closed, with nothing dispensed in it."""
    before = on_last_day(on - ONE_DAY)
    return before._replace(prescriber=certified(on))


def without_tests(on: date) -> Record:
    """Give someone who cannot become pregnant, seen by the prescriber today."""
    return Record(
        registrant_id=0,
        born_on=BORN_ON,
        category=CANNOT,
        prescriber_id=_PRESCRIBER,
        prescriber=certified(on),
        course=Course(_COURSE, first_day=on, tests_from=on, enrolled_on=on),
        windows=_windows(CANNOT, on),
    )


def confirmed_for(record: Record, days_supply: int) -> Record:
    """Give a record whose window was confirmed for another supply."""
    (window,) = record.windows
    confirmation = Confirmation(_PRESCRIBER, METHODS, days_supply)
    return record._replace(windows=(window._replace(confirmation=confirmation),))


def unanswered(record: Record) -> Record:
    """Give a record whose month's questions are not answered."""
    (window,) = record.windows
    return record._replace(windows=(window._replace(answer=None),))


def transferred(record: Record) -> Record:
    """Give a record that another prescriber has taken over and not confirmed yet."""
    return record._replace(prescriber_id=_NEW_PRESCRIBER)


def _windows(
    category: RiskCategory, on: date, *, test_id: int | None = None, answer: Answer | None = None
) -> tuple[Window, ...]:
    span = window_span(category, specimen_on=on if test_id else None, visit_on=on)
    if span is None:
        return ()
    specimen_on = on if test_id else None
    confirmation = Confirmation(_PRESCRIBER, METHODS if test_id else frozenset(), edition_on(on).supply_days)
    window = Window(_WINDOW, _COURSE, category, specimen_on, on, *span, test_id=test_id, confirmation=confirmation)
    return (window._replace(answer=answer),)
