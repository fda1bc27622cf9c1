"""Consent: which signatures are there, which are missing, and the day enrollment was complete (section 3)."""

from datetime import date

from .oracle_history import Person, Signature
from .oracle_words import CAN, NEW_BIRTH_DEFECTS_FORM, Reasons, turns_18

INFORMED = "informed_consent"
BIRTH_DEFECTS = "birth_defects_consent"


def required_forms(person: Person) -> list[str]:
    """Section 3.2: informed consent for everyone, the other for can_become_pregnant too."""
    return [INFORMED, BIRTH_DEFECTS] if person.category == CAN else [INFORMED]


def signatures(person: Person, form: str) -> dict[str, Signature]:
    """The signatures on a form that count in the present course (section 13, Consent and Endings).

    An enrollment wants everything anew; a change of category keeps what was signed since the enrollment,
    unless it needs a text that did not exist then.
    """
    enrolled = [course for course in person.courses if course.begun_by == "enroll"][-1]
    found: dict[str, Signature] = {}
    for signature in person.signatures:
        if signature.seq < enrolled.seq or signature.form != form:
            continue
        late_course = person.course.first_day >= NEW_BIRTH_DEFECTS_FORM
        if form == BIRTH_DEFECTS and late_course and signature.day < NEW_BIRTH_DEFECTS_FORM:
            continue
        found.setdefault(signature.signer, signature)
    return found


def own_signatures(person: Person, form: str) -> list[Signature]:
    """All that the registrant signed on a form, of whichever version."""
    return [s for s in person.signatures if s.form == form and s.signer == "registrant"]


def text_being_signed(person: Person, form: str, today: date) -> dict[str, Signature]:
    """Section 13, Consent: the old text's signatures until it is complete; then, from 2026-11-15, the new text's."""
    there = signatures(person, form)
    renewed = form == BIRTH_DEFECTS and today >= NEW_BIRTH_DEFECTS_FORM
    if not renewed or not is_complete(person, there, today):
        return there
    if min(signature.day for signature in there.values()) >= NEW_BIRTH_DEFECTS_FORM:
        return there
    return newer_text(person, form, there)


def newer_text(person: Person, form: str, there: dict[str, Signature]) -> dict[str, Signature]:
    """The signatures under the text of 2026 made after an older one was complete."""
    done = max(signature.seq for signature in there.values())
    new = [s for s in person.signatures if s.form == form and s.day >= NEW_BIRTH_DEFECTS_FORM and s.seq > done]
    return {signature.signer: signature for signature in reversed(new)}


def is_minor(person: Person, there: dict[str, Signature], today: date) -> bool:
    """Section 13, Consent: minority is judged on the day the registrant signs (today, while unsigned)."""
    own = there.get("registrant")
    return (own.day if own else today) < turns_18(person.born)


def is_complete(person: Person, there: dict[str, Signature], today: date) -> bool:
    needed = {"registrant", "prescriber"} | ({"guardian"} if is_minor(person, there, today) else set())
    return needed <= set(there)


def guardian_signs(person: Person, form: str, today: date) -> bool:
    """Section 3.2: nobody signs for an adult."""
    there = text_being_signed(person, form, today)
    return is_minor(person, there, today) or "guardian" in there


def signers(person: Person, form: str, today: date) -> list[str]:
    """Section 3.2: the registrant, a minor's guardian, then the prescriber."""
    guardian = ["guardian"] if is_minor(person, signatures(person, form), today) else []
    return ["registrant", *guardian, "prescriber"]


def consent_reasons(person: Person, today: date) -> Reasons:
    """Section 3.2: every required signer on every required form."""
    return Reasons() if person.ended else missing_signatures(person, today)


def missing_signatures(person: Person, today: date) -> Reasons:
    said = Reasons()
    for form in required_forms(person):
        for signer in signers(person, form, today):
            if signer not in signatures(person, form):
                said.name("guardian_consent_missing" if signer == "guardian" else "consent_missing")
    return said


def countersigning_reasons(person: Person, form: str, today: date) -> Reasons:
    """Section 13, Consent: the prescriber signs after the registrant and the guardian."""
    said = Reasons()
    there = text_being_signed(person, form, today)
    if "registrant" not in there:
        said.name("consent_missing")
    if is_minor(person, there, today) and "guardian" not in there:
        said.name("guardian_consent_missing")
    return said


def enrolled_on(person: Person, today: date) -> date | None:
    """Section 3.3: the day of the last required signature, never before the course began."""
    if missing_signatures(person, today):
        return None
    last = [
        signatures(person, form)[signer].day
        for form in required_forms(person)
        for signer in signers(person, form, today)
    ]
    return max([*last, person.course.first_day])
