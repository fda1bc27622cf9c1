"""How it begins: registering, signing, the first test, the wait, and the first month up to the pharmacy's counter."""

from config.demo.person import Person
from config.demo.stage import Arc
from pledge.rules.vocabulary import Method, Signer, TestResult, TestSetting

BOTH = (Signer.REGISTRANT, Signer.GUARDIAN)


def registered(p: Person, day: int) -> Arc:
    """Register, and sign nothing."""
    yield from p.when(day, "09:05")
    p.enroll(designee=p.prescriber.pk != p.cast.prescribers[2].pk)


def signed_by(p: Person, day: int, *signers: Signer) -> Arc:
    """Register, and let only these sign."""
    yield from registered(p, day)
    yield from p.when(day, "10:20")
    p.sign(*signers)


def enrolled(p: Person, day: int) -> Arc:
    """Register and sign everything within one day."""
    yield from signed_by(p, day, *BOTH)
    yield from p.when(day, "11:10")
    p.sign(Signer.PRESCRIBER)


def started(p: Person, day: int) -> Arc:
    """Enroll with the screening test done; from here the wait runs."""
    yield from enrolled(p, day)
    if not p.basis:
        yield from p.when(day, "11:25")
        p.test(setting=TestSetting.MEDICAL_SETTING)


def tested(p: Person, day: int) -> Arc:
    """Bring the month's test."""
    yield from p.when(day, "09:15")
    p.test(designee=True) if p.prescriber.pk == p.cast.prescribers[0].pk else p.test()


def month(p: Person, day: int) -> Arc:
    """Do the whole month up to the counter on one day."""
    yield from tested(p, day)
    yield from p.when(day, "09:50")
    p.confirm()
    yield from p.when(day, "12:30")
    p.answer()


def authorized(p: Person, day: int, *, pharmacy: int = 0) -> Arc:
    """Ask for the authorization and set the supply aside."""
    yield from p.when(day, "14:10")
    p.authorize(pharmacy)


def dispensed(p: Person, day: int, *, pharmacy: int = 0) -> Arc:
    """Be authorized, and hand over."""
    yield from authorized(p, day, pharmacy=pharmacy)
    yield from p.when(day, "16:45")
    p.dispense(pharmacy)


def waits_for_the_first_test(p: Person) -> Arc:
    """Everything signed, no screening test yet."""
    yield from enrolled(p, -9)


def waits_for_confirmation(p: Person) -> Arc:
    """Today's test is negative; the clinic has not confirmed."""
    yield from started(p, -34)
    yield from tested(p, 0)


def waits_for_answers(p: Person) -> Arc:
    """Confirmed this morning; the questions are open."""
    yield from started(p, -36)
    yield from tested(p, 0)
    yield from p.when(0, "09:40")
    p.confirm()


def answered_wrong(p: Person) -> Arc:
    """The answers were wrong and may be given again."""
    yield from started(p, -40)
    yield from tested(p, -2)
    yield from p.when(-2, "10:00")
    p.confirm()
    yield from p.when(-1, "17:30")
    p.answer(correct=False)


def methods_differ(p: Person) -> Arc:
    """Clinic and registrant named different methods."""
    yield from started(p, -41)
    yield from tested(p, -3)
    yield from p.when(-3, "10:10")
    p.confirm()
    yield from p.when(-2, "08:20")
    p.answer((Method.IUD, Method.MALE_CONDOM))


def first_month_ready(p: Person, day: int) -> Arc:
    """The first month is complete since a day; nobody has asked for an authorization."""
    yield from started(p, day - 33)
    yield from month(p, day)


def first_month_authorized(p: Person, day: int, asked: int) -> Arc:
    """The first month is complete since a day, and authorized on another."""
    yield from first_month_ready(p, day)
    yield from authorized(p, asked, pharmacy=1)


def first_month_dispensed(p: Person, day: int, handed_over: int) -> Arc:
    """The first month is dispensed."""
    yield from first_month_ready(p, day)
    yield from dispensed(p, handed_over)


def reversed_yesterday(p: Person) -> Arc:
    """Not collected at one pharmacy, given back, and free for another."""
    yield from first_month_authorized(p, -4, -3)
    yield from p.when(-1, "17:10")
    p.reverse(1)


def lapsed(p: Person) -> Arc:
    """Authorized and never collected; the pharmacy has not given it back."""
    yield from first_month_authorized(p, -12, -10)


def tested_on_the_wrong_day(p: Person) -> Arc:
    """The confirmation test was outside the first days of the cycle."""
    yield from started(p, -35)
    yield from p.when(-1, "09:30")
    p.test(cycle_day=11)


def indeterminate(p: Person) -> Arc:
    """Complete, then a later test that says neither yes nor no."""
    yield from first_month_ready(p, -3)
    yield from p.when(-1, "10:40")
    p.test(result=TestResult.INDETERMINATE)


def abstinent(p: Person) -> Arc:
    """Ready with committed abstinence, acknowledged by the prescriber."""
    yield from started(p, -38)
    yield from tested(p, -1)
    yield from p.when(-1, "10:30")
    p.confirm((Method.ABSTINENCE,))
    yield from p.when(-1, "15:20")
    p.answer((Method.ABSTINENCE,))
