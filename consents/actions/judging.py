"""Who may sign what, judged alike however it is signed, and what the last signature completes (sections 3 and 13)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F

from consents.actions.steps import made
from consents.canonical import canonical, digest_of
from consents.models import ConsentRecord, FormText, FormVersion, Scan, SignedConsent, Visit
from consents.owed import text_of, version_to_sign, who
from consents.record import bound_to, record_of, signature_entry
from consents.vocabulary import MEANINGS, ORIGINAL_LANGUAGE, SigningMethod
from pledge import facts as reading
from pledge.actions.steps import complete_enrollment, designee_standing, refuse_unattested
from pledge.models import Course, EventType, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import acceptable, countersigning_refusals, missing_signers
from pledge.rules.refusals import Refusal, RefusalCode, Rejected, refuse_if_any
from pledge.rules.standing import designee_refusals, prescriber_refusals
from pledge.rules.vocabulary import Actor, ConsentForm, Signer
from pledge.trail import By, record


class Judged(NamedTuple):
    """A signature that may be given: whose, under which version, beside which, and the one that stands already.

    ``course`` is the one in which this version was begun to be signed; a change of category may have followed.
    """

    row: Registrant
    version: FormVersion
    signer: Signer
    beside: list[SignedConsent]
    stands: SignedConsent | None
    course: Course

    @property
    def text(self) -> FormText | None:
        """The words that every signature under this version is bound to: those that were signed first."""
        return next((signature.text for signature in self.beside if signature.text is not None), None)


def judge(row: Registrant, form: ConsentForm, signer: Signer, *, by: By, at: datetime) -> Judged:
    """Judge whether a signer may sign a form now, and under which version.

    :param row: locked before.
    """
    on = program_day(at)
    facts = reading.record_of(row, on, with_signatures=True)
    if facts.course.ended_on is not None:
        refuse_if_any([Refusal(RefusalCode.TREATMENT_ENDED)])
    signatures = acceptable(facts.signatures or (), form, facts.course.first_day)
    version = version_to_sign(form, signer, signatures, at)
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
    elif signer == Signer.GUARDIAN and signer not in {*missing_signers(signed, row.born_on, on), *who(signed)}:
        raise Rejected("signer", "the registrant is of age: no parent or guardian signs")
    refuse_unattested(by, at)
    beside = standing(row, version)
    stands = next((one for one in beside if one.signer == signer), None)
    return Judged(row, version, signer, beside, stands, beside[0].course if beside else row.course)


def standing(row: Registrant, version: FormVersion) -> list[SignedConsent]:
    """Give the signatures under a version that count in the present course, in the order in which they were given."""
    rows = SignedConsent.objects.counting().filter(registrant=row, form_version=version).order_by("id")
    present = {"registrant__courses__is_current": True, "signed_at__gte": F("registrant__courses__consents_since")}
    return list(rows.filter(**present).select_related("text__form_version", "scan", "registrant", "course__registrant"))


def keep(
    judged: Judged,
    *,
    name: str,
    method: SigningMethod,
    text: FormText | None,
    entry: Mapping[str, Any] | None = None,
    visit: Visit | None = None,
    scan: Scan | None = None,
    at: datetime,
) -> SignedConsent:
    """Write a signature; where it has a text, bound to the words of the record.

    Those are the words that were signed first. Whoever read them in another language has what they read beside them.

    :param text: the words that the signer read.
    :param entry: what the record will say of it besides signer, name, method and instant.
    """
    said = dict(entry or {})
    bound = {}
    if text is not None:
        first = judged.text or text
        if first != text:
            read = {"language": text.language, "digest": text.digest, "body": text.body}
            said["evidence"] = {**said.get("evidence", {}), "read": read}
        whole = signature_entry(
            signer=judged.signer, name=name, method=method, signed_at=at, scan=scan.digest if scan else "", **said
        )
        bound = {"meaning": MEANINGS[judged.signer], "binding": bound_to(first, whole, judged.course)}
    return SignedConsent.objects.create(
        registrant=judged.row,
        course=judged.course,
        form_version=judged.version,
        signer=judged.signer,
        signer_name=name,
        signed_at=at,
        signed_on=program_day(at),
        method=method,
        text=text,
        visit=visit,
        scan=scan,
        **said,
        **bound,
    )


def conclude(judged: Judged, signature: SignedConsent, *, act: str, by: By, at: datetime) -> None:
    """Complete what this signature completes, the form's record and the enrollment, and record the event."""
    row, version = judged.row, judged.version
    changes = [made(signature), *complete_enrollment(row, row.course, at=at)]
    signed = [s for s in reading.signatures_of(row) if s.form == version.form and s.version == version.version]
    complete = not missing_signers(signed, row.born_on, program_day(at))
    changes.append({"form": {version.form: [None, "complete" if complete else "signed"]}})
    if complete:
        changes.extend(_write_record(judged, at))
    record(EventType.FORM_SIGNED, act=act, by=by, at=at, registrant=row, about=signature, changes=changes)


def _write_record(judged: Judged, at: datetime) -> Iterator[dict[str, Any]]:
    """Write the record of a form that everyone has signed; facts recorded without text or scan make none."""
    signatures = standing(judged.row, judged.version)
    text = signatures[0].text
    if text is None or any(signature.text is None for signature in signatures):
        return
    content = canonical(record_of(text, signatures, completed_at=at))
    kept = ConsentRecord.objects.create(
        registrant=judged.row,
        course=judged.course,
        text=text,
        content=content,
        digest=digest_of(content),
        completed_at=at,
    )
    yield {f"consentrecord:{kept.pk}": {"digest": [None, kept.digest]}}


def original(version: FormVersion) -> FormText | None:
    """Give a version's words in the original language, once they are approved and published."""
    return text_of(version, ORIGINAL_LANGUAGE)


def _countersigner_refusals(by: By, on: date) -> Iterator[Refusal]:
    """Name why someone cannot countersign: only the prescriber does, in person (section 13, Standing)."""
    yield from designee_refusals(designee_standing(by), on)
    if by.designee is not None or by.prescriber is None:
        yield Refusal(RefusalCode.CONSENT_MISSING, left_to=Actor.PRESCRIBER)
