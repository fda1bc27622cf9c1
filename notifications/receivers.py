"""The one receiver of the trail's signal: a nudge to queue what an event causes, without waiting for the night."""

import logging

from django.dispatch import receiver

from notifications.announcements import ANNOUNCERS, TOLD_BY_THE_SWEEP, announce
from notifications.messages import number_messages_of
from pledge.models import EventType, ProgramEvent
from pledge.trail import event_recorded

logger = logging.getLogger(__name__)


@receiver(event_recorded, sender=ProgramEvent)
def announce_event(event_id: int, type: EventType, **_: object) -> None:  # noqa: A002 - the trail's own word
    """Queue the notices of one event; a failure is logged, and the sweep repairs what was missed."""
    if type not in ANNOUNCERS:
        return
    try:
        event = ProgramEvent.objects.get(pk=event_id)
        announce(event)
        if type in TOLD_BY_THE_SWEEP:  # what pharmacies are told of an authorization, whoever queues it
            number_messages_of(event_id, at=event.at)
    except Exception:
        logger.exception("notices of event %s were not queued; the next sweep will", event_id)
