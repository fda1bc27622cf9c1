"""Sends queued notices by mail: each is claimed, judged once more, sent and marked in a transaction of its own.

A second sender passes over what the first has claimed. One that dies between the mail server's answer and the mark
sends the same message again, under the same Message-ID.
"""

import logging
import smtplib
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Case, Q, Value, When

from notifications.enclosures import enclosed_with
from notifications.kinds import Kind, Reader
from notifications.models import Notice, NoticeStatus, Problem
from notifications.outbox import queue
from notifications.recipients import Recipient, recipient_of
from notifications.schedule import reachable_from
from notifications.truth import is_true
from notifications.wording import words_for
from notifications.words import page_of
from pledge.models import Registrant

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
TRIED_FOR = timedelta(hours=72)
PERMANENT = 500  # the first of the replies by which a mail server refuses for good
# The reader is waiting for these, or must not wait; all others keep to the reader's day.
AT_ANY_HOUR = frozenset(
    {
        Kind.ADDRESS_CONFIRMATION,
        Kind.CONSENT_COPY,
        Kind.SIGNING_CODE,
        Kind.URGENT_RESULT,
        Kind.AUTHORIZATION_LAPSED,
        Kind.AUTHORIZATION_REVOKED,
        Kind.AUTHORIZATION_SUSPENDED,
        Kind.AUTHORIZATION_RESUMED,
        Kind.DEVIATION,
        Kind.NONCOMPLIANCE,
    }
)
WITH_A_LINK = "request:"  # how the occasion of what someone at the clinic or the reader just asked for begins


def deliver(*, at: datetime, most: int = MOST_AT_ONCE, kinds: Collection[Kind] | None = None) -> Counter[str]:
    """Send what is queued and due at an instant, what cannot wait first; give how many came to which end.

    :param most: how many are tried; the rest is for the next call.
    :param kinds: only these; all without it.
    """
    ends: Counter[str] = Counter()
    at_once = Q(kind__in=AT_ANY_HOUR) | Q(occasion__startswith=WITH_A_LINK)
    notices = Notice.objects.due(at) if kinds is None else Notice.objects.due(at).filter(kind__in=kinds)
    cannot_wait = Case(When(at_once, then=Value(0)), default=Value(1))
    due = list(notices.order_by(cannot_wait, "queued_at", "id").values_list("pk", flat=True)[:most])
    if not due:
        return ends
    post = get_connection()
    try:
        for pk in due:
            try:
                ends[_deliver_one(pk, post, at)] += 1
            except _Unreachable:
                ends["deferred"] += 1
                break
    finally:
        post.close()
    return ends


class _Unreachable(Exception):
    """The mail server is not there: the round ends, and nobody else's attempts are counted."""


def _deliver_one(pk: int, post: Any, at: datetime) -> str:
    unreachable = False
    with transaction.atomic():
        notice = Notice.objects.due(at).select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        if notice is None:
            return "passed over"
        try:
            end = _send(notice, post, at)
        except smtplib.SMTPRecipientsRefused as refused:
            end = _refused(notice, refused, at)
        except (OSError, smtplib.SMTPException) as failure:  # not connected, or cut off
            logger.warning("notice %s was not taken: %s", pk, type(failure).__name__)
            unreachable = True
            end = _put_off(notice, at)
        except Exception:
            logger.exception("notice %s could not be sent", pk)
            end = _put_off(notice, at)
    if unreachable:
        raise _Unreachable
    return end


def _send(notice: Notice, post: Any, at: datetime) -> str:
    if not is_true(notice, at):
        return _end(notice, NoticeStatus.SKIPPED)
    recipient = recipient_of(notice)
    if not recipient.address:
        return _has_no_address(notice, Problem.NO_ADDRESS, at)
    if notice.kind not in AT_ANY_HOUR and not notice.occasion.startswith(WITH_A_LINK):
        reachable = reachable_from(at, recipient.zone)
        if reachable > at:
            notice.not_before = reachable
            notice.save(update_fields=["not_before"])
            return "waiting for the reader's day"
    post.open()
    post.send_messages([mail_of(notice, recipient, at)])
    return _end(notice, NoticeStatus.SENT, sent_at=at, attempts=notice.attempts + 1)


def mail_of(notice: Notice, recipient: Recipient, at: datetime) -> EmailMultiAlternatives:
    """Give a notice as a mail, as plain text and as HTML of the same words."""
    on = at.astimezone(recipient.zone).date()
    enclosed = enclosed_with(notice, at)
    words = words_for(Reader(notice.reader), Kind(notice.kind), recipient.language, notice.days, on, enclosed)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    mail = EmailMultiAlternatives(
        subject=words.subject,
        body=f"{words.text}\n\n{words.button}:\n{words.link}\n" if words.link else f"{words.text}\n",
        to=[recipient.address],
        headers={
            "Message-ID": f"<notice-{notice.pk}@{domain}>",
            "Date": format_datetime(at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": "es" if recipient.language.startswith("es") else "en",
        },
    )
    mail.attach_alternative(page_of(words), "text/html")
    return mail


def _end(notice: Notice, status: NoticeStatus, **fields: Any) -> str:
    for name, value in {"status": status, "problem": "", "not_before": None, **fields}.items():
        setattr(notice, name, value)
    notice.save(update_fields=["status", "problem", "not_before", "sent_at", "attempts"])
    return status.value


def _put_off(notice: Notice, at: datetime) -> str:
    notice.attempts += 1
    if at - notice.queued_at > TRIED_FOR:
        return _end(notice, NoticeStatus.FAILED, problem=Problem.GIVEN_UP)
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts - 1, 10), LONGEST_PAUSE)
    notice.not_before, notice.problem = at + pause, Problem.NOT_TAKEN_YET
    notice.save(update_fields=["attempts", "not_before", "problem"])
    return "deferred"


def _refused(notice: Notice, refused: smtplib.SMTPRecipientsRefused, at: datetime) -> str:
    if all(code >= PERMANENT for code, _ in refused.recipients.values()):
        notice.attempts += 1
        return _has_no_address(notice, Problem.ADDRESS_REFUSED, at)
    return _put_off(notice, at)


def _has_no_address(notice: Notice, problem: Problem, at: datetime) -> str:
    """Mark it for staff; where a registrant cannot be reached, their prescriber is told once."""
    if notice.reader in {Reader.REGISTRANT, Reader.GUARDIAN}:
        prescriber_id = Registrant.objects.values_list("prescriber_id", flat=True).get(pk=notice.reader_id)
        occasion = f"{notice.reader}:{notice.reader_id}:{problem}"
        queue(Reader.PRESCRIBER, prescriber_id, Kind.ADDRESS_FAILED, occasion, at=at, registrant_id=notice.reader_id)
    return _end(notice, NoticeStatus.FAILED, problem=problem)
