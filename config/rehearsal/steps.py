"""Each kind of step, carried out by one action."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from config.rehearsal.cast import PROGRAM, Cast
from consents.actions import sign
from notifications.sweep import run_sweep
from pledge.actions import authorizations, holds, months, participants, pregnancy_tests, registrants
from pledge.eligibility import eligibility_of
from pledge.models import Registrant
from pledge.rules.calendar import is_minor, program_day
from pledge.rules.enrollment import REQUIRED_FORMS
from pledge.rules.monthly import Attestation
from pledge.rules.refusals import Refusal
from pledge.rules.vocabulary import (
    CycleExemption,
    Method,
    PriorSource,
    RiskCategory,
    Signer,
    TestResult,
    TestSetting,
)
from pledge.trail import By, by_pharmacy, by_registrant

Arguments = dict[str, Any]
METHODS = [Method.IUD, Method.MALE_CONDOM]
BORN = date(1998, 4, 2)


class Came(NamedTuple):
    """What a step that was not refused came to."""

    outcome: str = "ok"
    do_not_dispense_after: date | None = None
    overlays: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def _year_less_a_day(at: datetime) -> date:
    day = program_day(at)
    try:
        next_year = day.replace(year=day.year + 1)
    except ValueError:
        next_year = date(day.year + 1, 3, 1)
    return next_year - timedelta(days=1)


def _enroll_prescriber(cast: Cast, a: Arguments, at: datetime) -> Came:
    name = cast.new_name(a.get("id", "P1"))
    through = a.get("certified_through") or _year_less_a_day(at)
    cast.prescribers[name] = participants.enroll_prescriber(
        npi=name, name=name, certified_through=through, by=PROGRAM, at=at
    )
    return Came()


def _enroll_pharmacy(cast: Cast, a: Arguments, at: datetime) -> Came:
    name = cast.new_name(a.get("id", "A"))
    through = a.get("certified_through") or _year_less_a_day(at)
    cast.pharmacies[name] = participants.enroll_pharmacy(
        number=name, name=name, certified_through=through, by=PROGRAM, at=at
    )
    return Came()


def _enroll_designee(cast: Cast, a: Arguments, at: datetime) -> Came:
    name = cast.new_name(a.get("id", "D1"))
    through = a.get("attested_through") or _year_less_a_day(at)
    own = [cast.prescriber(a.get("prescriber", "P1"))]
    cast.designees[name] = participants.enroll_designee(
        name=name, prescribers=own, attested_through=through, by=PROGRAM, at=at
    )
    return Came()


def _certify(cast: Cast, a: Arguments, at: datetime) -> Came:
    through = a.get("certified_through") or _year_less_a_day(at)
    participants.certify(party=cast.party(a.get("id", "P1")), certified_through=through, by=PROGRAM, at=at)
    return Came()


def _suspend(cast: Cast, a: Arguments, at: datetime) -> Came:
    participants.suspend(party=cast.party(a.get("id", "P1")), by=PROGRAM, at=at)
    return Came()


def _reinstate(cast: Cast, a: Arguments, at: datetime) -> Came:
    participants.reinstate(party=cast.party(a.get("id", "P1")), by=PROGRAM, at=at)
    return Came()


def _enroll(cast: Cast, a: Arguments, at: datetime) -> Came:
    name = a.get("registrant", "R1")
    prescriber = cast.prescriber(a.get("prescriber", "P1"))
    by = cast.by({"prescriber": a.get("prescriber", "P1"), "registrant": None, "by": a.get("by")})
    category = RiskCategory(a.get("category", RiskCategory.CAN_BECOME_PREGNANT))
    basis = a.get("basis") or ""
    if name in cast.registrants:
        registrants.enroll_again(
            registrant=cast.registrant(name),
            prescriber=prescriber,
            born_on=a.get("born"),
            category=category,
            basis=basis,
            by=by,
            at=at,
        )
    else:
        cast.registrants[name] = registrants.enroll(
            prescriber=prescriber, born_on=a.get("born", BORN), category=category, basis=basis, by=by, at=at
        )
    return Came()


def _signer(cast: Cast, registrant: Registrant, signer: Signer, a: Arguments) -> By:
    if signer == Signer.PRESCRIBER:
        return cast.by(a)
    return by_registrant(registrant, signer.value)


def _sign(cast: Cast, a: Arguments, at: datetime) -> Came:
    registrant = cast.registrant(a.get("registrant", "R1"))
    signer = a.get("signer", Signer.REGISTRANT)
    sign(
        registrant=registrant,
        form=a.get("form", "informed_consent"),
        signer=signer,
        by=_signer(cast, registrant, signer, a),
        at=at,
    )
    return Came()


def _sign_all(cast: Cast, a: Arguments, at: datetime) -> Came:
    registrant = cast.registrant(a.get("registrant", "R1"))
    minor = is_minor(registrant.born_on, program_day(at))
    signers = [Signer.REGISTRANT, *([Signer.GUARDIAN] if minor else []), Signer.PRESCRIBER]
    for form in REQUIRED_FORMS[RiskCategory(registrant.category)]:
        for signer in signers:
            sign(registrant=registrant, form=form, signer=signer, by=_signer(cast, registrant, signer, a), at=at)
    return Came()


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


def _check(cast: Cast, a: Arguments, at: datetime) -> Came:
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    days_supply = a.get("days_supply", 30)
    authorizations.check_days(days_supply)
    decision = eligibility_of(registrant, pharmacy, days_supply, at)
    if not decision.allowed:
        return Came("denied", overlays=decision.overlays, refusals=decision.refusals)
    return Came("authorized", decision.do_not_dispense_after, decision.overlays)


def _authorize(cast: Cast, a: Arguments, at: datetime) -> Came:
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    issued = authorizations.authorize(
        registrant=registrant,
        pharmacy=pharmacy,
        days_supply=a.get("days_supply", 30),
        by=by_pharmacy(pharmacy, "rehearsal"),
        at=at,
    )
    return Came("authorized", issued.do_not_dispense_after)


def _dispense(cast: Cast, a: Arguments, at: datetime) -> Came:
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    by = by_pharmacy(pharmacy, "rehearsal")
    dispensed = authorizations.dispense(registrant=registrant, pharmacy=pharmacy, by=by, at=at)
    return Came("dispensed", dispensed.do_not_dispense_after)


def _reverse(cast: Cast, a: Arguments, at: datetime) -> Came:
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    given_back = authorizations.reverse(
        registrant=registrant, pharmacy=pharmacy, by=by_pharmacy(pharmacy, "rehearsal"), at=at
    )
    return Came("reversed", given_back.do_not_dispense_after)


def _report_dispense(cast: Cast, a: Arguments, at: datetime) -> Came:
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    authorizations.report_dispense(
        registrant=cast.registrant_at_counter(a.get("registrant", "R1")),
        pharmacy=pharmacy,
        days_supply=a.get("days_supply", 30),
        by=by_pharmacy(pharmacy, "rehearsal"),
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


def _sweep(cast: Cast, a: Arguments, at: datetime) -> Came:
    report = run_sweep(at=at)
    if report.failures or report.skipped:
        raise RuntimeError(f"the sweep did not do its work: {report.failures or 'another is running'}")
    return Came()


PLAYS: dict[str, Callable[[Cast, Arguments, datetime], Came]] = {
    "enroll_prescriber": _enroll_prescriber,
    "enroll_pharmacy": _enroll_pharmacy,
    "enroll_designee": _enroll_designee,
    "certify": _certify,
    "suspend": _suspend,
    "reinstate": _reinstate,
    "enroll": _enroll,
    "sign": _sign,
    "sign_all": _sign_all,
    "test": _test,
    "correct_test": _correct_test,
    "permit_home_tests": _of_registrant(pregnancy_tests.permit_home_tests),
    "withdraw_home_tests": _of_registrant(pregnancy_tests.withdraw_home_tests),
    "confirm": _confirm,
    "answer": _answer,
    "check": _check,
    "authorize": _authorize,
    "dispense": _dispense,
    "reverse": _reverse,
    "report_dispense": _report_dispense,
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
