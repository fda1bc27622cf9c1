"""Steps of people and parties: enrolled, certified, suspended, signing."""

from datetime import date, datetime, timedelta

from config.rehearsal.came import Arguments, Came
from config.rehearsal.cast import PROGRAM, Cast
from consents.actions import signing
from pledge.actions import participants, registrants
from pledge.facts import signatures_of
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import REQUIRED_FORMS, by_version, required_signers
from pledge.rules.vocabulary import ConsentForm, RiskCategory, Signer
from pledge.trail import By, by_registrant

BORN = date(1998, 4, 2)


def _year_less_a_day(at: datetime) -> date:
    day = program_day(at)
    try:
        next_year = day.replace(year=day.year + 1)
    except ValueError:
        next_year = date(day.year + 1, 3, 1)
    return next_year - timedelta(days=1)


def enroll_prescriber(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Enroll and certify a prescriber, by default for a year less a day."""
    name = cast.new_name(a.get("id", "P1"))
    through = a.get("certified_through") or _year_less_a_day(at)
    cast.prescribers[name] = participants.enroll_prescriber(
        npi=str(len(cast.prescribers) + 1), name=name, certified_through=through, by=PROGRAM, at=at
    )
    return Came()


def enroll_pharmacy(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Register and activate a pharmacy, by default for a year less a day."""
    name = cast.new_name(a.get("id", "A"))
    through = a.get("certified_through") or _year_less_a_day(at)
    cast.pharmacies[name] = participants.enroll_pharmacy(
        number=str(len(cast.pharmacies) + 1), name=name, certified_through=through, by=PROGRAM, at=at
    )
    return Came()


def enroll_designee(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Enroll and attest a designee, by default for a year less a day."""
    name = cast.new_name(a.get("id", "D1"))
    through = a.get("attested_through") or _year_less_a_day(at)
    own = [cast.prescriber(a.get("prescriber", "P1"))]
    cast.designees[name] = participants.enroll_designee(
        name=name, prescribers=own, attested_through=through, by=PROGRAM, at=at
    )
    return Came()


def certify(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Certify a party anew."""
    through = a.get("certified_through") or _year_less_a_day(at)
    participants.certify(party=cast.party(a.get("id", "P1")), certified_through=through, by=PROGRAM, at=at)
    return Came()


def suspend(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Suspend a party."""
    participants.suspend(party=cast.party(a.get("id", "P1")), by=PROGRAM, at=at)
    return Came()


def reinstate(cast: Cast, a: Arguments, at: datetime) -> Came:
    """End a party's suspension."""
    participants.reinstate(party=cast.party(a.get("id", "P1")), by=PROGRAM, at=at)
    return Came()


def enroll(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Enroll a registrant, or again after an ending."""
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


def _signing(cast: Cast, registrant: Registrant, signer: Signer, a: Arguments) -> By:
    if signer == Signer.PRESCRIBER:
        return cast.by(a)
    return by_registrant(registrant, signer.value)


def sign(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Sign one form as one signer."""
    registrant = cast.registrant(a.get("registrant", "R1"))
    signer = a.get("signer", Signer.REGISTRANT)
    signing.sign(
        registrant=registrant,
        form=a.get("form", "informed_consent"),
        signer=signer,
        by=_signing(cast, registrant, signer, a),
        at=at,
    )
    return Came()


def sign_all(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Sign every required form as every required signer."""
    registrant = cast.registrant(a.get("registrant", "R1"))
    for form in REQUIRED_FORMS[RiskCategory(registrant.category)]:
        for signer in Signer:  # the registrant first, whose day of signing says whether a guardian is required
            if signer != Signer.GUARDIAN or signer in _required(registrant, form, at):
                by = _signing(cast, registrant, signer, a)
                signing.sign(registrant=registrant, form=form, signer=signer, by=by, at=at)
    return Came()


def _required(registrant: Registrant, form: ConsentForm, at: datetime) -> tuple[Signer, ...]:
    signed = [signature for signature in signatures_of(registrant) if signature.form == form]
    return required_signers(by_version(signed)[-1], registrant.born_on, program_day(at))
