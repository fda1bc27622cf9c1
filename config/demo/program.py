"""The whole program: who lives through what, the nights between, and the mail by day."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from config.demo import beginnings, courses, signings
from config.demo.cast import Cast, Keys, LogIn, enroll_parties
from config.demo.morning import mornings_work
from config.demo.person import Person
from config.demo.signings import SignerOfDemo
from config.demo.stage import Arc, Stage
from consents.actions.records import seal_due
from notifications.delivery import deliver
from notifications.messages import number_messages
from notifications.sweep import run_sweep
from pledge.actions import participants
from pledge.rules.vocabulary import Signer

FIRST_NIGHT = -110
MAIL_LEAVES = ("12:05", "17:45")
LIKES_SPANISH: Any = {"language": "es", "time_zone": "America/Los_Angeles"}


class Played(NamedTuple):
    """What a play leaves for the reader: log-ins, who was invited to sign, a pharmacy's keys, and what was refused."""

    log_ins: list[LogIn]
    keys: Keys
    pharmacy: str
    stumbled: list[str]
    signers: list[SignerOfDemo]


def play(now: datetime, *, told: Callable[[int], None] = lambda _: None, nights: bool = True) -> Played:
    """Play a program that leads up to an instant, in the configured database.

    :param told: called with the number of steps taken so far.
    :param nights: whether the nightly work was done every night, and the mail sent every day.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # a play cut short is begun anew
    stage = Stage(now)
    cast, log_ins, keys = enroll_parties(stage)
    between = [_nights(stage), _mail(stage)] if nights else []
    book: list[SignerOfDemo] = []
    stumbled = stage.play([*_lives(stage, cast, book), _renewal(stage, cast), *between], told=told)
    report = run_sweep(at=now)
    number_messages(at=now)
    seal_due(at=now)
    if nights:
        deliver(at=now)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO DEFAULT")
    return Played(log_ins, keys, cast.pharmacies[0].name, stumbled + report.failures, book)


def _lives(stage: Stage, cast: Cast, book: list[SignerOfDemo]) -> list[Arc]:
    def who(name: str, clinic: int = 0, age: int = 24, basis: str = "", **contact: str) -> Person:
        return Person(stage, cast, name, clinic=clinic, age=age, basis=basis, **contact)

    young = _guarded("Teresa Ruiz")
    return [
        beginnings.registered(who("Abigail Ames"), -1),
        beginnings.registered(who("Beatriz Baez", 1, email=""), -2),
        beginnings.signed_by(who("Chloe Chen"), -3, Signer.REGISTRANT),
        beginnings.signed_by(who("Daniela Ruiz", **young), -4, Signer.REGISTRANT),
        signings.invited(who("Ruth Ramos"), book, 0, Signer.REGISTRANT),
        signings.invited(who("Sasha Silva", **_guarded("Marta Silva")), book, 0, Signer.REGISTRANT, Signer.GUARDIAN),
        signings.signed(who("Tina Torres"), book, -1),
        signings.complete(who("Vida Vega", **LIKES_SPANISH), book, -6),
        beginnings.started(who("Erin Estes", 1), -12),
        beginnings.started(who("Flor Ruiz", **young, **LIKES_SPANISH), -20),
        beginnings.waits_for_the_first_test(who("Gloria Gray")),
        beginnings.started(who("Hannah Hill"), -33),
        beginnings.started(who("Ines Ibarra", 2, **LIKES_SPANISH), -29),
        beginnings.waits_for_confirmation(who("Joan Jordan")),
        beginnings.waits_for_answers(who("Kira Khan")),
        beginnings.answered_wrong(who("Lena Lopez", 1)),
        beginnings.methods_differ(who("Mina Moss")),
        beginnings.first_month_ready(who("Nadia Novak"), -2),
        beginnings.first_month_ready(who("Olive Ortiz"), -6),
        beginnings.first_month_ready(who("Petra Pham", 1), -5),
        beginnings.first_month_ready(who("Quinn Quist"), -3),
        beginnings.first_month_authorized(who("Rita Rossi"), -1, 0),
        beginnings.first_month_authorized(who("Sofia Singh", 2), -6, -2),
        beginnings.reversed_yesterday(who("Tara Tran")),
        beginnings.lapsed(who("Uma Underhill", 1)),
        beginnings.first_month_ready(who("Vera Vance"), -20),
        beginnings.tested_on_the_wrong_day(who("Wanda Wu")),
        beginnings.indeterminate(who("Ximena Xu", 2, **LIKES_SPANISH)),
        beginnings.abstinent(who("Yara Young", 1)),
        beginnings.first_month_dispensed(who("Zoe Zamora"), -2, -1),
        courses.on_treatment(who("Alma Avery"), -30),
        courses.on_treatment(who("Bella Boone", 1), -54, -24),
        courses.later_month_ready(who("Carla Cruz"), -32, -1),
        courses.later_month_authorized(who("Dora Dunn"), -63, -33, -2),
        courses.on_treatment(who("Elsa Evans", 1), -65, -35, -5),
        courses.prior_source_unanswered(who("Fay Fisher")),
        courses.home_test(who("Gwen Grant"), permitted=True),
        courses.home_test(who("Hope Hughes", 2), permitted=False),
        courses.transferred(who("Iris Irwin"), 1),
        courses.window_cancelled(who("June Jensen", 2)),
        courses.test_corrected(who("Kate Kelly")),
        courses.dispense_reported(who("Lucy Lane", 1)),
        courses.positive(who("Maya Mills")),
        courses.reported(who("Nora Nash", 1)),
        courses.hold_cleared(who("Opal Owens")),
        courses.ended(who("Pia Price"), -62, last=-30, tests=(-29,)),
        courses.ended(who("Rosa Reed", 2), -64, last=-33, tests=(-33, -2)),
        courses.discontinued(who("Sara Stone")),
        courses.enrolled_again(who("Tess Tyler")),
        courses.without_tests(who("Adam Abbott", basis="cisgender_male"), -3),
        courses.without_tests(who("Ben Brooks", 1, basis="cisgender_male"), -5, asked=-1),
        courses.without_tests(who("Carol Castle", 2, 58, basis="post_menopause"), -8, handed_over=-6),
        courses.without_tests(who("Dean Diaz", basis="cisgender_male"), -45, handed_over=-40),
        courses.can_to_cannot(who("Eva Ellis", age=38)),
        courses.cannot_to_can(who("Fran Flores", 1, 41, basis="bilateral_oophorectomy")),
        courses.merged(who("Gina Gomez"), who("Gina Gomez")),
        courses.registered_twice(who("Hazel Hunt"), who("Hazel Hunt", 2)),
        *mornings_work(who),
    ]


def _guarded(name: str) -> dict[str, Any]:
    """Someone under age, with a parent or guardian of that name."""
    return {"age": 15, "guardian_name": name, "guardian_email": f"{name.lower().replace(' ', '.')}@patients.example"}


def _renewal(stage: Stage, cast: Cast) -> Arc:
    """One prescriber was suspended for a day and reinstated."""
    lindqvist, ada = cast.prescribers[2], cast.administrator
    suspended, reinstated = stage.moment(-10, "12:40"), stage.moment(-9, "09:15")
    yield suspended
    participants.suspend(party=lindqvist, by=ada, at=suspended)
    yield reinstated
    participants.reinstate(party=lindqvist, by=ada, at=reinstated)


def _nights(stage: Stage) -> Arc:
    for day in range(FIRST_NIGHT, 1):
        at = stage.moment(day, "02:00")
        yield at
        run_sweep(at=at)


def _mail(stage: Stage) -> Arc:
    for day in range(FIRST_NIGHT, 1):
        for clock in MAIL_LEAVES:
            at = stage.moment(day, clock)
            yield at
            deliver(at=at)
