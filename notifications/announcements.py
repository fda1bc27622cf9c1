"""Which event of the trail is told to whom (section 10 and section 13, Notices)."""

from collections.abc import Callable
from datetime import date
from functools import partial

from django.db import transaction

from notifications.kinds import Kind, Reader
from notifications.outbox import queue
from notifications.signing_announcements import SIGNING_ANNOUNCERS
from notifications.webhook_announcements import WEBHOOK_ANNOUNCERS
from pledge.actions.guesses import SUSPENDED_FOR_GUESSING, WATCH
from pledge.facts import record_of
from pledge.models import (
    Authorization,
    EventType,
    FollowUp,
    MonthlyConfirmation,
    PregnancyTest,
    PrescriptionWindow,
    ProgramEvent,
    Registrant,
    RegistrantAnswer,
)
from pledge.rules.calendar import program_day
from pledge.rules.contraception import methods_agree
from pledge.rules.editions import edition_on
from pledge.rules.enrollment import is_minor
from pledge.rules.monthly import confirmation_due, counseling_confirmed
from pledge.rules.vocabulary import Method, RiskCategory, TestResult

CAN = RiskCategory.CAN_BECOME_PREGNANT


def announce(event: ProgramEvent) -> None:
    """Queue the notices that an event causes, all or none of them; announcing it again adds none."""
    announcer = ANNOUNCERS.get(EventType(event.type))
    if announcer is not None:
        with transaction.atomic():  # an event that has one notice counts as told, and is not repaired
            announcer(event)


def _subject(event: ProgramEvent) -> int:
    return event.subject_id or 0


def _registrant(event: ProgramEvent) -> Registrant:
    return Registrant.objects.get(pk=event.registrant_id or 0)


def _tell_registrant(event: ProgramEvent, kind: Kind, occasion: str, **days: date | str) -> None:
    queue(Reader.REGISTRANT, event.registrant_id or 0, kind, occasion, at=event.at,
          registrant_id=event.registrant_id, caused_by=event, days=days)  # fmt: skip


def _tell_prescriber(event: ProgramEvent, kind: Kind, occasion: str, **days: date | str) -> None:
    queue(Reader.PRESCRIBER, _registrant(event).prescriber_id, kind, occasion, at=event.at,
          registrant_id=event.registrant_id, caused_by=event, days=days)  # fmt: skip


def _tell_program(event: ProgramEvent, kind: Kind, occasion: str) -> None:
    queue(Reader.PROGRAM, 0, kind, occasion, at=event.at, registrant_id=event.registrant_id, caused_by=event)


def _enrolled(event: ProgramEvent) -> None:
    _tell_registrant(event, Kind.ADDRESS_CONFIRMATION, f"course:{event.subject_id}")
    _invite(event)


def _invite(event: ProgramEvent) -> None:
    registrant = _registrant(event)
    occasion = f"course:{event.subject_id}"
    _tell_registrant(event, Kind.INVITATION_TO_SIGN, occasion)
    if is_minor(registrant.born_on, program_day(event.at)):
        queue(Reader.GUARDIAN, registrant.pk, Kind.INVITATION_TO_SIGN, occasion, at=event.at,
              registrant_id=registrant.pk, caused_by=event)  # fmt: skip


def _category_changed(event: ProgramEvent) -> None:
    registrant = _registrant(event)
    if registrant.category == CAN and registrant.course.enrolled_on is None:
        _invite(event)


def _signed(event: ProgramEvent) -> None:
    completed = [form for form, (_, state) in event.changes.get("form", {}).items() if state == "complete"]
    registrant = _registrant(event)
    text = registrant.signed_consents.get(pk=_subject(event)).form_version
    for form in completed:
        occasion = f"signature:{event.subject_id}:{form}"
        _tell_registrant(event, Kind.CONSENT_COPY, occasion)
        if registrant.signed_consents.filter(form_version=text, signer="guardian").exists():
            queue(Reader.GUARDIAN, registrant.pk, Kind.CONSENT_COPY, occasion, at=event.at,
                  registrant_id=registrant.pk, caused_by=event)  # fmt: skip


def _tested(event: ProgramEvent) -> None:
    test = PregnancyTest.objects.get(pk=_subject(event))
    if test.result == TestResult.POSITIVE:
        if event.type == EventType.TEST_RECORDED:
            _urgent(event, f"test:{test.pk}")
    elif test.result == TestResult.NEGATIVE:
        on = program_day(event.at)
        if confirmation_due(record_of(_registrant(event), on), test.specimen_on, on):
            occasion = f"specimen:{event.registrant_id}:{test.specimen_on}"
            _tell_prescriber(event, Kind.CONFIRMATION_DUE, occasion)


def _reported(event: ProgramEvent) -> None:
    _urgent(event, f"report:{FollowUp.objects.get(pk=_subject(event)).pk}")


def _urgent(event: ProgramEvent, occasion: str) -> None:
    _tell_prescriber(event, Kind.URGENT_RESULT, occasion)
    _tell_program(event, Kind.URGENT_RESULT, occasion)


def _confirmed(event: ProgramEvent) -> None:
    confirmation = MonthlyConfirmation.objects.select_related("window").get(pk=_subject(event))
    window = confirmation.window
    if window is None or window.closes_on < program_day(event.at):
        return
    if window.category == CAN:
        _tell_registrant(event, Kind.QUESTIONS_READY, f"window:{window.pk}", until=window.closes_on)
        answer = RegistrantAnswer.objects.filter(window=window, answered_at__lte=confirmation.confirmed_at).first()
        if answer is not None and not _agree(confirmation, answer):
            _tell_registrant(event, Kind.QUESTIONS_READY, f"confirmation:{confirmation.pk}", until=window.closes_on)
            _tell_prescriber(event, Kind.METHODS_DIFFER, f"confirmation:{confirmation.pk}")
    _opened(event, window)


def _answered(event: ProgramEvent) -> None:
    answer = RegistrantAnswer.objects.select_related("window").get(pk=_subject(event))
    if answer.window.closes_on < program_day(event.at):
        return
    confirmation = MonthlyConfirmation.objects.filter(window=answer.window).first()
    if confirmation is not None and not _agree(confirmation, answer):
        _tell_prescriber(event, Kind.METHODS_DIFFER, f"answer:{answer.pk}")
    _opened(event, answer.window)


def _agree(confirmation: MonthlyConfirmation, answer: RegistrantAnswer) -> bool:
    return methods_agree({Method(m) for m in confirmation.methods}, {Method(m) for m in answer.methods})


def _opened(event: ProgramEvent, window: PrescriptionWindow) -> None:
    if window.completed_at is not None:
        days = {"first_day": window.opens_on, "last_day": window.closes_on}
        _tell_registrant(event, Kind.WINDOW_OPEN, f"window:{window.pk}", **days)


def _missed(event: ProgramEvent) -> None:
    window = PrescriptionWindow.objects.select_related("course", "registrant").get(pk=_subject(event))
    on = program_day(event.at)
    moot = window.registrant.category not in edition_on(on).windows
    if window.stop_cause or moot or not _still_matters(window):
        return
    _tell_registrant(event, Kind.WINDOW_MISSED, f"window:{window.pk}", last_day=window.closes_on)
    _tell_prescriber(event, Kind.WINDOW_MISSED, f"window:{window.pk}", last_day=window.closes_on)


def _still_matters(window: PrescriptionWindow) -> bool:
    """Tell whether what followed a window is still worth telling: its course runs and no newer window was opened."""
    newer = PrescriptionWindow.objects.filter(course_id=window.course_id, pk__gt=window.pk, cancelled_at=None)
    return window.course.ended_on is None and not newer.exists()


def _lockout(kind: Kind, event: ProgramEvent) -> None:
    window = PrescriptionWindow.objects.select_related("course").get(pk=_subject(event))
    if _still_matters(window):
        first_day, last_day = event.changes["lockout"]["days"][1]
        _tell_registrant(event, kind, f"window:{window.pk}", first_day=first_day, last_day=last_day)


def _authorization(kind: Kind, event: ProgramEvent) -> None:
    """Tell the pharmacy; what time alone did is told by the nightly work (section 13)."""
    if event.actor_kind != "system" or event.actor_name == WATCH.name:
        tell_pharmacy(kind, event)


def tell_pharmacy(kind: Kind, event: ProgramEvent) -> None:
    """Queue the notice to the pharmacy whose authorization an event is about."""
    authorization = Authorization.objects.get(pk=_subject(event))
    queue(Reader.PHARMACY, authorization.pharmacy_id, kind, f"event:{event.pk}", at=event.at,
          registrant_id=event.registrant_id, caused_by=event)  # fmt: skip


def _transferred(event: ProgramEvent) -> None:
    on = program_day(event.at)
    record = record_of(_registrant(event), on)
    window = record.open_window(on)
    if window is not None and not counseling_confirmed(record, window):
        _tell_prescriber(event, Kind.CONFIRMATION_DUE, f"transfer:{event.pk}")


def _deviated(kind: Kind, event: ProgramEvent) -> None:
    _tell_program(event, kind, f"deviation:{event.subject_id}")


def _guessing(event: ProgramEvent) -> None:
    _tell_program(event, Kind.GUESSING, f"event:{event.pk}")


def _suspended(event: ProgramEvent) -> None:
    """Tell of a suspension that nobody of the program decided; of any other its administrator tells the party."""
    if event.act == SUSPENDED_FOR_GUESSING:
        _guessing(event)
        queue(Reader.PHARMACY, _subject(event), Kind.GUESSING, f"event:{event.pk}", at=event.at, caused_by=event)


ANNOUNCERS: dict[EventType, Callable[[ProgramEvent], None]] = {
    EventType.REGISTRANT_ENROLLED: _enrolled,
    EventType.REGISTRANT_REENROLLED: _enrolled,
    EventType.CATEGORY_CHANGED: _category_changed,
    EventType.FORM_SIGNED: _signed,
    **SIGNING_ANNOUNCERS,
    **WEBHOOK_ANNOUNCERS,
    EventType.TEST_RECORDED: _tested,
    EventType.TEST_CORRECTED: _tested,
    EventType.PREGNANCY_REPORTED: _reported,
    EventType.MONTH_CONFIRMED: _confirmed,
    EventType.CONFIRMATION_CORRECTED: _confirmed,
    EventType.QUESTIONS_ANSWERED: _answered,
    EventType.WINDOW_MISSED: _missed,
    EventType.LOCKOUT_BEGAN: partial(_lockout, Kind.LOCKED_OUT),
    EventType.LOCKOUT_ENDED: partial(_lockout, Kind.LOCKOUT_ENDED),
    EventType.AUTHORIZATION_REVOKED: partial(_authorization, Kind.AUTHORIZATION_REVOKED),
    EventType.AUTHORIZATION_SUSPENDED: partial(_authorization, Kind.AUTHORIZATION_SUSPENDED),
    EventType.AUTHORIZATION_RESUMED: partial(_authorization, Kind.AUTHORIZATION_RESUMED),
    EventType.REGISTRANT_TRANSFERRED: _transferred,
    EventType.DEVIATION_RAISED: partial(_deviated, Kind.DEVIATION),
    EventType.DISPENSE_REPORTED: partial(_deviated, Kind.NONCOMPLIANCE),
    EventType.GUESSING_SUSPECTED: _guessing,
    EventType.PARTY_SUSPENDED: _suspended,
}

TOLD_BY_THE_SWEEP: dict[EventType, Kind] = {
    EventType.AUTHORIZATION_LAPSED: Kind.AUTHORIZATION_LAPSED,
    EventType.AUTHORIZATION_REVOKED: Kind.AUTHORIZATION_REVOKED,
    EventType.AUTHORIZATION_SUSPENDED: Kind.AUTHORIZATION_SUSPENDED,
    EventType.AUTHORIZATION_RESUMED: Kind.AUTHORIZATION_RESUMED,
}
