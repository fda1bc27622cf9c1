"""The addresses at which pharmacies' software is told: added, taken back, turned off, and a message sent again."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from notifications.models import DeliveryStatus, WebhookDelivery, WebhookEndpoint
from notifications.webhooks.addresses import WrongAddress, target_of
from notifications.webhooks.signing import new_secret, sealed_secret
from pledge.access import represents
from pledge.frame import action
from pledge.models import EventType, Pharmacy
from pledge.rules.refusals import Rejected
from pledge.trail import SYSTEM, By, changed, created, record, subject_of

SEALED = ("sealed_secret", "former_sealed_secret")  # never in the trail, which is read by more than may sign
Changes = dict[str, dict[str, list[object]]]


class AddedWebhook(NamedTuple):
    """A webhook's row and its secret, which is not shown again."""

    row: WebhookEndpoint
    secret: str


@action
def add_webhook(*, pharmacy: Pharmacy, address: str, by: By, at: datetime) -> AddedWebhook:
    """Tell a pharmacy's software at an address of every message from now on; one that was turned off begins anew.

    :raises Rejected: for an address that nothing may be sent to, one that is there already, one more than
        ``WEBHOOKS_MOST``, or by who may not.
    """
    _check_own(pharmacy, by)
    try:
        address = target_of(address).address
    except WrongAddress as wrong:
        raise Rejected("address", str(wrong)) from wrong
    Pharmacy.objects.select_for_update(no_key=True).get(pk=pharmacy.pk)
    present = list(WebhookEndpoint.objects.filter(pharmacy=pharmacy, removed_at=None))
    ended = [changed(row, removed_at=at) for row in present if row.address == address and row.turned_off_at]
    standing = [row for row in present if row.removed_at is None]
    if any(row.address == address for row in standing):
        raise Rejected("address", "it is there already")
    if len(standing) >= settings.WEBHOOKS_MOST:
        raise Rejected("address", f"there are {len(standing)} addresses, the most there can be; remove one first")
    secret = new_secret()
    row = WebhookEndpoint.objects.create(
        pharmacy=pharmacy, address=address, sealed_secret=sealed_secret(secret), added_at=at
    )
    record(EventType.WEBHOOK_ADDED, act="webhooks.add_webhook", by=by, at=at, about=row,
           changes=[*ended, _unsealed_of(row, created(row))])  # fmt: skip
    return AddedWebhook(row, secret)


@action
def rotate_webhook_secret(*, webhook: WebhookEndpoint, by: By, at: datetime) -> AddedWebhook:
    """Give a webhook another secret; the former one signs beside it for ``WEBHOOK_OVERLAP_HOURS``.

    :raises Rejected: where it was removed or turned off, or by who may not.
    """
    row = _locked(webhook, by)
    _check_on(row)
    secret = new_secret()
    changes = changed(
        row,
        former_sealed_secret=row.sealed_secret,
        former_until=at + timedelta(hours=settings.WEBHOOK_OVERLAP_HOURS),
        sealed_secret=sealed_secret(secret),
    )
    record(EventType.WEBHOOK_SECRET_ROTATED, act="webhooks.rotate_webhook_secret", by=by, at=at, about=row,
           changes=[_unsealed_of(row, changes)])  # fmt: skip
    return AddedWebhook(row, secret)


@action
def remove_webhook(*, webhook: WebhookEndpoint, by: By, at: datetime) -> WebhookEndpoint:
    """Send nothing more to an address; what still waits for it is not sent.

    :raises Rejected: where it was removed already, or by who may not.
    """
    row = _locked(webhook, by)
    changes = changed(row, removed_at=at)
    _give_up_waiting(row, at)
    record(EventType.WEBHOOK_REMOVED, act="webhooks.remove_webhook", by=by, at=at, about=row, changes=[changes])
    return row


@action
def turn_off_webhook(*, webhook: WebhookEndpoint, by: By, at: datetime) -> WebhookEndpoint:
    """Try an address no more that took nothing for ``WEBHOOK_TRIED_HOURS``; its pharmacy is told by mail.

    :raises Rejected: where it is off or removed already, or has taken something meanwhile.
    """
    row = _locked(webhook, by)
    _check_on(row)
    if row.failing_since is None or at - row.failing_since < timedelta(hours=settings.WEBHOOK_TRIED_HOURS):
        raise Rejected("webhook", "it has not failed for long enough")
    changes = changed(row, turned_off_at=at)
    _give_up_waiting(row, at)
    record(EventType.WEBHOOK_TURNED_OFF, act="webhooks.turn_off_webhook", by=by, at=at, about=row, changes=[changes])
    return row


@action
def resend_delivery(*, delivery: WebhookDelivery, by: By, at: datetime) -> WebhookDelivery:
    """Send a message again that arrived or was given up; it bears the id that it bore.

    :raises Rejected: where it is on its way, or its address was removed or turned off, or by who may not.
    """
    _check_on(_locked(delivery.endpoint, by))
    row = WebhookDelivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    if row.status == DeliveryStatus.WAITING:
        raise Rejected("delivery", "it is on its way already")
    changes = changed(row, status=DeliveryStatus.WAITING.value, attempts=0, first_due_at=at, next_at=at, ended_at=None)
    record(EventType.WEBHOOK_RESENT, act="webhooks.resend_delivery", by=by, at=at, about=row, changes=[changes])
    return row


def _check_own(pharmacy: Pharmacy, by: By) -> None:
    if by.kind not in {"program", SYSTEM.kind} and not represents(by, pharmacy):
        raise Rejected("by", "the pharmacy's authorized representative does this, or a program administrator")


def _check_on(row: WebhookEndpoint) -> None:
    if row.turned_off_at is not None:
        raise Rejected("webhook", "it was turned off; add the address again, and read with GET /events what it missed")


def _locked(webhook: WebhookEndpoint, by: By) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",)).select_related("pharmacy").get(
        pk=webhook.pk
    )  # fmt: skip
    _check_own(row.pharmacy, by)
    if row.removed_at is not None:
        raise Rejected("webhook", "it was removed already")
    return row


def _give_up_waiting(row: WebhookEndpoint, at: datetime) -> None:
    waiting = WebhookDelivery.objects.filter(Q(endpoint=row), status=DeliveryStatus.WAITING)
    waiting.update(status=DeliveryStatus.FAILED, ended_at=at)


def _unsealed_of(row: WebhookEndpoint, changes: Changes) -> Changes:
    fields = {name: pair for name, pair in changes.get(subject_of(row), {}).items() if name not in SEALED}
    return {subject_of(row): fields}
