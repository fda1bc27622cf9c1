"""A reader behind a cursor loses nothing, and a message is claimed once: over real connections, with controls."""

from __future__ import annotations

import re
import threading
import time
from datetime import datetime

import pytest
from django.db import transaction

from notifications.actions.webhooks import add_webhook
from notifications.kinds import Kind, Reader
from notifications.messages import messages_after, number_messages
from notifications.models import Notice, PharmacyMessage, WebhookDelivery, WebhookEndpoint
from notifications.outbox import queue
from notifications.posting import _claim
from tests import lives
from tests.races.side_by_side import PAUSE, at_once, stripped

pytestmark = pytest.mark.django_db(transaction=True)
CLAIMS = re.compile(r"FOR UPDATE SKIP LOCKED")


def tell(program: lives.Program, at: datetime, occasion: str) -> None:
    queue(Reader.PHARMACY, program.pharmacy.pk, Kind.CERTIFICATION_EXPIRING, occasion, at=at)


class TestAReader:
    def test_sees_what_was_written_first_and_committed_last(self, program, at):
        """The first notice takes its id, and stands only after the second was told and read."""
        written, read = threading.Event(), threading.Event()
        seen: list[list[int]] = []

        def slow() -> None:
            with transaction.atomic():
                tell(program, at, "first")
                written.set()
                assert read.wait(10)
            number_messages(at=at)

        def quick() -> None:
            assert written.wait(10)
            tell(program, at, "second")
            number_messages(at=at)
            seen.append([message.number for message in messages_after(program.pharmacy.pk, 0, 10)])
            seen.append(list(Notice.objects.order_by("pk").values_list("pk", flat=True)))
            read.set()

        assert at_once(slow, quick) == [None, None]
        by_number, by_id = seen
        later = [message.notice.occasion for message in messages_after(program.pharmacy.pk, by_number[-1], 10)]
        assert later == ["first"]
        # The control: a reader behind the id that a row took when it was written never sees the first.
        assert not Notice.objects.filter(pk__gt=by_id[-1]).exists()
        assert Notice.objects.count() == 2

    def test_sees_every_number_once_however_many_number_at_once(self, program, at):
        for turn in range(4):
            tell(program, at, f"before:{turn}")
        given = at_once(*(lambda: number_messages(at=at) for _ in range(4)))
        assert sorted(given) == [0, 0, 0, 4]
        assert list(PharmacyMessage.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


class TestAClaim:
    @pytest.fixture
    def row(self, program, at) -> WebhookEndpoint:
        given = {"address": "https://a.example/", "by": program.administrator, "at": at}
        row = add_webhook(pharmacy=program.pharmacy, **given).row
        tell(program, at, "told")
        number_messages(at=at)
        return row

    @pytest.mark.parametrize(("without", "claims"), [(None, 1), (CLAIMS, 2)], ids=["protected", "control"])
    def test_is_one_workers_alone(self, row, at, without, claims):
        claimed = threading.Event()

        def first() -> object:
            with transaction.atomic(), stripped(without):
                delivery = _claim(row.pk, at)
                claimed.set()
                time.sleep(PAUSE)
            return delivery

        def second() -> object:
            assert claimed.wait(10)
            with stripped(without):
                return _claim(row.pk, at)

        assert len([given for given in at_once(first, second) if isinstance(given, WebhookDelivery)]) == claims
        assert _claim(row.pk, at) is None
