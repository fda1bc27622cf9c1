"""What is still to be signed, by whom and under which version (sections 3 and 13); reads alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from consents.models import FormText, FormVersion, SigningRequest
from consents.vocabulary import ORIGINAL_LANGUAGE
from pledge.facts import record_of
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import REQUIRED_FORMS, acceptable, by_version, is_minor, missing_signers
from pledge.rules.history import Record, Signature
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import ConsentForm, Signer


def texts_to_sign(request: SigningRequest, language: str, at: datetime) -> list[FormText]:
    """Give what a request's signer has still to sign, in order, each in a language or else in the original's.

    It is empty where nothing is left, or the request belongs to a course that is not the present one.

    :raises Refused: with ``not_enrolled`` where the registrant's record was merged into another.
    """
    registrant = request.registrant
    if registrant.course.pk != request.course_id:
        return []
    facts = record_of(registrant, program_day(at), with_signatures=True)
    versions = [version for _, version in owed(facts, Signer(request.signer), at)]
    return [text for version in versions if (text := text_of(version, language)) is not None]


def text_of(version: FormVersion, language: str) -> FormText | None:
    """Give the words of a version in a language, in the original's where it has none; None without approved ones."""
    texts = FormText.objects.served().select_related("form_version").filter(form_version=version)
    by_language = {text.language: text for text in texts}
    return by_language.get(language) or by_language.get(ORIGINAL_LANGUAGE)


def owed(facts: Record, signer: Signer, at: datetime) -> Iterator[tuple[ConsentForm, FormVersion]]:
    """Give each required form that a signer has still to sign, with the version to sign.

    :param facts: gathered with the signatures.
    """
    on = program_day(at)
    if facts.course.ended_on is not None or not may_come(facts, signer, at):
        return
    for form in REQUIRED_FORMS[facts.category]:
        signatures = acceptable(facts.signatures or (), form, facts.course.first_day)
        complete = any(not missing_signers(signed, facts.born_on, on) for signed in by_version(signatures))
        if complete or signer in who(signatures):
            continue
        version = version_to_sign(form, signer, signatures, at)
        signed = [s for s in signatures if s.version == version.version]
        if signer in missing_signers(signed, facts.born_on, on):
            yield form, version


def may_come(facts: Record, signer: Signer, at: datetime) -> bool:
    """Tell whether a signer has a part at all: a guardian's ends with the day on which the registrant is of age."""
    return signer is not Signer.GUARDIAN or is_minor(facts.born_on, program_day(at))


def who(signed: Sequence[Signature]) -> set[Signer]:
    """Give who has signed."""
    return {signature.signer for signature in signed}


def version_to_sign(form: ConsentForm, signer: Signer, signatures: Sequence[Signature], at: datetime) -> FormVersion:
    """Give the version whose signing is under way and still lacks this signer, else the one in force today.

    :param signatures: those under this form that count in the course.
    :raises Rejected: where no version is in force.
    """
    lacking = [s.version for s in signatures if signer not in who([o for o in signatures if o.version == s.version])]
    versions = FormVersion.objects.of(form)
    if lacking:
        return versions.filter(version=lacking[-1])[0]
    in_force = versions.in_force(program_day(at))
    if in_force is None:
        raise Rejected("form", f"no version of {form} is in force")
    return in_force
