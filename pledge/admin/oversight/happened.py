"""What a deviation and a follow-up are about, in words."""

from datetime import date, datetime, timedelta

from django.utils import formats, timezone

from pledge.models import Deviation, DeviationKind

HOUR = timedelta(hours=1)
ABOUT_DISPENSE = ("registrant", "dispense__pharmacy", "dispense__authorization", "dispense__window")


def day_in_words(on: date) -> str:
    """Give a day as our sentences say it."""
    return f"{on:%B} {on.day}, {on.year}"


def instant_in_words(at: datetime) -> str:
    """Give an instant in the reader's zone, as every page does that names no format of its own."""
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")


def happened(deviation: Deviation) -> str:
    """Say which dispense a deviation is about, and what was wrong with it."""
    dispense = deviation.dispense
    handed_over = f"{dispense.days_supply} days of supply on {day_in_words(dispense.dispensed_on)}"
    if deviation.kind == DeviationKind.NONCOMPLIANCE:
        number = f" Report {dispense.report_number}." if dispense.report_number else ""
        note = f" The pharmacy says: “{dispense.note}”" if dispense.note else ""
        what = f"{dispense.pharmacy.name} handed over {handed_over} to {deviation.registrant} without an authorization."
        return f"{what}{number}{note}"
    under = f" under RMA {dispense.authorization}" if dispense.authorization else ""
    window = dispense.window
    runs = ""
    if window is not None:
        runs = f", {day_in_words(window.opens_on)} through {day_in_words(window.closes_on)},"
    return (
        f"{dispense.pharmacy.name} dispensed {handed_over} to {deviation.registrant}{under}. The specimen date was "
        f"corrected afterwards, and the corrected window{runs} does not hold that day."
    )


def time_left(due_at: datetime, at: datetime) -> str:
    """Say how long is left until a deadline, or for how long it is overdue, in days and hours."""
    left = due_at - at
    said = _length(abs(left))
    return f"Overdue by {said}" if left < timedelta(0) else f"{said} left".capitalize()


def _length(span: timedelta) -> str:
    hours = span // HOUR
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{span.days} days"
