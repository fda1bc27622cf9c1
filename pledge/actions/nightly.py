"""What the nightly work records: judgments that already hold from their instant (sections 6, 7 and 13)."""

from datetime import datetime

from pledge.actions.steps import end_authorization, is_past
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import Authorization, EventType, PrescriptionWindow, Registrant
from pledge.rows import get
from pledge.rules.calendar import Span, program_day
from pledge.rules.lockout import lockout_of
from pledge.trail import By, changed, record


@action
def lapse(*, authorization: Authorization, by: By, at: datetime) -> Authorization:
    """Record that an authorization was not collected by its date; one used meanwhile is left alone."""
    Registrant.objects.locked(authorization.registrant_id)
    rows = Authorization.objects.select_related("window").select_for_update(of=("self",), no_key=True)
    row = rows.get(pk=authorization.pk)
    if is_past(row, program_day(at)):
        end_authorization(row, "lapse", EventType.AUTHORIZATION_LAPSED, by=by, at=at)
    return row


@action
def record_missed_window(*, window: PrescriptionWindow, by: By, at: datetime) -> PrescriptionWindow:
    """Record that a window closed with nothing dispensed (section 6); one used or recorded meanwhile is left alone."""
    row = Registrant.objects.locked(window.registrant_id)
    window = get(PrescriptionWindow, window.pk)
    closed = window.stopped_at is not None or window.closes_on < program_day(at)
    if window.closing_recorded_at is not None or window.first_dispensed_at is not None or not closed:
        return window
    changes = changed(window, closing_recorded_at=at)
    record(EventType.WINDOW_MISSED, act="nightly.record_missed_window", by=by, at=at, registrant=row,
           about=window, changes=[changes])  # fmt: skip
    return window


@action
def record_lockout(*, window: PrescriptionWindow, by: By, at: datetime) -> Span | None:
    """Record that the lockout following a window began, or that it ended (sections 2 and 13).

    :return: its days, or None where none follows the window.
    """
    on = program_day(at)
    row = Registrant.objects.locked(window.registrant_id)
    window = get(PrescriptionWindow, window.pk)
    if row.merged_into_id is not None:  # nobody is judged, or told anything, under the old number any more
        return None
    facts = record_of(row, on)
    judged = facts.window_with_id(window.pk)
    days = lockout_of(judged, facts) if judged else None
    if days is None or on < days.first_day:
        return None
    if days.holds(on) and window.lockout_recorded_at is None:
        changes = changed(window, lockout_recorded_at=at)
        _record(EventType.LOCKOUT_BEGAN, row, window, days, changes, by=by, at=at)
    elif on > days.last_day and window.release_recorded_at is None:
        began = {} if window.lockout_recorded_at else {"lockout_recorded_at": at}
        changes = changed(window, release_recorded_at=at, **began)
        _record(EventType.LOCKOUT_ENDED, row, window, days, changes, by=by, at=at)
    return days


def _record(
    event: EventType, row: Registrant, window: PrescriptionWindow, days: Span, changes: dict, *, by: By, at: datetime
) -> None:
    locked = {"lockout": {"days": [None, [days.first_day.isoformat(), days.last_day.isoformat()]]}}
    record(event, act="nightly.record_lockout", by=by, at=at, registrant=row, about=window,
           changes=[changes, locked])  # fmt: skip
