"""Enrollment: categories, required consents and the day on which they are complete (section 3)."""

from collections.abc import Iterable, Iterator
from datetime import date

from pledge.rules.calendar import birthday
from pledge.rules.editions import edition_on
from pledge.rules.history import Record, Signature
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import Actor, Basis, ConsentForm, RiskCategory, Signer

REQUIRED_FORMS: dict[RiskCategory, tuple[ConsentForm, ...]] = {
    RiskCategory.CAN_BECOME_PREGNANT: (ConsentForm.INFORMED_CONSENT, ConsentForm.BIRTH_DEFECTS_CONSENT),
    RiskCategory.CANNOT_BECOME_PREGNANT: (ConsentForm.INFORMED_CONSENT,),
}


def category_refusals(category: RiskCategory, basis: str | None) -> Iterator[Refusal]:
    """Name a basis that does not make someone unable to become pregnant (sections 1 and 13)."""
    if category == RiskCategory.CANNOT_BECOME_PREGNANT and basis not in set(Basis):
        yield Refusal(RefusalCode.CATEGORY_UNCONFIRMED)


def is_minor(born_on: date, on: date) -> bool:
    """Tell whether a person born on ``born_on`` is under age on ``on`` (section 3)."""
    return on < birthday(born_on, edition_on(on).age_of_majority)


def acceptable(signatures: Iterable[Signature], form: ConsentForm, course_first_day: date) -> list[Signature]:
    """Give the signatures under a form that count in a course.

    The version in force when the course began, or any later one, does (section 13: only enrollment, re-enrollment
    and a change to ``can_become_pregnant`` are refused without the newest).
    """
    return [
        signature
        for signature in signatures
        if signature.form == form and (signature.superseded_on is None or signature.superseded_on > course_first_day)
    ]


def required_signers(signed: Iterable[Signature], born_on: date, today: date) -> tuple[Signer, ...]:
    """Give who must sign one version of a form; minority is judged on the day the registrant signs it.

    While the registrant has not signed, that day is ``today`` (section 13).
    """
    signing_day = min((s.signed_on for s in signed if s.signer == Signer.REGISTRANT), default=today)
    if is_minor(born_on, signing_day):
        return (Signer.REGISTRANT, Signer.GUARDIAN, Signer.PRESCRIBER)
    return (Signer.REGISTRANT, Signer.PRESCRIBER)


def missing_signers(signed: Iterable[Signature], born_on: date, today: date) -> tuple[Signer, ...]:
    """Give who has still to sign one version of a form, in the order of signing."""
    signed = list(signed)
    present = {signature.signer for signature in signed}
    return tuple(signer for signer in required_signers(signed, born_on, today) if signer not in present)


def form_completed_on(signed: Iterable[Signature], born_on: date, today: date) -> date | None:
    """Give the day of the last required signature under one version of a form, or None."""
    signed = list(signed)
    if missing_signers(signed, born_on, today):
        return None
    first_by_signer = {
        signer: min(s.signed_on for s in signed if s.signer == signer)
        for signer in required_signers(signed, born_on, today)
    }
    return max(first_by_signer.values())


def by_version(signatures: Iterable[Signature]) -> list[list[Signature]]:
    """Group the signatures under one form by its version."""
    versions: dict[str, list[Signature]] = {}
    for signature in signatures:
        versions.setdefault(signature.version, []).append(signature)
    return list(versions.values())


def enrolled_on(
    signatures: Iterable[Signature], category: RiskCategory, born_on: date, course_first_day: date, today: date
) -> date | None:
    """Give the program day on which the last required consent became complete, or None while one is missing.

    It is never before the first day of the course (section 3.3).
    """
    signatures = list(signatures)
    days = [course_first_day]
    for form in REQUIRED_FORMS[category]:
        versions = by_version(acceptable(signatures, form, course_first_day))
        completed = [day for signed in versions if (day := form_completed_on(signed, born_on, today)) is not None]
        if not completed:
            return None
        days.append(min(completed))
    return max(days)


def _most_complete(signatures: Iterable[Signature], born_on: date, today: date) -> tuple[Signer, ...]:
    versions = by_version(signatures) or [[]]
    return min((missing_signers(signed, born_on, today) for signed in versions), key=len)


def consent_refusals(record: Record, on: date) -> Iterator[Refusal]:
    """Name the consents that are missing (sections 3 and 13); none once the course is enrolled."""
    if record.course.enrolled_on is not None:
        return
    still: set[Signer] = set()
    for form in REQUIRED_FORMS[record.category]:
        signed = acceptable(record.signatures or (), form, record.course.first_day)
        still.update(_most_complete(signed, record.born_on, on))
    if still != {Signer.GUARDIAN}:
        countersigned_last = Signer.PRESCRIBER in still and Signer.REGISTRANT not in still
        yield Refusal(RefusalCode.CONSENT_MISSING, left_to=Actor.PRESCRIBER if countersigned_last else None)
    if Signer.GUARDIAN in still:
        yield Refusal(RefusalCode.GUARDIAN_CONSENT_MISSING)


def countersigning_refusals(signed: Iterable[Signature], born_on: date, on: date) -> Iterator[Refusal]:
    """Name whose signature must come before the prescriber's (section 13)."""
    missing = missing_signers(signed, born_on, on)
    if Signer.REGISTRANT in missing:
        yield Refusal(RefusalCode.CONSENT_MISSING)
    if Signer.GUARDIAN in missing:
        yield Refusal(RefusalCode.GUARDIAN_CONSENT_MISSING)
