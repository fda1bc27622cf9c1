"""Notices to pharmacies as their software reads them: numbered when they stand, and read by their numbers.

A reader goes on behind the last number it has seen. So no lower one may ever come into sight later: numbers are given
one caller after the other, in a transaction of its own, once the notice itself is there for everyone.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from notifications.models import MessageType, PharmacyMessage
from pledge.rules.vocabulary import AuthorizationStatus

NUMBERING_LOCK = 7303
MOST_AT_ONCE = 5000
# Notices older than this before the newest with a message are not looked for: none of theirs is still being written.
LOOK_BACK = 1_000_000
KINDS = [kind.value.replace(".", "_") for kind in MessageType]
STATUS_TOLD = {
    MessageType.AUTHORIZATION_REVOKED: AuthorizationStatus.REVOKED,
    MessageType.AUTHORIZATION_SUSPENDED: AuthorizationStatus.SUSPENDED,
    MessageType.AUTHORIZATION_RESUMED: AuthorizationStatus.ISSUED,
    MessageType.AUTHORIZATION_LAPSED: AuthorizationStatus.LAPSED,
}

_NUMBER = """
INSERT INTO notifications_pharmacymessage
    (pharmacy_id, number, public_id, type, notice_id, authorization_id, certified_through, occurred_at, numbered_at)
SELECT fresh.reader_id, coalesce(last.number, 0) + row_number() OVER (PARTITION BY fresh.reader_id ORDER BY fresh.id),
       'msg_' || replace(gen_random_uuid()::text, '-', ''), replace(fresh.kind, '_', '.'), fresh.id,
       fresh.authorization_id, fresh.certified_through, fresh.occurred_at, %(at)s
  FROM (SELECT n.id, n.reader_id, n.kind, coalesce(e.at, n.queued_at) AS occurred_at,
               CASE WHEN e.subject = 'authorization' THEN e.subject_id END AS authorization_id,
               (n.days ->> 'certified_through')::date AS certified_through
          FROM notifications_notice n LEFT JOIN pledge_programevent e ON e.id = n.caused_by_id
         WHERE n.reader = 'pharmacy' AND n.kind = ANY(%(kinds)s) AND {asked}
           AND NOT EXISTS (SELECT 1 FROM notifications_pharmacymessage m WHERE m.notice_id = n.id)
         ORDER BY n.id LIMIT %(most)s) fresh
  LEFT JOIN LATERAL (SELECT max(number) AS number FROM notifications_pharmacymessage
                      WHERE pharmacy_id = fresh.reader_id) last ON true
RETURNING id
"""
_EVERY = "n.id > (SELECT coalesce(max(notice_id), 0) FROM notifications_pharmacymessage) - %(back)s"
_OF_AN_EVENT = "n.caused_by_id = %(event)s"
_TO_DELIVER = """
INSERT INTO notifications_webhookdelivery (endpoint_id, message_id, status, attempts, first_due_at, next_at)
SELECT w.id, m.id, 'waiting', 0, %(at)s, %(at)s
  FROM notifications_pharmacymessage m
  JOIN notifications_webhookendpoint w ON w.pharmacy_id = m.pharmacy_id
   AND w.removed_at IS NULL AND w.turned_off_at IS NULL
 WHERE m.id = ANY(%(numbered)s)
"""


def number_messages(*, at: datetime) -> int:
    """Make a message of every notice to a pharmacy that has none yet, and send each on its way; give how many."""
    done = 0
    while True:
        numbered = _number(_EVERY, at=at, wait=True)
        done += numbered
        if numbered < MOST_AT_ONCE:
            return done


def number_messages_of(event_id: int, *, at: datetime) -> int:
    """Make a message of what one event has told a pharmacy, unless another is numbering: then the next tick does."""
    return _number(_OF_AN_EVENT, at=at, event=event_id, wait=False)


def _number(asked: str, *, at: datetime, wait: bool, event: int = 0) -> int:
    values: dict[str, Any] = {"at": at, "kinds": KINDS, "most": MOST_AT_ONCE, "back": LOOK_BACK, "event": event}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING_LOCK])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [NUMBERING_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        cursor.execute(_NUMBER.replace("{asked}", asked), values)
        numbered = [row[0] for row in cursor.fetchall()]
        if numbered:
            cursor.execute(_TO_DELIVER, {"at": at, "numbered": numbered})
    return len(numbered)


def messages_after(pharmacy_id: int, number: int, most: int) -> list[PharmacyMessage]:
    """Give a pharmacy's messages behind a number, oldest first."""
    behind = PharmacyMessage.objects.filter(pharmacy_id=pharmacy_id, number__gt=number)
    return list(behind.select_related("authorization").order_by("number")[:most])


def is_number_of(pharmacy_id: int, number: int) -> bool:
    """Tell whether a pharmacy has a message of this number."""
    return PharmacyMessage.objects.filter(pharmacy_id=pharmacy_id, number=number).exists()


def members_of(message: PharmacyMessage) -> dict[str, Any]:
    """Give a message as software reads it, the same every time: what happened to which number, and nothing else.

    Never why it happened, nor to whom (decision 0010).
    """
    told: dict[str, str]
    if message.authorization is not None:
        told = {"rma_number": message.authorization.rma_number, "status": STATUS_TOLD[MessageType(message.type)].value}
    else:
        told = {"certified_through": message.certified_through.isoformat() if message.certified_through else ""}
    return {
        "id": message.public_id,
        "type": message.type,
        "timestamp": message.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": told,
    }


def body_of(message: PharmacyMessage) -> str:
    """Give the body of a webhook: one message, as ``GET /events`` shows it."""
    return json.dumps(members_of(message), separators=(",", ":"))


def page_of_messages(messages: Iterable[PharmacyMessage], number: int) -> str:
    """Give messages as ``GET /events`` answers, with the cursor behind the last of them.

    :param number: the number behind which they were asked for, where there are none.
    """
    shown = list(messages)
    last = shown[-1].number if shown else number
    return json.dumps({"items": [members_of(message) for message in shown], "next_cursor": str(last)})
