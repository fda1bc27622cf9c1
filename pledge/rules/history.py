"""What the rules are told: a registrant's record as plain values, gathered once after the lock.

Days are program days. Tuples are in order: tests by specimen day, then by entry; windows by first day, then by entry.
"""

from datetime import date
from typing import NamedTuple

from pledge.rules.calendar import Span
from pledge.rules.vocabulary import (
    AuthorizationStatus,
    ConsentForm,
    CycleExemption,
    Method,
    PriorSource,
    RiskCategory,
    Signer,
    TestResult,
    TestSetting,
)


class Standing(NamedTuple):
    """A certification, activation or attestation: a dated span that a suspension ends at once (section 1)."""

    certified_on: date | None
    certified_through: date | None
    suspended: bool

    def holds(self, on: date) -> bool:
        """Tell whether it stands on a program day; a missing span never does."""
        return not self.ended_before(on) and self.certified_on is not None and self.certified_on <= on

    def ended_before(self, day: date) -> bool:
        """Tell whether it is suspended, or had run out before a day, whenever it began."""
        return self.suspended or self.certified_through is None or self.certified_through < day


NO_STANDING = Standing(None, None, suspended=True)


class Test(NamedTuple):
    """A pregnancy test that nothing supersedes (section 4); ``id`` rises with entry."""

    id: int
    specimen_on: date
    result: TestResult
    setting: TestSetting
    cycle_day: int | None = None
    cycle_exemption: CycleExemption | None = None
    has_evidence: bool = False

    @property
    def order(self) -> tuple[date, int]:
        """Newest is by specimen day, then by entry (section 13)."""
        return self.specimen_on, self.id


Test.__test__ = False  # type: ignore[attr-defined]  # a test collector need not look into it


class Confirmation(NamedTuple):
    """What the clinic confirmed for a window (section 5)."""

    prescriber_id: int
    methods: frozenset[Method]
    days_supply: int
    prior_source: PriorSource | None = None


class Answer(NamedTuple):
    """The registrant's newest answer for a window (section 5)."""

    methods: frozenset[Method]
    correct: bool


class Window(NamedTuple):
    """A prescription window (section 6), with what was confirmed, answered and dispensed in it."""

    id: int
    course: int
    category: RiskCategory
    specimen_on: date | None
    visit_on: date | None
    opens_on: date
    closes_on: date
    stopped: bool = False
    cancelled: bool = False
    days_dispensed: int = 0
    test_id: int | None = None
    confirmation: Confirmation | None = None
    answer: Answer | None = None

    @property
    def span(self) -> Span:
        """Its days, both ends inside."""
        return Span(self.opens_on, self.closes_on)

    @property
    def used(self) -> bool:
        """Whether anything was dispensed in it."""
        return self.days_dispensed > 0

    def is_open(self, on: date) -> bool:
        """Whether one can still be dispensed to in it on that day."""
        return not self.cancelled and not self.stopped and self.opens_on <= on <= self.closes_on

    def has_closed(self, on: date) -> bool:
        """Whether it ran to its end, or was stopped, by that day; a cancelled window never closes."""
        return not self.cancelled and (self.stopped or on > self.closes_on)


class Course(NamedTuple):
    """One course of treatment (sections 3 and 13)."""

    number: int
    first_day: date
    tests_from: date
    enrolled_on: date | None = None
    ended_on: date | None = None
    home_tests_permitted: bool = False


class Signature(NamedTuple):
    """A signature under one version of a form; ``superseded_on`` is the day from which a newer version is in force."""

    form: ConsentForm
    version: str
    signer: Signer
    signed_on: date
    superseded_on: date | None = None


class LiveAuthorization(NamedTuple):
    """An authorization whose row is still issued or suspended; whether it lives is judged (section 7)."""

    id: int
    pharmacy_id: int
    pharmacy: Standing
    status: AuthorizationStatus
    issued_on: date
    do_not_dispense_after: date | None
    days_supply: int
    window_id: int | None


class Record(NamedTuple):
    """Everything about one registrant that the rules ask for.

    ``signatures`` is None where it was not needed (the course is enrolled already) and not gathered.
    ``hold_since`` is the specimen day of the latest positive, or the day of the latest report, not yet cleared.
    ``supply_through`` is the last day covered by what was dispensed last.
    """

    registrant_id: int
    born_on: date
    category: RiskCategory
    prescriber_id: int
    prescriber: Standing
    course: Course
    hold_since: date | None = None
    supply_through: date | None = None
    tests: tuple[Test, ...] = ()
    windows: tuple[Window, ...] = ()
    authorization: LiveAuthorization | None = None
    signatures: tuple[Signature, ...] | None = None

    def test_with_id(self, test_id: int | None) -> Test | None:
        """Give the test of that id, or None."""
        return next((test for test in self.tests if test.id == test_id), None)

    def test_on(self, specimen_on: date) -> Test | None:
        """Give the test of one specimen day: of several, the one entered last (section 13)."""
        return next((test for test in reversed(self.tests) if test.specimen_on == specimen_on), None)

    def window_with_id(self, window_id: int | None) -> Window | None:
        """Give the window of that id, or None."""
        return next((window for window in self.windows if window.id == window_id), None)

    @property
    def course_windows(self) -> tuple[Window, ...]:
        """The windows of the present course."""
        return tuple(window for window in self.windows if window.course == self.course.number)

    def open_window(self, on: date) -> Window | None:
        """Give the window of the present course that is open on a day, or None."""
        return next((window for window in reversed(self.course_windows) if window.is_open(on)), None)
