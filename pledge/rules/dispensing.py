"""The gate: may a pharmacy be authorized, may it dispense, and until when (sections 6, 7 and 13)."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pledge.rules.calendar import days_after
from pledge.rules.editions import Edition, edition_on
from pledge.rules.history import LiveAuthorization, Record, Standing, Window
from pledge.rules.lockout import lockout_refusals
from pledge.rules.monthly import answer_refusals, counseling_confirmed
from pledge.rules.qualification import (
    course_tests,
    judged_overlays,
    newest_judged,
    newest_test_refusals,
    open_window_refusals,
)
from pledge.rules.refusals import Refusal, RefusalCode, unique
from pledge.rules.standing import pharmacy_refusals, prescriber_refusals, registrant_refusals
from pledge.rules.vocabulary import AuthorizationStatus, RiskCategory
from pledge.rules.windows import last_uncancelled

CAN = RiskCategory.CAN_BECOME_PREGNANT
_ENDED_AS = {
    RefusalCode.AUTHORIZATION_REVOKED: AuthorizationStatus.REVOKED,
    RefusalCode.AUTHORIZATION_EXPIRED: AuthorizationStatus.LAPSED,
}
_ENDED_CODES = {status: code for code, status in _ENDED_AS.items()}


class Decision(NamedTuple):
    """What the gate says: every reason, the edition and overlays it rests on, and the window's last day if any."""

    refusals: tuple[Refusal, ...]
    edition: str
    overlays: tuple[str, ...]
    do_not_dispense_after: date | None
    window_id: int | None

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it."""
        return not self.refusals


def needs_window(record: Record, edition: Edition) -> bool:
    """Tell whether the registrant's category has prescription windows in an edition (section 2)."""
    return record.category in edition.windows


def last_usable_day(authorization: LiveAuthorization, record: Record, edition: Edition) -> date:
    """Give the last day on which an authorization may be dispensed.

    That is the earlier of its printed date and its window's last day as corrected; without a date it lapses a
    number of days after issue (section 13).
    """
    if authorization.do_not_dispense_after is None:
        return days_after(authorization.issued_on, edition.windowless_lapse_days)
    window = record.window_with_id(authorization.window_id)
    printed = authorization.do_not_dispense_after
    return min(printed, window.closes_on) if window is not None else printed


def is_live(authorization: LiveAuthorization | None, record: Record, on: date) -> bool:
    """Tell whether an authorization not yet used is live: neither past its date nor revoked with its pharmacy.

    A suspended one still counts as live (section 13).
    """
    return authorization is not None and death_of(authorization, record, on) is None


def death_of(authorization: LiveAuthorization, record: Record, on: date) -> RefusalCode | None:
    """Give the code of what ended an authorization not yet used, or None while it is live.

    What came first counts, whenever it is recorded: its pharmacy's activation ran out, or its own days did.
    """
    last_day = last_usable_day(authorization, record, edition_on(on))
    if authorization.pharmacy.ended_before(min(on, last_day)):
        return RefusalCode.AUTHORIZATION_REVOKED
    return RefusalCode.AUTHORIZATION_EXPIRED if on > last_day else None


def status_of_live(authorization: LiveAuthorization, record: Record, on: date) -> AuthorizationStatus:
    """Give what an authorization not yet used is on a day; the nightly work only records it (section 13)."""
    ended = death_of(authorization, record, on)
    if ended is not None:
        return _ENDED_AS[ended]
    return AuthorizationStatus.ISSUED if record.prescriber.holds(on) else AuthorizationStatus.SUSPENDED


def ended_refusal(status: AuthorizationStatus) -> Refusal:
    """Name why an authorization of a status that is not live can be used no longer (sections 7 and 9)."""
    return Refusal(_ENDED_CODES.get(status, RefusalCode.AUTHORIZATION_CLOSED))


def dispensing_ended(record: Record, status: AuthorizationStatus, pharmacy: Standing, on: date) -> Decision:
    """Judge a hand-over under an authorization that is not live: beside its own end, what stops the parties."""
    refusals = (ended_refusal(status), *standing_refusals(record, pharmacy, on))
    return Decision(refusals, edition_on(on).name, (), None, None)


def authorizing(record: Record, pharmacy: Standing, days_supply: int, on: date) -> Decision:
    """Judge a request for an authorization (section 7); a check asks the same."""
    edition = edition_on(on)
    window = record.open_window(on) if needs_window(record, edition) else None
    refusals = [*_party_refusals(record, pharmacy, on)]
    if record.course.ended_on is None:
        refusals += _month_refusals(record, window, edition, on)
    if is_live(record.authorization, record, on):
        refusals.append(Refusal(RefusalCode.AUTHORIZATION_ACTIVE))
    refusals += _supply_refusals(record, window, days_supply, edition, on)
    return _decision(record, refusals, window, window.closes_on if window else None, on)


def dispensing(record: Record, authorization: LiveAuthorization, pharmacy: Standing, on: date) -> Decision:
    """Judge everything again at the moment of dispensing a live authorization (sections 5 to 7)."""
    edition = edition_on(on)
    window = record.window_with_id(authorization.window_id)
    ended = death_of(authorization, record, on)
    refusals = [Refusal(ended)] if ended else []
    refusals += _party_refusals(record, pharmacy, on)
    if ended is None:
        refusals += _month_refusals(record, window, edition, on, transfer_keeps=True)
        refusals += _window_supply_refusals(window, authorization.days_supply, edition)
    return _decision(record, refusals, window, authorization.do_not_dispense_after, on)


def standing_refusals(record: Record, pharmacy: Standing, on: date) -> tuple[Refusal, ...]:
    """Name what stops registrant or parties as such, beside the code of a dead authorization (section 13)."""
    return unique(_party_refusals(record, pharmacy, on))


def _party_refusals(record: Record, pharmacy: Standing, on: date) -> Iterator[Refusal]:
    yield from registrant_refusals(record, on)
    yield from prescriber_refusals(record.prescriber, on)
    yield from pharmacy_refusals(pharmacy, on)
    yield from lockout_refusals(record, on)


def _month_refusals(
    record: Record, window: Window | None, edition: Edition, on: date, *, transfer_keeps: bool = False
) -> Iterator[Refusal]:
    if not needs_window(record, edition):
        return
    if window is None:
        yield from _without_window(record, on)
        return
    if record.category == CAN:
        yield from open_window_refusals(record, window, on)
        yield from answer_refusals(window)
    if transfer_keeps:
        return
    if not counseling_confirmed(record, window):
        yield Refusal(RefusalCode.COUNSELING_MISSING)
    if any(other.is_open(on) for other in record.course_windows if other.id != window.id):
        yield Refusal(RefusalCode.WINDOW_ALREADY_OPEN)  # a correction may lay one window over another


def _without_window(record: Record, on: date) -> Iterator[Refusal]:
    if record.category == CAN:
        yield from newest_test_refusals(record, on)
        newest = newest_judged(record)
        yield from lockout_refusals(record, on, newest.specimen_on if newest else None)
        yield Refusal(RefusalCode.COUNSELING_MISSING)
        yield Refusal(RefusalCode.QUESTIONS_MISSING)
        return
    last = last_uncancelled(record.course_windows)
    if last is not None and not last.used:
        yield Refusal(RefusalCode.WINDOW_EXPIRED)
    yield Refusal(RefusalCode.COUNSELING_MISSING)


def _supply_refusals(
    record: Record, window: Window | None, days_supply: int, edition: Edition, on: date
) -> Iterator[Refusal]:
    yield from _window_supply_refusals(window, days_supply, edition)
    if record.category == CAN or record.supply_through is None:
        return
    if (record.supply_through - on).days > edition.supply_left_days:
        yield Refusal(RefusalCode.SUPPLY_OVER_LIMIT, days_after(record.supply_through, -edition.supply_left_days))


def _window_supply_refusals(window: Window | None, days_supply: int, edition: Edition) -> Iterator[Refusal]:
    limit = edition.supply_days
    if window is not None:
        confirmed = window.confirmation.days_supply if window.confirmation else 0
        limit = min(limit, confirmed) - window.days_dispensed
    if days_supply > limit:
        yield Refusal(RefusalCode.SUPPLY_OVER_LIMIT)


def _decision(
    record: Record, refusals: list[Refusal], window: Window | None, do_not_dispense_after: date | None, on: date
) -> Decision:
    return Decision(
        refusals=unique(refusals),
        edition=edition_on(on).name,
        overlays=overlays_of(record, window, on),
        do_not_dispense_after=do_not_dispense_after,
        window_id=window.id if window else None,
    )


def overlays_of(record: Record, window: Window | None, on: date) -> tuple[str, ...]:
    """Name the overlays that the judgment of the month's test relied on (section 2).

    That test is the open window's, or the newest one while none is open; after an ending no month is judged.
    """
    if record.course.ended_on is not None:
        return ()
    tests = course_tests(record)
    test = record.test_with_id(window.test_id) if window else (tests[-1] if tests else None)
    return judged_overlays(record, test, on)
