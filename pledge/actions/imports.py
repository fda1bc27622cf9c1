"""Registrants brought in from a file: each is enrolled by the same action as by hand, and may be taken back."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from pledge.actions.same_person import of_the_same_person, since_brought
from pledge.actions.steps import check_scope, lock_own, refuse_unattested
from pledge.frame import Foreseen, Foresight, action
from pledge.models import Course, EventType, ImportedRegistrant, Prescriber, ProgramEvent, Registrant, RegistrantImport
from pledge.rows import insert
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refused, Rejected
from pledge.rules.vocabulary import Ending, Scope
from pledge.trail import By, changed, created, record

ANOTHER_PERSON = "Another person of this name and date of birth is enrolled by hand."


class ThereAlready(Exception):
    """The person of a row is a registrant of the prescriber, became one meanwhile, or came with an earlier import."""

    def __init__(self, since: str = "") -> None:
        """Take what has become of them, where the record no longer shows that they are there."""
        self.since = since
        super().__init__(since)


@action
def begin_import(*, prescriber: Prescriber, file_digest: str, user: Any, by: By, at: datetime) -> RegistrantImport:
    """Begin to take in a file for a prescriber; the same file again goes on with what was begun, and changes nothing.

    :param file_digest: the file's SHA-256 in hexadecimal.
    :param user: the log-in that brings it.
    :raises Rejected: for another prescriber, or beyond a designee's scope.
    """
    prescriber = Prescriber.objects.locked(prescriber.pk)
    if by.prescriber != prescriber:
        raise Rejected("prescriber", "registrants are brought in for the prescriber who acts, or is acted for")
    check_scope(by, Scope.ENROLLMENT, at)
    refuse_unattested(by, at)
    begun = RegistrantImport.objects.filter(prescriber=prescriber, file_digest=file_digest, undone_at=None).first()
    if begun is not None:
        return begun
    row = RegistrantImport.objects.create(user=user, prescriber=prescriber, file_digest=file_digest, made_at=at)
    record(EventType.REGISTRANTS_IMPORTED, act="imports.begin_import", by=by, at=at, about=row, changes=[created(row)])
    return row


@action
def withdraw_enrollment(*, imported: ImportedRegistrant, by: By, at: datetime) -> Course:
    """Take back an enrollment that came from a file, while nothing else has happened to the registrant.

    The course ends as entered by mistake: they leave lists and counts, are told nothing further, and keep their
    number and trail.

    :raises Rejected: with what has happened since.
    """
    row = lock_own(imported.registrant, by, at=at, scope=Scope.ENROLLMENT)
    refuse_unattested(by, at)
    course = row.course
    reason = why_kept(imported, course, happened_to([row.pk]).get(row.pk, []))
    if reason:
        raise Rejected("registrant", reason)
    changes = [changed(course, ended_on=program_day(at), ended_at=at, ending=Ending.WITHDRAWN)]
    taken_in = RegistrantImport.objects.select_for_update(no_key=True).get(pk=imported.taken_in_id)
    if taken_in.undone_at is None:
        changes.append(changed(taken_in, undone_at=at))
    record(EventType.ENROLLMENT_WITHDRAWN, act="imports.withdraw_enrollment", by=by, at=at, registrant=row,
           about=course, changes=changes)  # fmt: skip
    return course


def why_kept(imported: ImportedRegistrant, course: Course, events: Iterable[ProgramEvent]) -> str:
    """Give why an enrollment from a file is not taken back any more; empty where it may be.

    :param course: the registrant's present course.
    :param events: the registrant's, as :func:`happened_to` gives them.
    """
    if course.pk != imported.course_id:
        return "another course has begun since"
    if course.ending == Ending.WITHDRAWN:
        return "taken back already"
    begun = None
    for event in events:
        if _is_of_the_import(event, course):
            begun = begun or event
        elif begun is not None:
            return f"“{event.get_type_display().lower()}” has happened since, on {program_day(event.at).isoformat()}"
    return "" if begun is not None else "how the course began is not on record"


def happened_to(registrants: Iterable[int]) -> dict[int, list[ProgramEvent]]:
    """Give what people did about registrants, in order, by the registrant's id; not what the night did by itself."""
    events = ProgramEvent.objects.filter(registrant_id__in=list(registrants)).exclude(actor_kind="system")
    found: dict[int, list[ProgramEvent]] = {}
    for event in events.defer("changes", "refusals").order_by("id"):
        found.setdefault(event.registrant_id or 0, []).append(event)
    return found


def _is_of_the_import(event: ProgramEvent, course: Course) -> bool:
    return event.subject == "course" and event.subject_id == course.pk and event.type in _OF_THE_IMPORT


# Recorded about the course itself; a contact that is changed later is recorded about the registrant.
_OF_THE_IMPORT = (EventType.REGISTRANT_ENROLLED, EventType.REGISTRANT_REENROLLED, EventType.CONTACT_CHANGED)


class TakingIn:
    """What an import remembers of one row, in the transaction that enrolls: whom it enrolled, and that once."""

    def __init__(
        self,
        prescriber: Prescriber,
        person: tuple[str, date],
        *,
        again: Registrant | None,
        taken_in: RegistrantImport | None = None,
        line: int = 0,
        contact: dict[str, str] | None = None,
        by: By,
        at: datetime,
    ) -> None:
        """Take who is enrolled, by name and date of birth, and where it is written down; None in a rehearsal.

        :param again: whose enrollment was taken back before and is begun again, with this ``contact``.
        """
        self.prescriber, self.person, self.again = prescriber, person, again
        self.taken_in, self.line, self.contact = taken_in, line, contact or {}
        self.by, self.at = by, at

    def claim(self) -> None:
        """Stop the row where its person is there already; a registrant's lock comes before a prescriber's.

        :raises ThereAlready: where they are, or came meanwhile.
        """
        if self.again is not None:
            Registrant.objects.locked(self.again.pk)
        Prescriber.objects.locked(self.prescriber.pk)
        there, former = of_the_same_person(self.prescriber, *self.person)
        if there is not None or (former is None) != (self.again is None):
            raise ThereAlready
        since = since_brought(self.prescriber, *self.person) if self.again is None else ""
        if since:
            raise ThereAlready(f"Came with an earlier import, and {since} since. {ANOTHER_PERSON}")
        if self.taken_in is not None and self.taken_in.registrants.filter(line=self.line).exists():
            raise ThereAlready("Came with this import, and was taken back meanwhile. Bring the file again.")

    def keep(self, outcome: Any) -> None:
        """Write down whom the row enrolled; a refusal enrolled no one."""
        if isinstance(outcome, Refused):
            return
        course = outcome.course
        if self.again is not None:
            changes = changed(outcome, **self.contact)
            if changes:
                record(EventType.CONTACT_CHANGED, act="registrants.change_contact", by=self.by, at=self.at,
                       registrant=outcome, about=course, changes=[changes])  # fmt: skip
        if self.taken_in is not None:
            insert(ImportedRegistrant(taken_in=self.taken_in, line=self.line, registrant=outcome, course=course))


class Rehearsal(Foresight):
    """The same memory in a dry run: it claims and keeps as the real run does, and lets nothing of it stay."""

    def __init__(self, taking: TakingIn) -> None:
        """Take what the real run would remember."""
        super().__init__(taking.keep)
        self.taking = taking

    def claim(self) -> None:
        """Claim as the real run does."""
        self.taking.claim()


def rehearse(act: Callable[..., Any], taking: TakingIn, **given: Any) -> None:
    """Take in one row for real and take it back; raises whatever the real run would."""
    with suppress(Foreseen):
        act(**given, memory=Rehearsal(taking))
