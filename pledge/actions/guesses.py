"""A pharmacy that keeps naming registrants and authorizations it may not know of: told of, and suspended."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings

from pledge.actions.suspensions import suspend_locked
from pledge.frame import action
from pledge.models import EventType, Pharmacy, ProgramEvent
from pledge.rates import GUESSES_COUNT_FOR, Allowance, GuessedTooOften, TooManyCalls, count_calls, is_paused
from pledge.trail import By, record

WATCH = By("system", "", "watch over guessing")
SUSPENDED_FOR_GUESSING = "guesses.suspend_guesser"
_ABOUT_GUESSING = (EventType.GUESSING_SUSPECTED, EventType.PARTY_REINSTATED, EventType.PARTY_CERTIFIED)


@action
def suspect_guessing(*, pharmacy: Pharmacy, by: By, at: datetime) -> Pharmacy:
    """Tell the program that a pharmacy has named many wrong ones, once a day and after each reinstating."""
    row: Pharmacy = Pharmacy.objects.locked(pharmacy.pk)
    if not _is_told(row, at):
        said = f"{settings.GUESSES_ALERTED} registrants or authorizations were named wrongly within a day"
        record(EventType.GUESSING_SUSPECTED, act="guesses.suspect_guessing", by=by, at=at, about=row,
               changes=[{"reason": {"reason": [None, said]}}])  # fmt: skip
    return row


@action
def suspend_guesser(*, pharmacy: Pharmacy, by: By, at: datetime) -> Pharmacy:
    """Suspend a pharmacy that has named too many wrong ones; one suspended meanwhile is left alone."""
    row: Pharmacy = Pharmacy.objects.locked(pharmacy.pk)
    if row.suspended_at is None:
        said = f"{settings.GUESSES_SUSPENDED} registrants or authorizations were named wrongly within a day"
        suspend_locked(row, said, act=SUSPENDED_FOR_GUESSING, by=by, at=at)
    return row


def weigh_naming(*, pharmacy: Pharmacy, missed: Collection[str], at: datetime) -> Allowance:
    """Count a naming without a key, right or wrong, before anything is shown of it; and act on what has come together.

    :param missed: what was named and not found, as :func:`pledge.rates.wrong_naming` gives it.
    :raises TooManyCalls: where the pharmacy is slowed down; then neither a hit nor a miss may be shown.
    :raises GuessedTooOften: where it has just been suspended for it.
    """
    counted = [] if is_paused(pharmacy.pk, at) else missed  # while it pauses, right and wrong cost the same
    try:
        allowance = count_calls(pharmacy.pk, at, missed=counted)
    except GuessedTooOften:
        suspend_guesser(pharmacy=pharmacy, by=WATCH, at=at)
        raise
    except TooManyCalls as many:
        alert_if_many(pharmacy, many.allowance, at)
        raise
    alert_if_many(pharmacy, allowance, at)
    return allowance


def alert_if_many(pharmacy: Pharmacy, allowance: Allowance, at: datetime) -> None:
    """Tell the program where a call's wrong name was one of many."""
    if allowance.guesses >= settings.GUESSES_ALERTED:
        suspect_guessing(pharmacy=pharmacy, by=WATCH, at=at)


def _is_told(pharmacy: Pharmacy, at: datetime) -> bool:
    events = ProgramEvent.objects.filter(type__in=_ABOUT_GUESSING, subject="pharmacy", subject_id=pharmacy.pk)
    newest = events.filter(at__gt=at - GUESSES_COUNT_FOR).order_by("id").last()
    return newest is not None and newest.type == EventType.GUESSING_SUSPECTED
