"""Whether a queued notice is still true when it is about to leave (section 10)."""

from datetime import date, datetime
from typing import Any

from django.db import connection

from consents.links import state_of
from consents.models import SigningCode, SigningRequest
from consents.owed import texts_to_sign
from consents.vocabulary import ORIGINAL_LANGUAGE, LinkState
from notifications.kinds import Kind
from notifications.models import Notice
from notifications.reminders import LOOK_BACK_DAYS, STATEMENTS
from pledge.models import Course, MonthlyConfirmation, PrescriptionWindow
from pledge.rules.calendar import days_after, program_day
from pledge.rules.editions import edition_on
from pledge.rules.vocabulary import Ending

ABOUT_THE_OPEN_WINDOW = {Kind.QUESTIONS_READY, Kind.WINDOW_OPEN}
_IS_DUE = """
SELECT EXISTS (SELECT 1 FROM ({due}) due
                WHERE due.reader = %(reader)s AND due.reader_id = %(reader_id)s AND due.occasion = %(occasion)s)
"""


def is_true(notice: Notice, at: datetime) -> bool:
    """Tell whether a notice is still worth sending at an instant.

    A reminder is true while the calendar would still ask for it; a call to act, while there is something to do; a
    code, while it can be used. What tells of an event stays true.
    """
    on = program_day(at)
    if notice.caused_by_id is None:
        names = [name for name in STATEMENTS if name.split(",")[0] == notice.kind]
        return not names or any(_is_due(notice, STATEMENTS[name], on) for name in names)
    if notice.kind in ABOUT_THE_OPEN_WINDOW:
        return _window_waits(notice, on)
    if notice.kind in {Kind.INVITATION_TO_SIGN, Kind.LINK_AGAIN}:
        return _may_sign(notice, at)
    if notice.kind == Kind.SIGNING_CODE:
        return _code_waits(notice, at)
    if notice.kind == Kind.CONFIRMATION_DUE and notice.occasion.startswith("specimen:"):
        return not _is_confirmed(notice)
    return not _of_a_mistake(notice)


def _of_a_mistake(notice: Notice) -> bool:
    """Tell whether a notice is about a course that was entered by mistake and taken back."""
    about, number, *_ = [*notice.occasion.split(":"), "", ""]
    return about == "course" and Course.objects.filter(pk=number, ending=Ending.WITHDRAWN).exists()


def _is_due(notice: Notice, statement: str, on: date) -> bool:
    edition = edition_on(on)
    arguments: dict[str, Any] = {
        "on": on,
        "oldest": days_after(on, -LOOK_BACK_DAYS),
        "t5": edition.post_treatment_days,
        "with_windows": [category.value for category in edition.windows],
        "reader": notice.reader,
        "reader_id": notice.reader_id,
        "occasion": notice.occasion,
    }
    with connection.cursor() as cursor:
        cursor.execute(_IS_DUE.replace("{due}", statement), arguments)
        return bool(cursor.fetchone()[0])


def _may_sign(notice: Notice, at: datetime) -> bool:
    """Judge an invitation: one with a link while that is open, one without until its reader is sent a link.

    A link that was asked for again opens the copies too, when nothing is left to sign.
    """
    about, number = notice.occasion.split(":")[:2]
    if about == "request":
        request = SigningRequest.objects.select_related("registrant").get(pk=number)
        leads_on = notice.kind == Kind.LINK_AGAIN or bool(texts_to_sign(request, ORIGINAL_LANGUAGE, at))
        return leads_on and state_of(request, at) is LinkState.OPEN
    begun = Course.objects.filter(registrant=notice.registrant, is_current=True, ended_on=None)
    if not begun.filter(enrolled_on=None).exists():
        return False
    sent = SigningRequest.objects.filter(registrant=notice.registrant, signer=notice.reader)
    return not sent.filter(course__is_current=True, invited_at__gte=notice.queued_at).exists()


def _code_waits(notice: Notice, at: datetime) -> bool:
    code = SigningCode.objects.select_related("request__registrant").get(pk=notice.occasion.partition(":")[2])
    newer = SigningCode.objects.filter(request=code.request, pk__gt=code.pk).exists()
    return code.used_at is None and at < code.expires_at and not newer and state_of(code.request, at) is LinkState.OPEN


def _window_waits(notice: Notice, on: date) -> bool:
    window = _window_of(notice)
    if window is None or window.course.ended_on is not None or not window.course.is_current:
        return False
    closed = window.cancelled_at or window.stopped_at or window.first_dispensed_at or window.closes_on < on
    answered = notice.kind == Kind.QUESTIONS_READY and window.completed_at is not None
    return not closed and not answered


def _window_of(notice: Notice) -> PrescriptionWindow | None:
    about, _, number = notice.occasion.partition(":")
    windows = PrescriptionWindow.objects.select_related("course")
    if about == "window":
        return windows.get(pk=number)
    return windows.filter(confirmations=MonthlyConfirmation.objects.get(pk=number)).first()


def _is_confirmed(notice: Notice) -> bool:
    _, registrant, specimen_on = notice.occasion.split(":")
    windows = PrescriptionWindow.objects.filter(registrant_id=registrant, specimen_on=specimen_on, cancelled_at=None)
    return windows.exists()
