"""Registrants brought in from a file and taken back; lists of them taken out."""

from django.contrib.auth.models import User

from pledge.actions import exports, imports, registrants
from pledge.models import EventType, ImportedRegistrant, RegistrantImport
from tests import lives
from tests.pledge.actions.one_step import AT, Step

DIGEST = "ab" * 32


def a_user(program: lives.Program) -> User:
    """The log-in of the program's prescriber; made when first asked for."""
    return User.objects.get_or_create(username=f"desk-{program.prescriber.npi}")[0]


def begun(program: lives.Program) -> RegistrantImport:
    """An import that has begun and has enrolled no one yet."""
    return imports.begin_import(
        prescriber=program.prescriber, file_digest=DIGEST, user=a_user(program), by=program.clinic, at=AT
    )


def imported(program: lives.Program, name: str = "Robin Reyes", line: int = 2) -> ImportedRegistrant:
    """Someone whom an import enrolled."""
    taken_in = begun(program)
    taking = imports.TakingIn(
        program.prescriber, (name, lives.GROWN_UP), again=None, taken_in=taken_in, line=line, by=program.clinic, at=AT
    )
    registrant = registrants.enroll(
        prescriber=program.prescriber, born_on=lives.GROWN_UP, contact={"name": name}, by=program.clinic, at=AT,
        memory=taking,
    )  # fmt: skip
    return ImportedRegistrant.objects.get(registrant=registrant)


def _begin_import(program: lives.Program) -> Step:
    given = {"prescriber": program.prescriber, "file_digest": DIGEST, "user": a_user(program)}
    return Step(imports.begin_import, EventType.REGISTRANTS_IMPORTED, given, program.clinic)


def _withdraw_enrollment(program: lives.Program) -> Step:
    given = {"imported": imported(program)}
    return Step(imports.withdraw_enrollment, EventType.ENROLLMENT_WITHDRAWN, given, program.clinic)


def _make_export(program: lives.Program) -> Step:
    given = {"words": {"category": "can_become_pregnant"}, "reason": "recall", "user": a_user(program)}
    return Step(exports.make_export, EventType.REGISTRANTS_EXPORTED, given, program.clinic)


EXCHANGE = {
    "exports.make_export": _make_export,
    "imports.begin_import": _begin_import,
    "imports.withdraw_enrollment": _withdraw_enrollment,
}
