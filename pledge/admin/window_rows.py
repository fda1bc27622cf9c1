"""A registrant's windows as the page shows them: the methods both sides named, and who confirmed for whom."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from pledge.models import Designee, MonthlyConfirmation, Prescriber, PrescriptionWindow
from pledge.rules.vocabulary import Method


class WindowRow(NamedTuple):
    """One window in words; empty where nothing was confirmed or answered."""

    window: PrescriptionWindow
    stands: str
    confirmed: str
    answered: str


def window_rows(windows: Iterable[PrescriptionWindow], on: date) -> Iterator[WindowRow]:
    """Give a row for each window, which come with their confirmations and answers, newest first."""
    listed = list(windows)
    named = _confirmed_by([next(iter(window.confirmations.all()), None) for window in listed])
    for window in listed:
        confirmation = next(iter(window.confirmations.all()), None)
        answer = next(iter(window.answers.all()), None)
        confirmed = answered = ""
        if confirmation is not None:
            said = _joined(f"{confirmation.days_supply} days", *_named(confirmation.methods))
            confirmed = f"{said}; by {named[confirmation.pk]}"
        if answer is not None:
            answered = _joined("correct" if answer.correct else "not correct yet", *_named(answer.methods))
        yield WindowRow(window, _stands(window, on), confirmed, answered)


def _confirmed_by(confirmations: list[MonthlyConfirmation | None]) -> dict[int, str]:
    """Name who confirmed, both where a designee did, in two statements for all windows."""
    made = [one for one in confirmations if one is not None]
    prescribers = Prescriber.objects.in_bulk({one.prescriber_id for one in made})
    designees = Designee.objects.in_bulk({one.designee_id for one in made if one.designee_id is not None})
    names = {}
    for one in made:
        prescriber = prescribers[one.prescriber_id].name
        names[one.pk] = f"{designees[one.designee_id].name} for {prescriber}" if one.designee_id else prescriber
    return names


def _stands(window: PrescriptionWindow, on: date) -> str:
    if window.cancelled_at is not None:
        return "Cancelled"
    if window.stopped_at is not None:
        return f"Stopped: {window.get_stop_cause_display().lower()}"
    used = window.first_dispensed_at is not None
    if window.opens_on <= on <= window.closes_on:
        return "Open, dispensed from" if used else "Open"
    return "Used" if used else "Missed"


def _named(methods: Iterable[str]) -> list[str]:
    return [Method(method).label for method in methods]


def _joined(*parts: str) -> str:
    return ", ".join(part.lower() if index else part for index, part in enumerate(parts))
