"""Brings messages to the pharmacies' software: each try is claimed, sent outside any transaction, and written down.

Addresses take turns, one message each, those first whose last try is longest ago: one that is slow holds none but the
threads that are for slow ones (webhooks.turns), and one that gives no answer is asked once a round. A claim is a lease:
who dies in the middle leaves a message that is due again when it ends, under the same webhook-id.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from notifications.actions.webhooks import turn_off_webhook
from notifications.messages import body_of
from notifications.models import DeliveryStatus, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.webhooks.sending import PUBLIC_INTERNET, Route, Try, send
from notifications.webhooks.signing import signed_headers, unsealed_secret
from notifications.webhooks.turns import Asked, Taken, Turns, lately, takers
from pledge.rules.refusals import Rejected
from pledge.trail import SYSTEM

logger = logging.getLogger(__name__)

POSTING_LOCK = 7304
THREADS = 8
ROUND_SECONDS = 40  # after which a round begins nothing new: the next one goes on
LEASE = timedelta(minutes=5)  # longer than any try, its name's look-up included
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
JITTER = 0.2  # of a pause, to either side: who failed together does not come back together
CANNOT_SIGN = Try(None, "Not sent: its secret cannot be opened any more; change the secret", 0)

_CLAIM = """
UPDATE notifications_webhookdelivery SET next_at = %(until)s, attempts = attempts + 1
 WHERE id = (SELECT id FROM notifications_webhookdelivery
              WHERE endpoint_id = %(endpoint)s AND status = 'waiting' AND next_at <= %(at)s
              ORDER BY message_id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
Clock = Callable[[], datetime]


def is_anything_due(at: datetime) -> bool:
    """Tell whether a message waits to be sent at an instant."""
    return _due(at).filter(endpoint__removed_at=None, endpoint__turned_off_at=None).exists()


def post_messages(*, at: datetime, route: Route = PUBLIC_INTERNET, threads: int = THREADS) -> Counter[str]:
    """Try what waits and is due, each address in its turn; give how many came to which end.

    :param at: the instant at which the round begins; each try is dated by how long after it was made.
    :param threads: how many tries at once; with one, all is done in the caller's own thread and connection.
    """
    with _alone() as alone:
        if not alone:
            return Counter(["another is at it"])
        turns, clock = Turns(_waiting(at)), _clock(at)
        lanes = [partial(_lane, turns, takes, clock, at, route) for takes in takers(threads)]
        if threads == 1:
            return lanes[0]()
        with ThreadPoolExecutor(threads, thread_name_prefix="webhooks") as pool:
            return sum(
                (lane.result() for lane in [pool.submit(_with_own_connection, lane) for lane in lanes]), Counter()
            )


def _due(at: datetime) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(status=DeliveryStatus.WAITING, next_at__lte=at)


def _waiting(at: datetime) -> Iterator[Asked]:
    """Give the addresses for which something is due: those never tried, then whose last try is longest ago."""
    standing = WebhookEndpoint.objects.filter(removed_at=None, turned_off_at=None)
    waited_for = standing.filter(Exists(_due(at).filter(endpoint=OuterRef("pk"))))
    for endpoint in waited_for.order_by(F("tried_at").asc(nulls_first=True), "pk"):
        failing = endpoint.failing_since is not None
        yield Asked(endpoint.pk, endpoint.pharmacy_id, endpoint.milliseconds, failing)


@contextmanager
def _alone() -> Iterator[bool]:
    """Keep a second round away while this one is at it; the claims hold also where that fails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [POSTING_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [POSTING_LOCK])


def _clock(at: datetime) -> Clock:
    began = monotonic()
    return lambda: at + timedelta(seconds=monotonic() - began)


def _with_own_connection(lane: Callable[[], Counter[str]]) -> Counter[str]:
    try:
        return lane()
    finally:
        connections.close_all()


def _lane(turns: Turns, takes: Taken, clock: Clock, began_at: datetime, route: Route) -> Counter[str]:
    """Send to whoever's turn it is the oldest of what is due to them, until all is sent or the round is over."""
    ends: Counter[str] = Counter()
    last = began_at + timedelta(seconds=ROUND_SECONDS)
    while True:
        with turns.next_for(takes) as asked:
            if asked is None or (at := clock()) > last:
                return ends
            try:
                delivery = _claim(asked.endpoint_id, at)
                if delivery is None:
                    continue
                tried = _try(delivery, at, route)
                ends[_write_down(delivery, tried, clock())] += 1
            except Exception:
                logger.exception("the messages for webhook %s wait for the next round", asked.endpoint_id)
                ends["broken"] += 1
                continue
            if tried.status_code is not None:
                taking = lately(tried.milliseconds, asked.milliseconds)
                turns.again(asked._replace(milliseconds=taking, is_failing=not tried.arrived))


def _claim(endpoint_id: int, at: datetime) -> WebhookDelivery | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"endpoint": endpoint_id, "at": at, "until": at + LEASE})
        claimed = cursor.fetchone()
    if claimed is None:
        return None
    whole = WebhookDelivery.objects.select_related("endpoint", "message__authorization")
    return whole.get(pk=claimed[0])


def _try(delivery: WebhookDelivery, at: datetime, route: Route) -> Try:
    endpoint, message = delivery.endpoint, delivery.message
    signers = [unsealed_secret(endpoint.sealed_secret)]
    if not signers[0]:
        return CANNOT_SIGN
    if endpoint.former_until is not None and at < endpoint.former_until:
        signers += filter(None, [unsealed_secret(endpoint.former_sealed_secret)])
    body = body_of(message)
    headers = signed_headers(message.public_id, body, signers, at)
    return send(endpoint.address, body.encode(), headers, seconds=settings.WEBHOOK_SECONDS, route=route)


def _write_down(delivery: WebhookDelivery, tried: Try, at: datetime) -> str:
    """Keep a try with what it led to, and give that."""
    given_up = not tried.arrived and at - delivery.first_due_at >= _tried_for()
    status = DeliveryStatus.DELIVERED if tried.arrived else DeliveryStatus.FAILED if given_up else None
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)  # before its messages, as actions lock them
        if tried.arrived:
            endpoint.exclude(failing_since=None).update(failing_since=None)
        else:
            endpoint.filter(failing_since=None).update(failing_since=at)
        endpoint.update(tried_at=at, milliseconds=lately(tried.milliseconds, delivery.endpoint.milliseconds))
        still = WebhookDelivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.WAITING)
        if status is not None:
            still.update(status=status, ended_at=at)
        else:
            still.update(next_at=at + pause_after(delivery.attempts))
        WebhookAttempt.objects.create(delivery=delivery, at=at, **tried._asdict())
    if not tried.arrived:
        _turn_off_if_dead(delivery.endpoint, at)
    return status.value if status is not None else "put off"


def pause_after(attempts: int) -> timedelta:
    """Give how long a message waits after so many tries in vain: twice as long each time, never quite as long."""
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return pause * secrets.SystemRandom().uniform(1 - JITTER, 1 + JITTER)


def _turn_off_if_dead(endpoint: WebhookEndpoint, at: datetime) -> None:
    endpoint.refresh_from_db(fields=["failing_since"])
    if endpoint.failing_since is None or at - endpoint.failing_since < _tried_for():
        return
    try:
        turn_off_webhook(webhook=endpoint, by=SYSTEM, at=at)
    except Rejected:
        logger.info("webhook %s was turned off or removed meanwhile", endpoint.pk)


def _tried_for() -> timedelta:
    return timedelta(hours=settings.WEBHOOK_TRIED_HOURS)
