"""What the doorbell starts, once a minute and for codes more often: the database says what is due (config.celery)."""

import logging
from collections import Counter
from datetime import datetime
from typing import Any

from celery import shared_task
from django.db import Error as DatabaseFailed
from django.utils import timezone
from kombu.exceptions import OperationalError

from consents.actions.records import seal_due
from notifications.delivery import deliver
from notifications.kinds import Kind
from notifications.messages import number_messages
from notifications.posting import is_anything_due, post_messages
from notifications.sweep import is_due, run_sweep

logger = logging.getLogger(__name__)

# One that waits longer is stale: the next tick asks again whether the night is still to be done.
SECONDS_OF_A_RING = 55
AWAITED = frozenset({Kind.SIGNING_CODE})  # someone looks at a page until it comes


@shared_task(name="notifications.tasks.tick")
def tick(**_: Any) -> None:
    """Ring for what takes long, number the pharmacies' messages, seal what is signed, deliver what is due by mail."""
    at = timezone.now()
    if is_due(at):
        _ring(nightly)
    try:
        number_messages(at=at)
    except DatabaseFailed:
        logger.exception("the pharmacies' messages were not numbered; the next tick does it")
    _ring_for_webhooks(at)
    _tell("records", seal_due(at=at))
    _tell("notices", deliver(at=at))


@shared_task(name="notifications.tasks.hurry")
def hurry(**_: Any) -> None:
    """Deliver what someone is waiting for; the next tick would take it too, too late."""
    at = timezone.now()
    _ring_for_webhooks(at)
    _tell("notices", deliver(at=at, kinds=AWAITED))


@shared_task(name="notifications.tasks.webhooks")
def webhooks(**_: Any) -> None:
    """Bring to the pharmacies' software what waits for it; two at once do it once."""
    _tell("webhooks", post_messages(at=timezone.now()))


@shared_task(name="notifications.tasks.nightly")
def nightly(**_: Any) -> None:
    """Do the nightly work of today unless it is done; two at once do it once."""
    at = timezone.now()
    if not is_due(at):
        return
    report = run_sweep(at=at)
    done = "another is at it" if report.skipped else f"{sum(report.counts.values())} rows"
    logger.info("nightly work of %s: %s, %s failed", report.on, done, len(report.failures))


def _ring(task: Any) -> None:
    try:
        task.apply_async(expires=SECONDS_OF_A_RING)
    except OperationalError as failure:
        logger.warning("%s could not be rung for: %s", task.name, type(failure).__name__)


def _ring_for_webhooks(at: datetime) -> None:
    if is_anything_due(at):
        _ring(webhooks)


def _tell(what: str, ends: Counter[str]) -> None:
    if ends:
        logger.info("%s: %s", what, ", ".join(f"{count} {end}" for end, count in sorted(ends.items())))
