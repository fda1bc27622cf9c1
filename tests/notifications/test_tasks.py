"""Once a minute: ring for the night where it is due, and deliver what waits."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail
from django.test import override_settings
from kombu.exceptions import OperationalError

from config.celery import app
from notifications import tasks
from notifications.actions.webhooks import add_webhook
from notifications.kinds import Kind, Reader
from notifications.models import Night, Notice
from notifications.outbox import queue
from tests import lives

pytestmark = pytest.mark.django_db
NIGHT, NOON = datetime(2026, 12, 1, 8, 0, tzinfo=UTC), datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def rung(monkeypatch):
    """The rings for the nightly work, none of which is answered."""
    rings = []
    monkeypatch.setattr(tasks.nightly, "apply_async", lambda **options: rings.append(options))
    return rings


@pytest.fixture
def waiting():
    """A notice to the program."""
    queue(Reader.PROGRAM, 0, Kind.DEVIATION, "deviation:1", at=NIGHT)


class TestATick:
    def test_rings_for_the_night_and_no_longer_than_the_next_tick(self, rung):
        with time_machine.travel(NIGHT, tick=False):
            tasks.tick()
        assert [ring["expires"] < 60 for ring in rung] == [True]

    def test_does_not_ring_before_two_in_the_morning(self, rung):
        with time_machine.travel(datetime(2026, 12, 1, 6, 59, tzinfo=UTC), tick=False):
            tasks.tick()
        assert rung == []

    def test_does_not_ring_for_a_night_that_is_done(self, rung):
        with time_machine.travel(NIGHT, tick=False):
            tasks.nightly()
        with time_machine.travel(NOON, tick=False):
            tasks.tick()
        assert rung == []

    def test_numbers_what_pharmacies_are_told_and_rings_for_their_software(self, rung, monkeypatch):
        program, rings = lives.a_program(NOON), []
        monkeypatch.setattr(tasks.webhooks, "apply_async", lambda **options: rings.append(options))
        given = {"address": "https://no.such.name.invalid/", "by": program.administrator, "at": NOON}
        add_webhook(pharmacy=program.pharmacy, **given)
        with time_machine.travel(NOON, tick=False):
            tasks.tick()
            tasks.hurry()
            assert rings == []
            queue(Reader.PHARMACY, program.pharmacy.pk, Kind.CERTIFICATION_EXPIRING, "certification:soon", at=NOON)
            tasks.tick()
            tasks.hurry()
        assert [ring["expires"] < 60 for ring in rings] == [True, True]

    @override_settings(EMAIL_PROGRAM="staff@program.example")
    def test_delivers_what_is_queued(self, rung, waiting):
        with time_machine.travel(NOON, tick=False):
            tasks.tick()
            tasks.tick()
        assert [message.to for message in mail.outbox] == [["staff@program.example"]]

    @override_settings(EMAIL_PROGRAM="staff@program.example")
    def test_delivers_though_nobody_can_be_rung(self, waiting, monkeypatch):
        def unreachable(**_):
            raise OperationalError("no broker")

        monkeypatch.setattr(tasks.nightly, "apply_async", unreachable)
        with time_machine.travel(NOON, tick=False):
            tasks.tick()
        assert len(mail.outbox) == 1


class TestTheNight:
    def test_is_done_once(self):
        with time_machine.travel(NIGHT, tick=False):
            tasks.nightly()
        with time_machine.travel(NOON, tick=False):
            tasks.nightly()
        assert [(night.day.isoformat(), night.done_at) for night in Night.objects.all()] == [("2026-12-01", NIGHT)]

    def test_is_not_done_before_its_hour(self):
        with time_machine.travel(datetime(2026, 12, 1, 6, 59, tzinfo=UTC), tick=False):
            tasks.nightly()
        assert not Night.objects.exists()


class TestTheTasks:
    def test_are_what_beat_rings_for(self):
        rung = {ring["task"] for ring in app.conf.beat_schedule.values()}
        assert rung == {tasks.tick.name, tasks.hurry.name}

    def test_are_stale_before_the_next_ring(self):
        for ring in app.conf.beat_schedule.values():
            assert ring["options"]["expires"] < ring["schedule"]

    @pytest.mark.parametrize("task", [tasks.tick, tasks.nightly, tasks.hurry, tasks.webhooks])
    def test_forgive_what_a_newer_release_would_say(self, task, rung):
        task(since="tomorrow")

    def test_leave_nothing_queued_by_themselves(self):
        assert not Notice.objects.exists()
