"""What the doorbell starts, once a minute and for codes more often: the database says what is due (config.celery)."""

import logging
from collections import Counter
from typing import Any

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from consents.actions.records import seal_due
from notifications.delivery import deliver
from notifications.kinds import Kind
from notifications.sweep import is_due, run_sweep

logger = logging.getLogger(__name__)

# One that waits longer is stale: the next tick asks again whether the night is still to be done.
SECONDS_OF_A_RING = 55
AWAITED = frozenset({Kind.SIGNING_CODE})  # someone looks at a page until it comes


@shared_task(name="notifications.tasks.tick")
def tick(**_: Any) -> None:
    """Ring for the nightly work where it is still to be done, seal what is signed, deliver what is queued and due."""
    at = timezone.now()
    if is_due(at):
        try:
            nightly.apply_async(expires=SECONDS_OF_A_RING)
        except OperationalError as failure:
            logger.warning("the nightly work could not be rung for: %s", type(failure).__name__)
    _tell("records", seal_due(at=at))
    _tell("notices", deliver(at=at))


@shared_task(name="notifications.tasks.hurry")
def hurry(**_: Any) -> None:
    """Deliver what someone is waiting for; the next tick would take it too, too late."""
    _tell("notices", deliver(at=timezone.now(), kinds=AWAITED))


@shared_task(name="notifications.tasks.nightly")
def nightly(**_: Any) -> None:
    """Do the nightly work of today unless it is done; two at once do it once."""
    at = timezone.now()
    if not is_due(at):
        return
    report = run_sweep(at=at)
    done = "another is at it" if report.skipped else f"{sum(report.counts.values())} rows"
    logger.info("nightly work of %s: %s, %s failed", report.on, done, len(report.failures))


def _tell(what: str, ends: Counter[str]) -> None:
    if ends:
        logger.info("%s: %s", what, ", ".join(f"{count} {end}" for end, count in sorted(ends.items())))
