"""What a made-up registrant's record is beside what a test key has asked for, judged by everyone's rules."""

from datetime import date, datetime, timedelta

from pledge.models import SandboxAuthorization
from pledge.rules.calendar import ONE_DAY, program_day
from pledge.rules.dispensing import Decision, authorizing, dispensing, dispensing_ended, status_of_live
from pledge.rules.history import LiveAuthorization, Record
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus
from pledge.sandbox.people import Fate, MadeUp
from pledge.sandbox.records import ENDED, certified

PAUSED_FOR = timedelta(minutes=1)


def judge_request(person: MadeUp, live: SandboxAuthorization | None, days_supply: int, at: datetime) -> Decision:
    """Judge a check, or a request for an authorization, beside the one not yet used that the pharmacy holds."""
    on = program_day(at)
    return authorizing(record_of(person, live, at), person.pharmacy(on), days_supply, on)


def judge_hand_over(person: MadeUp, kept: SandboxAuthorization, at: datetime) -> Decision:
    """Judge a hand-over under an authorization, everything anew."""
    on = program_day(at)
    record = record_of(person, kept, at)
    if record.authorization is not None and record.authorization.id == kept.pk:
        return dispensing(record, record.authorization, person.pharmacy(on), on)
    return dispensing_ended(record, AuthorizationStatus(kept.status), person.pharmacy(on), on)


def status_now(person: MadeUp, kept: SandboxAuthorization, at: datetime) -> AuthorizationStatus:
    """Give what an authorization is at an instant; no night records it."""
    record = record_of(person, kept, at)
    if record.authorization is None or record.authorization.id != kept.pk:
        return AuthorizationStatus(kept.status)
    return status_of_live(record.authorization, record, program_day(at))


def record_of(person: MadeUp, kept: SandboxAuthorization | None, at: datetime) -> Record:
    """Give a made-up registrant's record at an instant, and the kept authorization in it if it is not used yet."""
    on = program_day(at)
    record = person.life(on)
    if kept is None or kept.status not in LIVE_STATUSES:
        return record
    if person.fate is Fate.PAUSES and at < kept.issued_at + PAUSED_FOR:
        record = record._replace(prescriber=ENDED)
    return record._replace(authorization=_live(person, kept, record, on))


def _live(person: MadeUp, kept: SandboxAuthorization, record: Record, on: date) -> LiveAuthorization:
    last_day = kept.do_not_dispense_after
    if person.fate is Fate.LAPSES and last_day is not None:
        last_day = min(last_day, on - ONE_DAY)
    return LiveAuthorization(
        id=kept.pk,
        pharmacy_id=kept.pharmacy_id,
        pharmacy=ENDED if person.fate is Fate.REVOKED else certified(on),
        status=AuthorizationStatus.ISSUED,
        issued_on=program_day(kept.issued_at),
        do_not_dispense_after=last_day,
        days_supply=kept.days_supply,
        window_id=record.windows[0].id if record.windows else None,
    )
