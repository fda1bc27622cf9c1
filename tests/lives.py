"""Worlds for tests, lived into through the real actions: nothing here is forged.

A :class:`Program` is a prescriber and two pharmacies that have been certified for two years. A :class:`Life` is a
registrant of it, brought to a state that reads like a sentence::

    program = a_program(at)
    life = ready(program, at)                     # everything done, the window opened today, nothing asked for yet
    life = authorized(program, at)                # the same, and the pharmacy holds a live authorization
    life = on_treatment(program, at)              # dispensed to 30 days ago; today's month is not begun
    life = on_treatment(program, at, today=True)  # the same, and today's month is complete

``at`` is always the instant at which the state holds; what came before is dated before it. Each step can also be
taken alone (:func:`signed`, :func:`a_test`, :func:`confirmed`, :func:`answered`, :func:`dispensed`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

from consents.actions.signing import sign
from pledge.actions import authorizations, keys, months, participants, pregnancy_tests, registrants
from pledge.models import Authorization, MonthlyConfirmation, Pharmacy, PregnancyTest, Prescriber, Registrant
from pledge.rules.calendar import PROGRAM_ZONE, program_day
from pledge.rules.enrollment import REQUIRED_FORMS
from pledge.rules.monthly import Attestation
from pledge.rules.vocabulary import Method, RiskCategory, Signer, TestResult, TestSetting
from pledge.trail import By, by_pharmacy, by_prescriber, by_program, by_registrant

CAN, CANNOT = RiskCategory.CAN_BECOME_PREGNANT, RiskCategory.CANNOT_BECOME_PREGNANT
PILL_AND_CONDOM = frozenset({Method.HORMONAL_PILL, Method.MALE_CONDOM})
GROWN_UP = date(1996, 5, 4)
CYCLE_DAY = 2  # inside the first days of the period, where T2 counts
SUPPLY = 30
UNDER_2021 = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
UNDER_2026 = datetime(2027, 3, 11, 15, 0, tzinfo=UTC)

_numbers = count(1000)


@dataclass(frozen=True)
class Program:
    """A prescriber and two pharmacies, and the program's own administrator as an actor."""

    prescriber: Prescriber
    pharmacy: Pharmacy
    other_pharmacy: Pharmacy
    administrator: By

    @property
    def clinic(self) -> By:
        """The prescriber, acting in person."""
        return by_prescriber(self.prescriber)

    @property
    def counter(self) -> By:
        """A pharmacist of the first pharmacy."""
        return by_pharmacy(self.pharmacy, "rph-17")


@dataclass(frozen=True)
class Life:
    """A registrant of a program, with what a test asks for again and again."""

    program: Program
    registrant: Registrant
    authorization: Authorization | None = None

    @property
    def number(self) -> str:
        """The registrant's number."""
        return self.registrant.number

    @property
    def born_on(self) -> date:
        """The registrant's date of birth."""
        return self.registrant.born_on

    @property
    def rma_number(self) -> str:
        """The number of the live authorization the life was brought to."""
        assert self.authorization is not None, "this life was not brought to an authorization"
        return self.authorization.rma_number


def days_before(at: datetime, days: int) -> datetime:
    """Give the same hour of the program's clock so many days earlier, also across a clock change."""
    return (at.astimezone(PROGRAM_ZONE) - timedelta(days=days)).astimezone(UTC)


def a_program(at: datetime, *, through: date | None = None) -> Program:
    """Enroll a prescriber and two pharmacies two years before, certified through a year after or ``through``."""
    began, mark = days_before(at, 730), next(_numbers)
    by = by_program("Ada Administrator", "1")
    span = {"certified_through": through or program_day(at + timedelta(days=365)), "by": by, "at": began}
    return Program(
        prescriber=participants.enroll_prescriber(npi=f"19{mark:08}", name="Dr. Paula Prescott", **span),
        pharmacy=participants.enroll_pharmacy(number=f"PH{mark}", name="Corner Pharmacy", **span),
        other_pharmacy=participants.enroll_pharmacy(number=f"PX{mark}", name="Station Pharmacy", **span),
        administrator=by,
    )


def a_key(pharmacy: Pharmacy, at: datetime, *, expires_at: datetime | None = None) -> str:
    """Issue a key to a pharmacy and give its secret."""
    by = by_program("Ada Administrator", "1")
    return keys.issue_key(pharmacy=pharmacy, expires_at=expires_at, by=by, at=at).secret


def registered(program: Program, at: datetime, *, category: RiskCategory = CAN, born_on: date = GROWN_UP) -> Life:
    """Register someone who has signed nothing yet."""
    registrant = registrants.enroll(
        prescriber=program.prescriber,
        born_on=born_on,
        category=category,
        basis="hysterectomy" if category == CANNOT else "",
        contact={"name": "Robin Reyes", "email": "robin@patients.example"},
        by=program.clinic,
        at=at,
    )
    return Life(program, registrant)


def signed(life: Life, at: datetime) -> None:
    """Sign every required form: registrant first, prescriber last."""
    for form in REQUIRED_FORMS[RiskCategory(life.registrant.category)]:
        for signer, by in (
            (Signer.REGISTRANT, by_registrant(life.registrant)),
            (Signer.PRESCRIBER, life.program.clinic),
        ):
            sign(registrant=life.registrant, form=form, signer=signer, by=by, at=at)


def a_test(
    life: Life,
    at: datetime,
    *,
    result: TestResult = TestResult.NEGATIVE,
    setting: TestSetting = TestSetting.CLIA_LAB,
    specimen_on: date | None = None,
) -> PregnancyTest:
    """Record a test of today, or of ``specimen_on``, inside the cycle days."""
    return pregnancy_tests.record_test(
        registrant=life.registrant,
        specimen_on=specimen_on or program_day(at),
        result=result,
        setting=setting,
        cycle_day=CYCLE_DAY,
        by=life.program.clinic,
        at=at,
    )


def confirmed(
    life: Life, at: datetime, *, methods: Iterable[Method] = PILL_AND_CONDOM, days_supply: int = SUPPLY
) -> MonthlyConfirmation:
    """Confirm the month that begins today: today's specimen, or today's visit."""
    today = program_day(at)
    can = life.registrant.category == CAN
    attestation = Attestation(
        visit_on=today,
        specimen_on=today if can else None,
        methods=frozenset(methods) if can else frozenset(),
        days_supply=days_supply,
    )
    return months.confirm_month(registrant=life.registrant, attestation=attestation, by=life.program.clinic, at=at)


def answered(life: Life, at: datetime, *, methods: Iterable[Method] = PILL_AND_CONDOM, correct: bool = True) -> None:
    """Answer the month's questions."""
    by = by_registrant(life.registrant)
    months.answer_questions(registrant=life.registrant, methods=frozenset(methods), correct=correct, by=by, at=at)


def a_month(life: Life, at: datetime) -> None:
    """Do everything that a month asks for before the pharmacy, all of it today."""
    if life.registrant.category == CAN:
        a_test(life, at)
    confirmed(life, at)
    if life.registrant.category == CAN:
        answered(life, at)


def dispensed(life: Life, at: datetime, *, days_supply: int = SUPPLY) -> Authorization:
    """Ask for an authorization at the first pharmacy and dispense it."""
    pharmacy, by = life.program.pharmacy, life.program.counter
    authorizations.authorize(
        registrant=life.registrant, pharmacy=pharmacy, days_supply=days_supply, pharmacist="rph-17", by=by, at=at
    )
    return authorizations.dispense(registrant=life.registrant, pharmacy=pharmacy, pharmacist="rph-17", by=by, at=at)


def enrolled(
    program: Program, at: datetime, *, days_ago: int = 30, category: RiskCategory = CAN, born_on: date = GROWN_UP
) -> Life:
    """Register someone ``days_ago``, with every form signed and the screening test done on that day."""
    then = days_before(at, days_ago)
    life = registered(program, then, category=category, born_on=born_on)
    signed(life, then)
    if category == CAN:
        a_test(life, then)
    return life


def ready(program: Program, at: datetime, *, category: RiskCategory = CAN, born_on: date = GROWN_UP) -> Life:
    """Bring someone to the day of their first month with every step done and the window open."""
    life = enrolled(program, at, category=category, born_on=born_on)
    a_month(life, at)
    return life


def authorized(program: Program, at: datetime, *, category: RiskCategory = CAN, days_supply: int = SUPPLY) -> Life:
    """Bring someone to a live authorization at the first pharmacy."""
    life = ready(program, at, category=category)
    authorization = authorizations.authorize(
        registrant=life.registrant,
        pharmacy=program.pharmacy,
        days_supply=days_supply,
        pharmacist="rph-17",
        by=program.counter,
        at=at,
    )
    return Life(program, life.registrant, authorization)


def on_treatment(
    program: Program, at: datetime, *, months_done: int = 1, today: bool = False, category: RiskCategory = CAN
) -> Life:
    """Bring someone through ``months_done`` dispensed months, the last 30 days ago; ``today`` completes today's too."""
    life = ready(program, days_before(at, SUPPLY * months_done), category=category)
    for month in range(months_done, 0, -1):
        then = days_before(at, SUPPLY * month)
        if month != months_done:
            a_month(life, then)
        dispensed(life, then)
    if today:
        a_month(life, at)
    return life
