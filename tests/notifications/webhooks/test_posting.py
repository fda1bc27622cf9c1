"""Messages on their way: tried until they arrive or three days are over, and nobody waits for another's software."""

from __future__ import annotations

import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import override_settings
from standardwebhooks.webhooks import WebhookVerificationError

from notifications.actions.webhooks import remove_webhook, resend_delivery, rotate_webhook_secret
from notifications.delivery import deliver
from notifications.kinds import Kind, Reader
from notifications.models import DeliveryStatus, Notice, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.posting import CANNOT_SIGN, LEASE, is_anything_due, pause_after, post_messages
from notifications.webhooks.sending import NOT_PUBLIC, NOT_REACHED, PUBLIC_INTERNET
from pledge.actions import holds
from pledge.models import EventType
from pledge.rules.refusals import Rejected
from tests import lives
from tests.notifications.conftest import commit
from tests.notifications.webhooks.conftest import a_representative, added, two_messages
from tests.notifications.webhooks.receiver import NAME, a_receiver, route_to
from tests.pledge.api.conftest import Software
from tests.pledge.happened import types

pytestmark = pytest.mark.django_db
ROUTE = route_to(NAME)
DAYS = timedelta(days=1)


def posted(at: Any, **options: Any) -> Counter[str]:
    return post_messages(at=at, route=ROUTE, **{"threads": 1, **options})


def answered_after(seconds: float) -> Callable[[Any], None]:
    """Make a receiver take its time over each message that it takes."""

    def answer(handler: Any) -> None:
        time.sleep(seconds)
        handler.send_response(204)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def statuses() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("status", flat=True))


class TestTheWholeWay:
    def test_from_a_report_to_the_mail_the_list_and_the_webhook(self, program, webhook, receiver, now):
        """A pregnancy is reported; the pharmacy learns that the number is revoked, and nothing else."""
        pharmacy = program.pharmacy
        type(pharmacy).objects.filter(pk=pharmacy.pk).update(email="counter@pharmacy.example")
        life = lives.authorized(program, now)
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=now)
        commit()
        deliver(at=now)
        assert "An authorization was revoked" in [letter.subject for letter in mail.outbox]
        listed = json.loads(Software(lives.a_key(pharmacy, now)).get("/events").content)["items"]
        assert [told["data"] for told in listed] == [{"rma_number": life.rma_number, "status": "revoked"}]
        assert is_anything_due(now)
        assert posted(now) == {"delivered": 1}
        [heard] = receiver.heard
        assert [heard.verified(webhook.secret)] == listed
        assert heard.headers["webhook-id"] == listed[0]["id"]
        assert life.number not in heard.body.decode()
        assert not is_anything_due(now + 9 * DAYS)
        assert [attempt.outcome for attempt in WebhookAttempt.objects.all()] == ["Answered 204"]


class TestAMessage:
    @pytest.fixture(autouse=True)
    def _told(self, program, webhook, now):
        two_messages(program, now)

    def test_is_signed_whole(self, webhook, receiver, now):
        posted(now)
        first, second = receiver.heard
        assert [first.verified(webhook.secret)["type"], second.verified(webhook.secret)["type"]] == [
            "authorization.suspended",
            "authorization.resumed",
        ]
        first.body, second.headers["webhook-id"] = second.body, first.headers["webhook-id"]
        for forged in (first, second):
            with pytest.raises(WebhookVerificationError):
                forged.verified(webhook.secret)

    def test_cannot_be_replayed_later(self, webhook, receiver, now):
        posted(now)
        with time_machine.travel(now + timedelta(minutes=6), tick=False), pytest.raises(WebhookVerificationError):
            receiver.heard[0].verified(webhook.secret)

    def test_is_tried_again_later_as_the_same(self, webhook, receiver, now):
        receiver.status = 500
        assert posted(now) == {"put off": 2}
        assert posted(now + timedelta(seconds=30)) == {}
        webhook.row.refresh_from_db()
        assert now <= webhook.row.failing_since < now + timedelta(seconds=20)
        receiver.status = 200
        assert posted(now + timedelta(minutes=2)) == {"delivered": 2}
        ids = [heard.headers["webhook-id"] for heard in receiver.heard]
        assert ids[:2] == ids[2:]
        times = [int(heard.headers["webhook-timestamp"]) for heard in receiver.heard]
        assert times[2] - times[0] >= 119
        webhook.row.refresh_from_db()
        assert webhook.row.failing_since is None
        assert list(WebhookDelivery.objects.values_list("attempts", flat=True)) == [2, 2]

    def test_waits_longer_each_time_and_never_to_the_second(self):
        pauses = [pause_after(attempts) for attempts in range(1, 30)]
        minutes = [pause / timedelta(minutes=1) for pause in pauses]
        assert 0.8 <= minutes[0] <= 1.2
        assert 1.6 <= minutes[1] <= 2.4
        assert all(192 <= late <= 288 for late in minutes[9:])
        assert len(set(pauses)) == len(pauses)

    def test_is_given_up_after_three_days_and_its_address_with_it(self, program, webhook, receiver, now):
        receiver.status = 503
        posted(now)
        assert posted(now + 2.9 * DAYS) == {"put off": 2}
        receiver.heard.clear()
        with types() as told:
            assert posted(now + 3.1 * DAYS) == {"failed": 1}
            commit()
        assert told == [EventType.WEBHOOK_TURNED_OFF]
        assert len(receiver.heard) == 1
        assert statuses() == ["failed", "failed"]
        assert posted(now + 4 * DAYS) == {}
        notice = Notice.objects.get(kind=Kind.WEBHOOK_TURNED_OFF)
        assert (notice.reader, notice.reader_id) == (Reader.PHARMACY, program.pharmacy.pk)
        with pytest.raises(Rejected, match="turned off"):
            resend_delivery(delivery=WebhookDelivery.objects.first(), by=program.administrator, at=now)

    def test_begins_anew_where_the_address_is_added_again(self, program, webhook, receiver, now):
        receiver.status = 503
        posted(now)
        posted(now + 3.1 * DAYS)
        again = added(program, receiver.address(), now + 4 * DAYS)
        webhook.row.refresh_from_db()
        assert webhook.row.removed_at == now + 4 * DAYS
        assert again.secret != webhook.secret
        assert not is_anything_due(now + 5 * DAYS)

    def test_goes_on_though_another_was_refused(self, receiver, now):
        refused = []

        def refusing_the_first(handler: Any) -> None:
            status = 500 if not refused else 204
            refused.append(status)
            handler.send_response(status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        receiver.answering = refusing_the_first
        assert posted(now) == {"put off": 1, "delivered": 1}

    def test_is_due_again_where_its_worker_was_killed(self, webhook, receiver, now):
        class Killed(BaseException):
            pass

        def killed(name: str, port: int) -> list[str]:
            raise Killed

        with pytest.raises(Killed):
            post_messages(at=now, route=ROUTE._replace(addresses_of=killed), threads=1)
        assert posted(now) == {"delivered": 1}
        assert posted(now + LEASE / 2) == {}
        assert posted(now + LEASE + timedelta(seconds=9)) == {"delivered": 1}
        assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 2

    def test_is_sent_again_when_asked(self, program, receiver, now):
        own = a_representative(program, now)
        posted(now)
        sent = WebhookDelivery.objects.last()
        resend_delivery(delivery=sent, by=own, at=now)
        with pytest.raises(Rejected, match="on its way already"):
            resend_delivery(delivery=sent, by=own, at=now)
        assert posted(now) == {"delivered": 1}
        first, again = [heard for heard in receiver.heard if heard.headers["webhook-id"] == sent.message.public_id]
        assert first.body == again.body

    def test_is_not_sent_where_its_address_was_removed(self, program, webhook, receiver, now):
        remove_webhook(webhook=webhook.row, by=program.administrator, at=now)
        assert posted(now) == {}
        assert statuses() == ["failed", "failed"]
        assert receiver.heard == []

    def test_is_signed_by_both_secrets_while_one_follows_the_other(self, program, webhook, receiver, now):
        newer = rotate_webhook_secret(webhook=webhook.row, by=program.administrator, at=now)
        posted(now)
        for secret in (webhook.secret, newer.secret):
            assert receiver.heard[0].verified(secret)
        later = now + timedelta(hours=25)
        resend_delivery(delivery=WebhookDelivery.objects.first(), by=program.administrator, at=later)
        posted(later)
        with time_machine.travel(later, tick=False):
            assert receiver.heard[-1].verified(newer.secret)
            with pytest.raises(WebhookVerificationError):
                receiver.heard[-1].verified(webhook.secret)

    def test_waits_where_its_secret_cannot_be_opened(self, program, receiver, now, settings):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-" * 8, [settings.SECRET_KEY]
        assert posted(now) == {"delivered": 2}  # the former key still opens it
        resend_delivery(delivery=WebhookDelivery.objects.first(), by=program.administrator, at=now)
        settings.SECRET_KEY_FALLBACKS = []
        assert posted(now) == {"put off": 1}
        assert WebhookAttempt.objects.first().outcome == CANNOT_SIGN.outcome
        assert len(receiver.heard) == 2

    def test_reaches_nothing_private_in_production(self, receiver, now):
        inside = PUBLIC_INTERNET._replace(addresses_of=lambda name, port: ["127.0.0.1"])
        assert post_messages(at=now, route=inside, threads=1) == {"put off": 1}
        assert WebhookAttempt.objects.get().outcome == NOT_PUBLIC
        assert receiver.heard == []


class TestADeadReceiver:
    @override_settings(WEBHOOK_SECONDS=0.5)
    def test_is_asked_once_a_round_and_after_those_that_work(self, program, receiver, now):
        with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as gone:
            slow = added(program, f"https://{NAME}:{silent.getsockname()[1]}/", now).row
            never_up = added(program, f"https://{NAME}:{gone.getsockname()[1]}/", now).row
            gone.close()
            good = added(program, receiver.address(), now).row
            two_messages(program, now)
            assert posted(now) == {"put off": 2, "delivered": 2}
            tried = {attempt.delivery.endpoint_id: attempt.outcome for attempt in WebhookAttempt.objects.all()}
            assert tried == {
                slow.pk: "No answer within 0.5 seconds",
                never_up.pk: NOT_REACHED,
                good.pk: "Answered 204",
            }
            resend_delivery(delivery=good.deliveries.first(), by=program.administrator, at=now)
            posted(now + timedelta(minutes=2))
        newest_first = list(WebhookAttempt.objects.values_list("delivery__endpoint_id", flat=True)[:3])
        assert newest_first[-1] == good.pk


@pytest.mark.django_db(transaction=True)
class TestThreads:
    @override_settings(WEBHOOK_SECONDS=1)
    def test_bring_messages_beside_who_does_not_answer(self, program, tmp_path, receiver, now):
        """Five receivers that never answer and one that does: all at once, each over its own connection."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for path in ("a", "b", "c", "d"):
                added(program, f"https://{NAME}:{silent.getsockname()[1]}/{path}", now)
            webhook = added(program, receiver.address(), now)
            two_messages(program, now)
            began = now
            assert posted(began, threads=8) == {"put off": 4, "delivered": 2}
        assert {heard.verified(webhook.secret)["type"] for heard in receiver.heard} == {
            "authorization.suspended",
            "authorization.resumed",
        }
        slowest = max(attempt.at for attempt in WebhookAttempt.objects.all()) - began
        assert slowest < timedelta(seconds=3)
        assert statuses().count(DeliveryStatus.DELIVERED) == 2

    def test_that_are_few_bring_messages_beside_many_who_answer_late(self, program, tmp_path, receiver, now):
        """Two pharmacies' software takes long over each of many messages; a third pharmacy has its own at once."""
        late = a_receiver(tmp_path)
        late.answering = answered_after(0.15)
        for slow in (program, lives.a_program(now)):
            row = added(slow, late.address(), now).row
            WebhookEndpoint.objects.filter(pk=row.pk).update(milliseconds=99_999, tried_at=now)  # as it was before
            two_messages(slow, now)
            two_messages(slow, now)
        quick = lives.a_program(now)
        webhook = added(quick, receiver.address(), now)
        two_messages(quick, now)
        try:
            assert posted(now, threads=2) == {"delivered": 14}
        finally:
            late.close()
        tried = list(WebhookAttempt.objects.order_by("at").values_list("delivery__endpoint_id", "at"))
        assert all(at - now < timedelta(seconds=0.6) for endpoint, at in tried if endpoint == webhook.row.pk)
        turns = [endpoint for endpoint, _ in tried if endpoint != webhook.row.pk]
        assert all(one != following for one, following in pairwise(turns))
        rows = WebhookEndpoint.objects.order_by("pk")
        assert [row.milliseconds > 1000 for row in rows] == [True, True, False]
        assert all(row.tried_at > now for row in rows)
