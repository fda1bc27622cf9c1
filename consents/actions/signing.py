"""Signing a consent form, as a recorded fact (sections 3 and 13)."""

from collections.abc import Iterator
from datetime import date, datetime

from consents.models import FormVersion, SignedConsent
from pledge.actions.steps import complete_enrollment, designee_standing, lock_own, refuse_unattested
from pledge.facts import record_of, signatures_of
from pledge.frame import action
from pledge.models import Course, EventType, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import acceptable, countersigning_refusals, missing_signers
from pledge.rules.history import Signature
from pledge.rules.refusals import Refusal, RefusalCode, Rejected, refuse_if_any
from pledge.rules.standing import designee_refusals, prescriber_refusals
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import By, created, record


@action
def sign(
    *, registrant: Registrant, form: ConsentForm, signer: Signer, signer_name: str = "", by: By, at: datetime
) -> SignedConsent:
    """Sign the text that is being signed in this course, or the version in force where none is begun.

    The registrant signs first or beside the guardian, the prescriber countersigns last; the last required signature
    completes the enrollment. Signing the same text again gives the signature that stands.
    """
    on = program_day(at)
    row = lock_own(registrant, by, registrant_may=True)
    facts = record_of(row, on, with_signatures=True)
    if facts.course.ended_on is not None:
        refuse_if_any([Refusal(RefusalCode.TREATMENT_ENDED)])
    signatures = acceptable(facts.signatures or (), form, facts.course.first_day)
    version = _version_to_sign(form, signer, signatures, at)
    signed = [s for s in signatures if s.version == version.version]
    if signer == Signer.PRESCRIBER:
        refuse_if_any(
            [
                *_countersigner_refusals(by, on),
                *countersigning_refusals(signed, row.born_on, on),
                *prescriber_refusals(facts.prescriber, on),
            ]
        )
    elif by.registrant is not None and by.kind != signer:
        raise Rejected("signer", "registrant and guardian each sign for themselves")
    elif signer == Signer.GUARDIAN and signer not in {*missing_signers(signed, row.born_on, on), *_who(signed)}:
        raise Rejected("signer", "the registrant is of age: no parent or guardian signs")
    refuse_unattested(by, at)
    course = row.course
    if signer in _who(signed):
        mine = SignedConsent.objects.filter(registrant=row, form_version=version, signer=signer)
        return mine.filter(signed_at__gte=course.consents_since).earliest("id")
    signature = SignedConsent.objects.create(
        registrant=row,
        course=course,
        form_version=version,
        signer=signer,
        signer_name=signer_name,
        signed_at=at,
        signed_on=on,
    )
    _record(row, course, signature, by=by, at=at)
    return signature


def _record(row: Registrant, course: Course, signature: SignedConsent, *, by: By, at: datetime) -> None:
    changes = [created(signature), *complete_enrollment(row, course, at=at)]
    form = signature.form_version.form
    signed = [s for s in signatures_of(row) if s.form == form and s.version == signature.form_version.version]
    complete = not missing_signers(signed, row.born_on, program_day(at))
    changes.append({"form": {form: [None, "complete" if complete else "signed"]}})
    record(EventType.FORM_SIGNED, act="signing.sign", by=by, at=at, registrant=row, about=signature, changes=changes)


def _who(signed: list[Signature]) -> set[Signer]:
    return {signature.signer for signature in signed}


def _countersigner_refusals(by: By, on: date) -> Iterator[Refusal]:
    """Name why someone cannot countersign: only the prescriber does, in person (section 13, Standing)."""
    yield from designee_refusals(designee_standing(by), on)
    if by.designee is not None or by.prescriber is None:
        yield Refusal(RefusalCode.CONSENT_MISSING)


def _version_to_sign(form: ConsentForm, signer: Signer, signatures: list[Signature], at: datetime) -> FormVersion:
    """Give the version whose signing is under way and still lacks this signer, else the one in force today."""
    lacking = [s.version for s in signatures if signer not in {o.signer for o in signatures if o.version == s.version}]
    versions = FormVersion.objects.of(form)
    if lacking:
        return versions.get(version=lacking[-1])
    in_force = versions.in_force(program_day(at))
    if in_force is None:
        raise Rejected("form", f"no version of {form} is in force")
    return in_force
