"""Short words for the facts that the rules are told.

Days are written as they are spoken: ``day("2024-03-01")``. Tests are given to :func:`can` and :func:`cannot` in the
order of their entry, windows in the order of their opening; what is not said is as a careful clinic would have it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from hypothesis import HealthCheck, settings

from pledge.rules import editions
from pledge.rules.history import (
    Answer,
    Confirmation,
    Course,
    LiveAuthorization,
    Record,
    Signature,
    Standing,
    Test,
    Window,
)
from pledge.rules.refusals import Refusal
from pledge.rules.vocabulary import (
    AuthorizationStatus,
    ConsentForm,
    Method,
    RiskCategory,
    Signer,
    TestResult,
    TestSetting,
)

CAN = RiskCategory.CAN_BECOME_PREGNANT
CANNOT = RiskCategory.CANNOT_BECOME_PREGNANT

CLIA = TestSetting.CLIA_LAB
MEDICAL = TestSetting.MEDICAL_SETTING
HOME = TestSetting.HOME

IUD_AND_CONDOM = frozenset({Method.IUD, Method.MALE_CONDOM})
PILL_AND_CONDOM = frozenset({Method.HORMONAL_PILL, Method.MALE_CONDOM})

# Examples enough to meet every clock change and leap day now and then, and few enough to take no time.
# `make mutants` runs the same tests again and again in one process, each time on new instances of their classes.
FEW = settings(max_examples=25, database=None, suppress_health_check=[HealthCheck.differing_executors])

CLINIC, OTHER_CLINIC = 1, 2
PHARMACY, OTHER_PHARMACY = 1, 2


def day(text: str) -> date:
    return date.fromisoformat(text)


def plus(first: date | str, days: int) -> date:
    first = day(first) if isinstance(first, str) else first
    return first + timedelta(days=days)


CERTIFIED = Standing(day("2006-01-01"), day("2035-12-31"), suspended=False)
SUSPENDED = CERTIFIED._replace(suspended=True)


def certified_through(last: str) -> Standing:
    return CERTIFIED._replace(certified_through=day(last))


def a_test(specimen: str, result: TestResult = TestResult.NEGATIVE, setting: TestSetting = CLIA, **said) -> Test:
    """A test in a laboratory on the third day of the period, unless something else is said."""
    return Test(0, day(specimen), result, setting, **{"cycle_day": 3, **said})


def negative(specimen: str, setting: TestSetting = CLIA, **said) -> Test:
    return a_test(specimen, TestResult.NEGATIVE, setting, **said)


def positive(specimen: str, setting: TestSetting = CLIA) -> Test:
    return a_test(specimen, TestResult.POSITIVE, setting)


def indeterminate(specimen: str, setting: TestSetting = CLIA) -> Test:
    return a_test(specimen, TestResult.INDETERMINATE, setting)


def window(
    opens: str,
    *,
    last: str | None = None,
    specimen: str | None = None,
    used: int = 0,
    confirmed: Confirmation | None = None,
    answered: Answer | None = None,
    **said,
) -> Window:
    """A week opened by a specimen of its first day; ``used`` counts the days dispensed in it."""
    first = day(opens)
    return Window(
        id=0,
        course=said.pop("course", 1),
        category=said.pop("category", CAN),
        specimen_on=day(specimen or opens),
        visit_on=first,
        opens_on=first,
        closes_on=day(last) if last else plus(first, 6),
        days_dispensed=used,
        confirmation=confirmed,
        answer=answered,
        **said,
    )


def visit_window(opens: str, *, last: str | None = None, used: int = 0, **said) -> Window:
    """The window of someone who cannot become pregnant, through the 2021 edition: a visit and thirty days."""
    said = {"category": CANNOT, "last": last or plus(opens, 30).isoformat(), "confirmed": confirmed(), **said}
    return window(opens, used=used, **said)._replace(specimen_on=None)


def complete(opens: str, **said) -> Window:
    """A week of which nothing but the pharmacy's step is left."""
    return window(opens, **{"confirmed": confirmed(), "answered": answered(), **said})


def confirmed(methods: Iterable[Method] = IUD_AND_CONDOM, days_supply: int = 30, by: int = CLINIC) -> Confirmation:
    return Confirmation(by, frozenset(methods), days_supply)


def answered(methods: Iterable[Method] = IUD_AND_CONDOM, *, correct: bool = True) -> Answer:
    return Answer(frozenset(methods), correct)


def authorization(
    issued: str,
    *,
    last: str | None,
    days_supply: int = 30,
    window_id: int | None = 1,
    pharmacy: Standing = CERTIFIED,
    status: AuthorizationStatus = AuthorizationStatus.ISSUED,
) -> LiveAuthorization:
    printed = day(last) if last else None
    return LiveAuthorization(1, PHARMACY, pharmacy, status, day(issued), printed, days_supply, window_id)


def signature(
    signer: Signer,
    signed: str,
    form: ConsentForm = ConsentForm.INFORMED_CONSENT,
    version: str = "1",
    superseded: str | None = None,
) -> Signature:
    return Signature(form, version, signer, day(signed), day(superseded) if superseded else None)


def course(enrolled: str | None = "2024-01-15", first_day: str | None = None, **said) -> Course:
    """A first course whose consents were complete on the day it began."""
    begun = day(first_day or enrolled or "2024-01-15")
    said = {"number": 1, "tests_from": plus(begun, -30), **said}
    return Course(first_day=begun, enrolled_on=day(enrolled) if enrolled else None, **said)


def can(
    *tests: Test,
    enrolled: str | None = "2024-01-15",
    windows: Iterable[Window] = (),
    category: RiskCategory = CAN,
    born: str = "1998-04-02",
    **said,
) -> Record:
    """The record of someone who can become pregnant, enrolled on a day with a screening test of that day."""
    entered = [test._replace(id=number) for number, test in enumerate(tests, start=1)]
    return Record(
        registrant_id=1,
        born_on=day(born),
        category=category,
        prescriber_id=said.pop("prescriber_id", CLINIC),
        prescriber=said.pop("prescriber", CERTIFIED),
        course=said.pop("course", None) or course(enrolled),
        tests=tuple(sorted(entered, key=lambda test: test.order)),
        windows=tuple(_numbered(windows, entered)),
        **said,
    )


def cannot(*, enrolled: str | None = "2024-01-15", windows: Iterable[Window] = (), **said) -> Record:
    """The record of someone who cannot become pregnant."""
    return can(enrolled=enrolled, windows=windows, category=CANNOT, **said)


def _numbered(windows: Iterable[Window], tests: Iterable[Test]) -> Iterator[Window]:
    opened_by = {test.specimen_on: test.id for test in reversed(list(tests))}
    for number, opened in enumerate(windows, start=1):
        yield opened._replace(id=number, test_id=opened.test_id or opened_by.get(opened.specimen_on))


def reasons(refusals: Iterable[Refusal]) -> list[str]:
    """The codes, in the order in which they are named."""
    return [refusal.code.value for refusal in refusals]


def dated(refusals: Iterable[Refusal]) -> dict[str, str | None]:
    """Each code with the day on which it can clear, as written."""
    return {refusal.code.value: refusal.clears_on and refusal.clears_on.isoformat() for refusal in refusals}


def moved(monkeypatch, name: str, to: str) -> None:
    """Move one edition to another day, as one line in the table of editions would."""
    rewritten = tuple(
        edition if edition.name != name else editions.replace(edition, effective_on=day(to))
        for edition in editions.EDITIONS
    )
    monkeypatch.setattr(editions, "EDITIONS", rewritten)
