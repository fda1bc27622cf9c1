"""Pregnancy reports and the holds they and positive tests cause (sections 4, 8 and 13)."""

from datetime import datetime, timedelta

from django.conf import settings

from pledge.actions.pregnancy_tests import put_on_hold
from pledge.actions.steps import designee_standing, lock_kept, lock_own
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import EventType, FollowUp, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.holds import clearing_refusals
from pledge.rules.refusals import Rejected, refuse_if_any
from pledge.rules.standing import designee_refusals, prescriber_refusals
from pledge.rules.vocabulary import StopCause
from pledge.trail import By, changed, created, record


@action
def report_pregnancy(*, registrant: Registrant, by: By, at: datetime) -> FollowUp:
    """Record a pregnancy report, whoever brings it (section 8).

    The registrant goes on hold at once, everything live is revoked, and a follow-up task with a deadline is raised.
    The registrant's lock makes it win every race against an authorization or a dispense.
    """
    row = lock_kept(registrant)
    changes = put_on_hold(row, program_day(at), StopCause.PREGNANCY_REPORT, by=by, at=at)
    hours = timedelta(hours=settings.PREGNANCY_FOLLOW_UP_HOURS)
    follow_up = FollowUp.objects.create(registrant=row, raised_at=at, due_at=at + hours)
    record(EventType.PREGNANCY_REPORTED, act="holds.report_pregnancy", by=by, at=at, registrant=row,
           about=follow_up, changes=[*changes, created(follow_up)])  # fmt: skip
    return follow_up


@action
def clear_hold(*, registrant: Registrant, reason: str, by: By, at: datetime) -> Registrant:
    """Clear a hold: the registrant's own prescriber, with a reason, after a later negative test (section 13)."""
    row = lock_own(registrant, by, at=at, scope=None)
    if row.hold_since is None:
        raise Rejected("registrant", "nothing is on hold")
    if not reason.strip():
        raise Rejected("reason", "clearing a hold needs a reason")
    on = program_day(at)
    facts = record_of(row, on)
    in_person = by.prescriber is not None and by.designee is None
    refuse_if_any(
        [
            *designee_refusals(designee_standing(by), on),
            *prescriber_refusals(facts.prescriber, on),
            *clearing_refusals(facts, in_person=in_person),
        ]
    )
    changes = [changed(row, hold_since=None), {"reason": {"reason": [None, reason.strip()]}}]
    record(EventType.HOLD_CLEARED, act="holds.clear_hold", by=by, at=at, registrant=row, about=row, changes=changes)
    return row


@action
def finish_follow_up(*, follow_up: FollowUp, note: str, by: By, at: datetime) -> FollowUp:
    """Mark a follow-up task as done, with a note of what was found; the trail keeps it."""
    row = FollowUp.objects.select_for_update(no_key=True).get(pk=follow_up.pk)
    if row.done_at is not None:
        raise Rejected("follow_up", "this task is done already")
    if not note.strip():
        raise Rejected("note", "finishing a follow-up needs a note")
    changes = [changed(row, done_at=at), {"note": {"note": [None, note.strip()]}}]
    record(EventType.FOLLOW_UP_DONE, act="holds.finish_follow_up", by=by, at=at, registrant=row.registrant,
           about=row, changes=changes)  # fmt: skip
    return row
