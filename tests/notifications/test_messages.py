"""What pharmacies are told, as their software reads it: numbered in reading order, and nothing beyond the contract."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from notifications.actions.webhooks import add_webhook, turn_off_webhook
from notifications.kinds import Kind, Reader
from notifications.messages import NUMBERING_LOCK, members_of, number_messages, number_messages_of
from notifications.models import Notice, PharmacyMessage, WebhookDelivery
from notifications.sweep import run_sweep
from pledge.actions import holds, participants
from pledge.models import ProgramEvent
from pledge.rules.calendar import program_day
from tests import lives
from tests.notifications.conftest import commit
from tests.pledge.api.conftest import Software

pytestmark = pytest.mark.django_db


def told_to(pharmacy: Any) -> list[tuple[int, str]]:
    return list(PharmacyMessage.objects.filter(pharmacy=pharmacy).values_list("number", "type"))


def revoked(program: lives.Program, at: Any) -> lives.Life:
    life = lives.authorized(program, at)
    holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=at)
    commit()
    return life


class TestAMessage:
    def test_is_there_at_once_where_someone_acted(self, program, at):
        life = revoked(program, at)
        message = PharmacyMessage.objects.get()
        assert (message.number, message.authorization) == (1, life.authorization)
        assert message.notice == Notice.objects.get(kind=Kind.AUTHORIZATION_REVOKED, reader=Reader.PHARMACY)
        assert members_of(message) == {
            "id": message.public_id,
            "type": "authorization.revoked",
            "timestamp": "2027-03-11T15:00:00Z",
            "data": {"rma_number": life.rma_number, "status": "revoked"},
        }

    def test_counts_up_for_each_pharmacy_whatever_it_tells(self, program, at):
        both = [lives.authorized(program, at) for _ in range(2)]
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        participants.reinstate(party=program.prescriber, by=program.administrator, at=at)
        commit()
        later = at + timedelta(days=9)
        run_sweep(at=later)
        number_messages(at=later)
        assert told_to(program.pharmacy) == list(
            enumerate(["authorization.suspended"] * 2 + ["authorization.resumed"] * 2 + ["authorization.lapsed"] * 2, 1)
        )
        statuses = [members_of(message)["data"]["status"] for message in PharmacyMessage.objects.all()]
        assert statuses == ["suspended"] * 2 + ["issued"] * 2 + ["lapsed"] * 2
        assert {message.authorization.pk for message in PharmacyMessage.objects.all()} == {
            life.authorization.pk for life in both
        }

    def test_of_a_certification_says_until_when(self, at):
        program = lives.a_program(at, through=program_day(at) + timedelta(days=7))
        run_sweep(at=at)
        number_messages(at=at)
        [told, other] = [members_of(message) for message in PharmacyMessage.objects.all()]
        assert {told["type"], other["type"]} == {"certification.expiring"}
        assert told["data"] == {"certified_through": (program_day(at) + timedelta(days=7)).isoformat()}
        assert [number for number, _ in told_to(program.other_pharmacy)] == [1]

    def test_is_made_once_however_often_it_is_numbered(self, program, at):
        revoked(program, at)
        assert number_messages(at=at) == number_messages_of(ProgramEvent.objects.latest("pk").pk, at=at) == 0
        assert len(told_to(program.pharmacy)) == 1

    def test_is_not_made_of_what_only_goes_by_mail(self, program, at):
        webhook = add_webhook(
            pharmacy=program.pharmacy, address="https://a.example/", by=program.administrator, at=at
        ).row
        type(webhook).objects.update(failing_since=at - timedelta(days=4))
        turn_off_webhook(webhook=webhook, by=program.administrator, at=at)
        commit()
        assert Notice.objects.get().kind == Kind.WEBHOOK_TURNED_OFF
        assert number_messages(at=at) == 0

    def test_goes_to_every_address_that_is_there_and_on(self, program, at):
        given = {"pharmacy": program.pharmacy, "by": program.administrator, "at": at}
        first, second, off = (add_webhook(address=f"https://{name}.example/", **given).row for name in "abc")
        add_webhook(
            **{**given, "pharmacy": program.other_pharmacy, "by": program.administrator}, address="https://d.example/"
        )
        type(off).objects.filter(pk=off.pk).update(turned_off_at=at)
        revoked(program, at)
        assert set(WebhookDelivery.objects.values_list("endpoint_id", flat=True)) == {first.pk, second.pk}
        add_webhook(address="https://late.example/", **given)
        assert number_messages(at=at) == 0
        assert WebhookDelivery.objects.count() == 2


class TestNumbering:
    def test_leaves_it_to_the_tick_while_another_is_at_it(self, program, at):
        life = lives.authorized(program, at)
        with connection.copy().cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s)", [NUMBERING_LOCK])
            holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=at)
            commit()
            assert told_to(program.pharmacy) == []
            other.execute("SELECT pg_advisory_unlock(%s)", [NUMBERING_LOCK])
            other.connection.close()
        assert number_messages(at=at) == 1


class TestTheEvents:
    @pytest.fixture
    def software(self, program, at) -> Software:
        return Software(lives.a_key(program.pharmacy, at))

    @pytest.fixture
    def lived(self, program, at) -> list[lives.Life]:
        return [revoked(program, at) for _ in range(3)]

    def test_are_read_page_by_page_and_go_on_where_they_ended(self, software, lived, program, at):
        with override_settings(API_PAGE_ROWS=2):
            first = json.loads(software.get("/events").content)
            second = json.loads(software.get(f"/events?cursor={first['next_cursor']}").content)
        third = json.loads(software.get(f"/events?cursor={second['next_cursor']}").content)
        numbers = [told["data"]["rma_number"] for page in (first, second, third) for told in page["items"]]
        assert numbers == [life.rma_number for life in lived]
        assert (len(first["items"]), len(second["items"])) == (2, 1)
        assert third == {"items": [], "next_cursor": second["next_cursor"]}
        newest = revoked(program, at)
        fourth = json.loads(software.get(f"/events?cursor={third['next_cursor']}").content)
        assert [told["data"]["rma_number"] for told in fourth["items"]] == [newest.rma_number]

    def test_tell_neither_why_nor_of_whom(self, software, lived):
        said = software.get("/events").content.decode()
        for life in lived:
            assert life.number not in said
            assert life.born_on.isoformat() not in said
        assert not re.search("hold|pregnan|reyes|robin|reason", said, re.IGNORECASE)
        assert json.loads(said)["items"][0].keys() == {"id", "type", "timestamp", "data"}

    def test_are_the_pharmacys_own(self, lived, program, at):
        other = Software(lives.a_key(program.other_pharmacy, at))
        assert json.loads(other.get("/events").content) == {"items": [], "next_cursor": "0"}
        assert other.get("/events?cursor=0").status_code == 200

    @pytest.mark.parametrize("cursor", ["4", "-1", "01", "x", "1%00", "9" * 30, "%D9%A1"])
    def test_are_not_read_behind_what_was_never_there(self, software, lived, cursor):
        answer = software.get(f"/events?cursor={cursor}")
        assert answer.status_code == 400
        assert json.loads(answer.content)["errors"][0]["pointer"] == "/cursor"

    def test_are_for_who_has_a_key(self, software, program, at):
        participants.suspend(party=program.pharmacy, by=program.administrator, at=at)
        assert software.get("/events").status_code == 403
        software.key = "pledge_live_nothing"
        assert software.get("/events").status_code == 401
        assert software.get("/events?cursor=x").status_code == 401
