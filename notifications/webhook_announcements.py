"""What pharmacies are told of their own software's addresses."""

from collections.abc import Callable, Mapping

from notifications.kinds import Kind, Reader
from notifications.models import WebhookEndpoint
from notifications.outbox import queue
from pledge.models import EventType, ProgramEvent


def _turned_off(event: ProgramEvent) -> None:
    endpoint = WebhookEndpoint.objects.get(pk=event.subject_id or 0)
    queue(Reader.PHARMACY, endpoint.pharmacy_id, Kind.WEBHOOK_TURNED_OFF, f"webhook:{endpoint.pk}", at=event.at,
          caused_by=event)  # fmt: skip


WEBHOOK_ANNOUNCERS: Mapping[EventType, Callable[[ProgramEvent], None]] = {EventType.WEBHOOK_TURNED_OFF: _turned_off}
