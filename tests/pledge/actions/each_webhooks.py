"""The addresses of pharmacies' software, each action once."""

from __future__ import annotations

from datetime import timedelta

from notifications.actions import webhooks
from notifications.kinds import Kind, Reader
from notifications.messages import number_messages
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.outbox import queue
from pledge.models import EventType
from tests import lives
from tests.pledge.actions.one_step import AT, Step, before

ADDRESS = "https://hooks.pharmacy.example/pledge"


def _there(program: lives.Program) -> WebhookEndpoint:
    return webhooks.add_webhook(pharmacy=program.pharmacy, address=ADDRESS, by=program.administrator, at=before(9)).row


def _add(program: lives.Program) -> Step:
    given = {"pharmacy": program.pharmacy, "address": ADDRESS}
    return Step(webhooks.add_webhook, EventType.WEBHOOK_ADDED, given, program.administrator)


def _rotate(program: lives.Program) -> Step:
    given = {"webhook": _there(program)}
    return Step(webhooks.rotate_webhook_secret, EventType.WEBHOOK_SECRET_ROTATED, given, program.administrator)


def _remove(program: lives.Program) -> Step:
    return Step(webhooks.remove_webhook, EventType.WEBHOOK_REMOVED, {"webhook": _there(program)}, program.administrator)


def _turn_off(program: lives.Program) -> Step:
    row = _there(program)
    WebhookEndpoint.objects.filter(pk=row.pk).update(failing_since=AT - timedelta(days=3))
    return Step(webhooks.turn_off_webhook, EventType.WEBHOOK_TURNED_OFF, {"webhook": row}, program.administrator)


def _resend(program: lives.Program) -> Step:
    row = _there(program)
    queue(Reader.PHARMACY, program.pharmacy.pk, Kind.CERTIFICATION_EXPIRING, "certification:soon", at=AT)
    number_messages(at=AT)
    delivery = WebhookDelivery.objects.get(endpoint=row)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(status="delivered", ended_at=AT, attempts=1)
    return Step(webhooks.resend_delivery, EventType.WEBHOOK_RESENT, {"delivery": delivery}, program.administrator)


WEBHOOKS = {
    "webhooks.add_webhook": _add,
    "webhooks.remove_webhook": _remove,
    "webhooks.resend_delivery": _resend,
    "webhooks.rotate_webhook_secret": _rotate,
    "webhooks.turn_off_webhook": _turn_off,
}
