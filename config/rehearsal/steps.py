"""Each kind of step, carried out by one action."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from config.rehearsal import counter_steps, party_steps
from config.rehearsal.came import Arguments, Came
from config.rehearsal.cast import Cast
from notifications.sweep import run_sweep
from pledge.actions import holds, months, pregnancy_tests, registrants
from pledge.rules.calendar import program_day
from pledge.rules.monthly import Attestation
from pledge.rules.vocabulary import (
    CycleExemption,
    Method,
    PriorSource,
    RiskCategory,
    TestResult,
    TestSetting,
)
from pledge.trail import by_registrant

METHODS = [Method.IUD, Method.MALE_CONDOM]


def _test(cast: Cast, a: Arguments, at: datetime) -> Came:
    pregnancy_tests.record_test(
        registrant=cast.registrant(a.get("registrant", "R1")),
        specimen_on=a.get("specimen", program_day(at)),
        result=TestResult(a.get("result", TestResult.NEGATIVE)),
        setting=TestSetting(a.get("setting", TestSetting.MEDICAL_SETTING)),
        cycle_day=a.get("cycle_day"),
        cycle_exemption=CycleExemption(a["cycle_exempt"]) if "cycle_exempt" in a else None,
        has_evidence=a.get("evidence", False),
        by=cast.by(a),
        at=at,
    )
    return Came()


def _correct_test(cast: Cast, a: Arguments, at: datetime) -> Came:
    pregnancy_tests.correct_test(
        registrant=cast.registrant(a.get("registrant", "R1")),
        specimen_on=a["specimen"],
        to=a["to"],
        by=cast.by(a),
        at=at,
    )
    return Came()


def _confirm(cast: Cast, a: Arguments, at: datetime) -> Came:
    attestation = Attestation(
        visit_on=a.get("visit", program_day(at)),
        specimen_on=a.get("specimen"),
        methods=frozenset(a.get("methods", METHODS)),
        abstinence_acknowledged=a.get("abstinence_acknowledged", False),
        days_supply=a.get("days_supply", 30),
        prior_source=PriorSource(a["prior_source"]) if "prior_source" in a else None,
    )
    registrant = cast.registrant(a.get("registrant", "R1"))
    months.confirm_month(registrant=registrant, attestation=attestation, by=cast.by(a), at=at)
    return Came()


def _answer(cast: Cast, a: Arguments, at: datetime) -> Came:
    registrant = cast.registrant(a.get("registrant", "R1"))
    months.answer_questions(
        registrant=registrant,
        methods=frozenset(a.get("methods", METHODS)),
        correct=a.get("correct", True),
        by=by_registrant(registrant),
        at=at,
    )
    return Came()


def _of_registrant(act: Callable[..., Any], **defaults: Any) -> Callable[[Cast, Arguments, datetime], Came]:
    """Make a step of an action about one registrant; ``defaults`` name its other arguments."""

    def play(cast: Cast, a: Arguments, at: datetime) -> Came:
        registrant = cast.registrant(a.get("registrant", "R1"))
        others = {name: make(cast, a, at) for name, make in defaults.items()}
        act(registrant=registrant, **others, by=cast.by(a), at=at)
        return Came()

    return play


def _last_dose(_: Cast, a: Arguments, at: datetime) -> date:
    last_dose: date = a.get("last_dose", program_day(at))
    return last_dose


def _sweep(_: Cast, __: Arguments, at: datetime) -> Came:
    report = run_sweep(at=at)
    if report.failures or report.skipped:
        raise RuntimeError(f"the sweep did not do its work: {report.failures or 'another is running'}")
    return Came()


PLAYS: dict[str, Callable[[Cast, Arguments, datetime], Came]] = {
    "enroll_prescriber": party_steps.enroll_prescriber,
    "enroll_pharmacy": party_steps.enroll_pharmacy,
    "enroll_designee": party_steps.enroll_designee,
    "certify": party_steps.certify,
    "suspend": party_steps.suspend,
    "reinstate": party_steps.reinstate,
    "enroll": party_steps.enroll,
    "sign": party_steps.sign,
    "sign_all": party_steps.sign_all,
    "test": _test,
    "correct_test": _correct_test,
    "permit_home_tests": _of_registrant(pregnancy_tests.permit_home_tests),
    "withdraw_home_tests": _of_registrant(pregnancy_tests.withdraw_home_tests),
    "confirm": _confirm,
    "answer": _answer,
    "check": counter_steps.check,
    "authorize": counter_steps.authorize,
    "dispense": counter_steps.dispense,
    "reverse": counter_steps.reverse,
    "report_dispense": counter_steps.report_dispense,
    "report_pregnancy": _of_registrant(holds.report_pregnancy),
    "clear_hold": _of_registrant(holds.clear_hold, reason=lambda c, a, t: a.get("reason", "cleared")),
    "change_category": _of_registrant(
        registrants.change_category,
        category=lambda c, a, t: RiskCategory(a.get("category", RiskCategory.CAN_BECOME_PREGNANT)),
        basis=lambda c, a, t: a.get("basis") or "",
    ),
    "transfer": _of_registrant(
        registrants.transfer, prescriber=lambda c, a, t: c.prescriber(a.get("prescriber", "P1"))
    ),
    "cancel_window": _of_registrant(months.cancel_window),
    "end_treatment": _of_registrant(registrants.end_treatment, last_dose_on=_last_dose),
    "discontinue": _of_registrant(
        registrants.discontinue, reason=lambda c, a, t: a.get("reason", "unspecified"), last_dose_on=_last_dose
    ),
    "sweep": _sweep,
}
