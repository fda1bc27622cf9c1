"""How a registrant stands, line by line in words: what of it a step can change."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone

from pledge.admin.whereabouts import gate_today, long, unsigned, whereabouts
from pledge.facts import record_of
from pledge.models import Authorization, Course, Deviation, FollowUp, PregnancyTest, PrescriptionWindow, Registrant
from pledge.rules.calendar import days_after, program_day
from pledge.rules.dispensing import Decision
from pledge.rules.editions import edition_on
from pledge.rules.history import Record
from pledge.rules.refusals import Refusal
from pledge.rules.vocabulary import AuthorizationStatus

UNDISPENSED = (AuthorizationStatus.ISSUED, AuthorizationStatus.SUSPENDED)


# What a line is about, and which of several; never the number of a row, which a step taken back would use up.
Key = tuple[str, int | str]


class Snapshot(NamedTuple):
    """How a registrant stands at one instant: what each line is about, and what it says."""

    number: str
    lines: dict[Key, str]
    reasons: tuple[Refusal, ...]


def snapshot_of(registrant: Registrant, at: datetime) -> Snapshot:
    """Look at a registrant's rows afresh; of a record merged away, nothing but that is left to say."""
    on = program_day(at)
    [row] = Registrant.objects.filter(pk=registrant.pk).select_related("prescriber", "merged_into")
    if row.merged_into is not None:
        return Snapshot(row.number, {("Record", 1): f"Merged into number {row.merged_into.number}, and closed"}, ())
    record = record_of(row, on)
    gate = gate_today(record, on)
    lines = {
        ("Where they stand", 1): whereabouts(record, on).sentence,
        ("A pharmacy that asks today is told", 1): _told(gate),
        ("Prescriber", 1): f"{row.prescriber.name}, NPI {row.prescriber.npi}",
        ("Risk category", 1): _with_basis(row),
        ("On hold", 1): f"Since {long(row.hold_since)}" if row.hold_since else "",
        **_course(row, record, on),
        **dict(_windows(row, on)),
        **dict(_authorizations(row)),
        **dict(_tests(row)),
        **dict(_raised(row)),
    }
    return Snapshot(row.number, lines, gate.refusals)


def _told(gate: Decision) -> str:
    if not gate.allowed:
        classes = dict.fromkeys(refusal.code.pharmacy_class for refusal in gate.refusals)
        return "No. " + " ".join(told.label for told in classes)
    through = gate.do_not_dispense_after
    return f"Yes, through {long(through)}" if through else "Yes"


def _with_basis(row: Registrant) -> str:
    basis = f" ({row.get_basis_display().lower()})" if row.basis else ""
    return f"{row.get_category_display()}{basis}"


def _course(row: Registrant, record: Record, on: date) -> dict[Key, str]:
    [course] = Course.objects.filter(registrant=row, is_current=True)
    to_sign = unsigned(record, on) if course.enrolled_on is None and course.ended_on is None else ()
    return {
        ("Course of treatment", 1): _of_course(course),
        ("Consents complete", 1): f"On {long(course.enrolled_on)}" if course.enrolled_on else "Not yet",
        ("To sign", 1): "; ".join(f"{form.label} by the {who.label.lower()}" for form, who in to_sign),
        ("Tests still asked for", 1): _after_treatment(course),
    }


def _of_course(course: Course) -> str:
    if course.ended_on is None:
        return f"Course {course.number}, begun {long(course.first_day)}"
    return f"Course {course.number}, ended {long(course.ended_on)}"


def _after_treatment(course: Course) -> str:
    if course.ended_on is None or course.last_dose_on is None or not course.post_treatment_tests_asked:
        return ""
    second = days_after(course.last_dose_on, edition_on(course.ended_on).post_treatment_days)
    return f"One on or after {long(course.last_dose_on)}, and one on or after {long(second)}"


def _windows(row: Registrant, on: date) -> Iterator[tuple[Key, str]]:
    for place, window in enumerate(PrescriptionWindow.objects.filter(registrant=row).order_by("pk")):
        yield ("Window", place), f"{short(window.opens_on)} to {short(window.closes_on)}, {_stands(window, on)}"


def _stands(window: PrescriptionWindow, on: date) -> str:
    if window.cancelled_at is not None:
        return "cancelled"
    if window.stopped_at is not None:
        return f"closed early: {window.get_stop_cause_display().lower()}"
    return "open" if window.opens_on <= on <= window.closes_on else "closed"


def _authorizations(row: Registrant) -> Iterator[tuple[Key, str]]:
    for authorization in Authorization.objects.filter(registrant=row).select_related("pharmacy").order_by("pk"):
        last = authorization.do_not_dispense_after
        printed = f", dispense by {short(last)}" if last and authorization.status in UNDISPENSED else ""
        said = f"{authorization.get_status_display()} at {authorization.pharmacy.name}{printed}"
        yield (f"Authorization {authorization.rma_number}", 1), said


def _tests(row: Registrant) -> Iterator[tuple[Key, str]]:
    for test in PregnancyTest.objects.in_force().filter(registrant=row).order_by("specimen_on", "pk"):
        yield (f"Test of {short(test.specimen_on)}", 1), f"{test.get_result_display()}, {test.get_setting_display()}"


def _raised(row: Registrant) -> Iterator[tuple[Key, str]]:
    for place, deviation in enumerate(
        Deviation.objects.filter(registrant=row).select_related("dispense").order_by("pk")
    ):
        what = f"{deviation.dispense.days_supply} days handed over on {short(deviation.dispense.dispensed_on)}"
        yield ("Deviation", place), f"{deviation.get_kind_display()}: {what}. What was handed over stands."
    for place, follow_up in enumerate(FollowUp.objects.filter(registrant=row).order_by("pk")):
        due = timezone.localtime(follow_up.due_at)
        yield ("Follow-up by the program", place), f"Until {short(due.date())}, {due:%-I:%M %p}"


def short(day: date) -> str:
    """Give a day as it stands in a table."""
    return f"{day:%b} {day.day}, {day.year}"
