"""How it goes on: later months, interruptions, and the ways a course ends or begins anew."""

from contextlib import suppress
from datetime import timedelta

from config.demo.beginnings import BOTH, dispensed, enrolled, month, registered, started, tested
from config.demo.person import CAN, CANNOT, Person
from config.demo.stage import Arc
from pledge.actions import authorizations, holds, months, pregnancy_tests, records, registrants
from pledge.rules.refusals import Refused
from pledge.rules.vocabulary import Signer, TestResult, TestSetting

WAIT = 33  # days from enrolling to the first month, a little more than the rules ask for


def on_treatment(p: Person, *days: int, pharmacy: int = 0) -> Arc:
    """Be dispensed to in months that began on these days."""
    yield from started(p, days[0] - WAIT)
    for day in days:
        yield from month(p, day)
        yield from dispensed(p, day + 1, pharmacy=pharmacy)


def later_month_ready(p: Person, *days: int) -> Arc:
    """All months but the last are dispensed; the last is complete."""
    yield from on_treatment(p, *days[:-1])
    yield from month(p, days[-1])


def later_month_authorized(p: Person, *days: int) -> Arc:
    """The same, and the pharmacy has set the supply aside."""
    yield from later_month_ready(p, *days)
    yield from p.when(days[-1] + 1, "08:30")
    p.authorize()


def prior_source_unanswered(p: Person) -> Arc:
    """A later window passed unused; confirming anew was refused until the clinic says what was taken."""
    yield from later_month_ready(p, -72, -40)
    yield from tested(p, -1)
    yield from p.when(-1, "11:15")
    with suppress(Refused):
        p.confirm()


def home_test(p: Person, *, permitted: bool) -> Arc:
    """A second month on a home test: confirmed where it is permitted, refused where it is not."""
    yield from on_treatment(p, -32)
    if permitted:
        yield from p.when(-8, "13:30")
        pregnancy_tests.permit_home_tests(registrant=p.row, by=p.clinic(), at=p.at)
    yield from p.when(-1, "08:10")
    p.test(setting=TestSetting.HOME)
    yield from p.when(-1, "09:45")
    if not permitted:
        with suppress(Refused):
            p.confirm()
        return
    p.confirm()
    yield from p.when(-1, "12:05")
    p.answer()


def transferred(p: Person, to: int) -> Arc:
    """Moved to another prescriber with an open window; the new one has not confirmed yet."""
    yield from later_month_ready(p, -34, -2)
    yield from p.when(-1, "14:40")
    new = p.cast.prescribers[to]
    registrants.transfer(registrant=p.row, prescriber=new, by=p.clinic(), at=p.at)


def window_cancelled(p: Person) -> Arc:
    """The clinic cancelled an unused window."""
    yield from later_month_ready(p, -40, -3)
    yield from p.when(-1, "10:05")
    months.cancel_window(registrant=p.row, by=p.clinic(), at=p.at)


def test_corrected(p: Person) -> Arc:
    """A specimen day corrected after the supply was handed over: the dispense stands, a deviation is raised."""
    yield from started(p, -12 - WAIT)
    yield from month(p, -12)
    yield from dispensed(p, -7)
    yield from p.when(-5, "15:50")
    day = p.stage.today
    wrong, right = day - timedelta(days=12), day - timedelta(days=15)
    pregnancy_tests.correct_test(registrant=p.row, specimen_on=wrong, to=right, by=p.clinic(), at=p.at)


def dispense_reported(p: Person) -> Arc:
    """A pharmacy reports a supply it handed over without asking."""
    yield from on_treatment(p, -34)
    yield from p.when(-2, "17:20")
    harbor = p.cast.pharmacies[2]
    authorizations.report_dispense(
        registrant=p.row, pharmacy=harbor, days_supply=10, pharmacist="rph-31", by=p.pharmacy(2), at=p.at
    )


def positive(p: Person) -> Arc:
    """A positive test: on hold, the live authorization revoked."""
    yield from later_month_authorized(p, -34, -3)
    yield from p.when(-1, "16:15")
    p.test(result=TestResult.POSITIVE)


def reported(p: Person) -> Arc:
    """A pregnancy reported this morning; the follow-up is open."""
    yield from on_treatment(p, -36)
    yield from p.when(0, "08:40")
    holds.report_pregnancy(registrant=p.row, by=p.clinic(designee=True), at=p.at)


def hold_cleared(p: Person) -> Arc:
    """A hold that the prescriber cleared after a later negative test."""
    yield from on_treatment(p, -50)
    yield from p.when(-20, "09:25")
    p.test(result=TestResult.POSITIVE)
    yield from p.when(-8, "09:35")
    p.test()
    yield from p.when(-6, "13:00")
    holds.clear_hold(
        registrant=p.row, reason="Repeat serum test negative; first result in error", by=p.clinic(), at=p.at
    )


def ended(p: Person, *days: int, last: int, tests: tuple[int, ...]) -> Arc:
    """Complete a course, and do these tests afterwards."""
    yield from on_treatment(p, *days)
    yield from p.when(last, "15:05")
    registrants.end_treatment(registrant=p.row, last_dose_on=p.on, by=p.clinic(), at=p.at)
    for day in tests:
        yield from p.when(day, "10:50")
        p.test()


def discontinued(p: Person) -> Arc:
    """Stopped early; the first test afterwards is overdue."""
    yield from on_treatment(p, -40)
    yield from p.when(-8, "11:40")
    registrants.discontinue(registrant=p.row, reason="side_effects", last_dose_on=p.on, by=p.clinic(), at=p.at)


def enrolled_again(p: Person) -> Arc:
    """A second course: everything is done anew."""
    yield from ended(p, -76, last=-45, tests=(-45, -15))
    yield from p.when(-14, "09:20")
    registrants.enroll_again(registrant=p.row, prescriber=p.prescriber, by=p.clinic(), at=p.at)
    yield from p.when(-14, "10:30")
    p.sign(*BOTH)
    yield from p.when(-13, "09:10")
    p.sign(Signer.PRESCRIBER)
    p.test(setting=TestSetting.MEDICAL_SETTING)


def without_tests(p: Person, enrolled_on: int, *, asked: int | None = None, handed_over: int | None = None) -> Arc:
    """Someone who cannot become pregnant: counseled, and perhaps authorized or dispensed to."""
    yield from enrolled(p, enrolled_on)
    day = asked if asked is not None else handed_over
    if day is not None:
        yield from p.when(day, "09:30")
        p.counsel()
    if asked is not None:
        yield from p.when(asked, "13:20")
        p.authorize(1)
    if handed_over is not None:
        yield from dispensed(p, handed_over, pharmacy=1)


def can_to_cannot(p: Person) -> Arc:
    """From one category to the other: nothing monthly any more."""
    yield from on_treatment(p, -50)
    yield from p.when(-4, "14:00")
    registrants.change_category(registrant=p.row, category=CANNOT, basis="hysterectomy", by=p.clinic(), at=p.at)


def cannot_to_can(p: Person) -> Arc:
    """And back: the second consent, the tests and the wait begin as for a newcomer."""
    yield from without_tests(p, -35, handed_over=-31)
    yield from p.when(-3, "11:30")
    registrants.change_category(registrant=p.row, category=CAN, by=p.clinic(), at=p.at)


def registered_twice(kept: Person, twice: Person) -> Arc:
    """Two records of one person, at two clinics; nobody has noticed yet."""
    yield from registered(kept, -9)
    twice.born_on = kept.born_on
    yield from registered(twice, -2)


def merged(kept: Person, twice: Person) -> Arc:
    """Two records of one person, found and merged by the program."""
    yield from started(kept, -26)
    twice.born_on = kept.born_on
    yield from enrolled(twice, -16)
    yield from kept.when(-10, "12:15")
    ada = kept.cast.administrator
    records.merge(registrant=kept.row, duplicate=twice.row, by=ada, at=kept.at)
