"""Taking rows in, for real or as a rehearsal: one function does both, so that what is shown before is what is done."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from pledge.actions import imports, registrants
from pledge.actions.imports import TakingIn, ThereAlready
from pledge.actions.same_person import called
from pledge.admin.exchange.rows import Person, Problem, Row
from pledge.models import Prescriber, Registrant, RegistrantImport
from pledge.rules.refusals import Refused, Rejected
from pledge.rules.vocabulary import Word
from pledge.trail import By

COLUMN_OF = {"born": "born_on"}  # as the action names an input, and as the file does


class Verdict(Word):
    """What becomes of a row; in a rehearsal, what would."""

    ENROLLED = "enrolled", "Enrolled"
    AGAIN = "again", "Enrolled again under the old number"
    THERE = "there", "There already: nothing to do"
    WRONG = "wrong", "Left out: something is wrong"


class Judged(NamedTuple):
    """A row and what becomes of it, with every reason where it is left out or no longer there to be seen."""

    row: Row
    verdict: Verdict
    problems: tuple[Problem, ...] = ()


def take_rows(
    rows: Iterable[Row], prescriber: Prescriber, *, taken_in: RegistrantImport | None = None, by: By, at: datetime
) -> list[Judged]:
    """Take rows in, each in a transaction of its own: one that is left out holds up no other.

    :param taken_in: the import that has begun; without one, nothing is done and everything is judged all the same.
    """
    rows = list(rows)
    known = _known(prescriber, rows)
    return [_take(row, prescriber, taken_in, by, at, known) for row in rows]


def count_of(judged: Iterable[Judged]) -> dict[str, int]:
    """Count the rows by their verdict, in words for a page."""
    counted = Counter(one.verdict for one in judged)
    return {verdict.value: counted[verdict] for verdict in Verdict}


def _known(prescriber: Prescriber, rows: Iterable[Row]) -> dict[tuple[str, date], tuple[Registrant, bool]]:
    """Give whom of the file the prescriber has, in one statement; with each, whether the enrollment was taken back."""
    days = {row.person.born_on for row in rows if row.person is not None}
    own = Registrant.objects.not_merged().of_prescriber(prescriber).filter(born_on__in=days)
    standing = set(own.not_withdrawn().values_list("pk", flat=True))
    found: dict[tuple[str, date], tuple[Registrant, bool]] = {}
    for one in sorted(own, key=lambda one: (one.pk in standing, one.pk)):  # who stands comes last, and counts
        found[called(one.name), one.born_on] = (one, one.pk not in standing)
    return found


def _take(
    row: Row,
    prescriber: Prescriber,
    taken_in: RegistrantImport | None,
    by: By,
    at: datetime,
    known: dict[tuple[str, date], tuple[Registrant, bool]],
) -> Judged:
    if row.person is None:
        return Judged(row, Verdict.WRONG, row.problems)
    person = row.person
    former, was_withdrawn = known.get(person.key, (None, False))
    if former is not None and not was_withdrawn:
        return Judged(row, Verdict.THERE)
    act, given = _act(person, prescriber, former)
    taking = TakingIn(
        prescriber, (person.name, person.born_on), again=former, taken_in=taken_in, line=row.line,
        contact=person.contact, by=by, at=at,
    )  # fmt: skip
    try:
        if taken_in is None:
            imports.rehearse(act, taking, **given, by=by, at=at)
        else:
            act(**given, by=by, at=at, memory=taking)
    except ThereAlready as there:
        return Judged(row, Verdict.THERE, (Problem("", there.since),) if there.since else ())
    except Rejected as rejected:
        column = COLUMN_OF.get(rejected.field, "")
        return Judged(row, Verdict.WRONG, (Problem(column, f"{rejected.message[:1].upper()}{rejected.message[1:]}."),))
    except Refused as refused:
        return Judged(row, Verdict.WRONG, tuple(_said(refused)))
    return Judged(row, Verdict.ENROLLED if former is None else Verdict.AGAIN)


def _act(
    person: Person, prescriber: Prescriber, former: Registrant | None
) -> tuple[Callable[..., Any], dict[str, Any]]:
    given: dict[str, Any] = {"prescriber": prescriber, "born_on": person.born_on}
    given |= {"category": person.category, "basis": person.basis}
    if former is not None:
        return registrants.enroll_again, {**given, "registrant": former}
    return registrants.enroll, {**given, "contact": person.contact}


def _said(refused: Refused) -> Iterable[Problem]:
    for refusal in refused.refusals:
        column = "basis" if refusal.code.value == "category_unconfirmed" else ""
        yield Problem(column, f"{refusal.sentence} {refusal.next_step}")
