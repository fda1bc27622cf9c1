"""What waits for program administrators: each task says why, and leads to the page where it is done."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from pledge.admin.oversight.approvals import stands
from pledge.admin.oversight.duplicates import likely_duplicates
from pledge.admin.oversight.guessing import guessing_pharmacies
from pledge.admin.oversight.happened import ABOUT_DISPENSE, happened, time_left
from pledge.models import Designee, Deviation, FollowUp, Pharmacy, Prescriber, Wholesaler
from pledge.models.standing import CertifiedParty
from pledge.rules.calendar import program_day

SHOWN = 5  # of a kind; the rest is one click away
NEWEST_COMPARED = 20_000  # records, for likely duplicates; their own page compares all
URGENT, SOON = "stop", "wait"


class Task(NamedTuple):
    """One thing to do: what, why, and the one button that leads there."""

    title: str
    why: str
    button: str
    address: str
    tone: str = SOON


class Tasks(NamedTuple):
    """The tasks of a kind: the first few, how many there are in all, and where the others are."""

    title: str
    first: list[Task]
    number: int
    others: str = ""

    @property
    def further(self) -> int:
        """How many are not shown here."""
        return self.number - len(self.first)


TASKS: list[Callable[[datetime], Tasks]] = []
"""What other apps have waiting for the program; each gives its tasks at an instant."""


def tasks_at(at: datetime) -> list[Tasks]:
    """Give what waits for the program at an instant, kind by kind, the most urgent kinds first."""
    own = (_follow_ups, _guessing, _deviations, _rules, *TASKS, _certifications, _duplicates)
    return [tasks for made in own if (tasks := made(at)).number]


def _follow_ups(at: datetime) -> Tasks:
    rows = FollowUp.objects.filter(done_at=None).select_related("registrant").order_by("due_at", "pk")
    found = [
        Task(
            "Follow up a pregnancy report",
            f"Registrant {row.registrant.number}. {time_left(row.due_at, at)}.",
            "Open the follow-up",
            reverse("admin:pledge_followup_change", args=[row.pk]),
            URGENT,
        )
        for row in rows[:SHOWN]
    ]
    return Tasks("Follow-ups", found, rows.count(), reverse("admin:pledge_followup_changelist") + "?stands=open")


def _guessing(at: datetime) -> Tasks:
    found = [
        Task(f"{pharmacy.name} keeps naming what is not there", said, button, address, URGENT)
        for pharmacy, said, button, address in guessing_pharmacies(at)
    ]
    return Tasks("Pharmacies that guess", found[:SHOWN], len(found))


def _deviations(at: datetime) -> Tasks:  # noqa: ARG001 - one of several alike
    rows = Deviation.objects.filter(closed_at=None).order_by("raised_at", "pk")
    found = [
        Task(
            row.get_kind_display(),
            happened(row),
            "Look into it",
            reverse("admin:pledge_deviation_change", args=[row.pk]),
        )
        for row in rows.select_related(*ABOUT_DISPENSE)[:SHOWN]
    ]
    others = reverse("admin:pledge_deviation_changelist") + "?stands=open"
    return Tasks("Deviations and non-compliance", found, rows.count(), others)


def _rules(at: datetime) -> Tasks:
    found = [
        Task(
            f"Approve {stand.name.lower()}",
            f"{stand.state}. {stand.missing} of {stand.missing + len(stand.approvals)} approvals missing.",
            "Read and approve",
            reverse("admin:rules"),
            SOON if stand.days_left else URGENT,
        )
        for stand in stands(program_day(at))
        if stand.waits
    ]
    return Tasks("Rules to approve", found, len(found))


def _certifications(at: datetime) -> Tasks:
    found = certification_tasks(program_day(at))
    return Tasks("Certifications", found[:SHOWN], len(found), reverse("admin:certifications"))


def certification_tasks(on: date) -> list[Task]:
    """Give every certification that ends soon or ended a short time ago, the earliest first."""
    around = timedelta(days=settings.CERTIFICATION_TASK_DAYS)
    parties = [party for rows in _ending(on - around, on + around) for party in rows]
    return [
        _certification(party, on) for party in sorted(parties, key=lambda party: (party.certified_through, party.name))
    ]


def _ending(first: date, last: date) -> list[QuerySet[CertifiedParty]]:
    models: tuple[type[CertifiedParty], ...] = (Prescriber, Designee, Pharmacy, Wholesaler)
    span = {"certified_through__range": (first, last), "suspended_at": None}
    return [model._default_manager.filter(**span) for model in models]


def _certification(party: CertifiedParty, on: date) -> Task:
    through = party.certified_through or on
    days = (through - on).days
    ends = f"Ends on {through:%B} {through.day}, in {days} day{'' if days == 1 else 's'}."
    said = f"Ran out on {through:%B} {through.day}." if days < 0 else "Ends today." if not days else ends
    kind = party._meta.verbose_name or ""
    address = reverse(f"admin:pledge_{party._meta.model_name}_step", args=[party.pk, "certify"])
    return Task(f"{party.name}, {kind}", said, "Certify anew", address, URGENT if days < 0 else SOON)


def _duplicates(at: datetime) -> Tasks:  # noqa: ARG001 - one of several alike
    pairs = likely_duplicates(newest=NEWEST_COMPARED)
    found = [
        Task(
            "Likely one person with two records",
            f"Registrants {pair.kept.number} and {pair.other.number}: {pair.because}.",
            "Compare them",
            reverse("admin:duplicates"),
        )
        for pair in pairs[:SHOWN]
    ]
    return Tasks("Likely duplicates", found, len(pairs), reverse("admin:duplicates"))
