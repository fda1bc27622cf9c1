"""The representative's pages: an address added, its secret shown once, what was sent, and sent again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.posting import post_messages
from notifications.webhooks.signing import PREFIX, unsealed_secret
from tests import lives
from tests.notifications.webhooks.conftest import a_representative, added, two_messages
from tests.notifications.webhooks.receiver import NAME, route_to
from tests.pledge.admin.world import logged_in, take

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.pharmacy.example/pledge"


@pytest.fixture
def rita(program, now) -> Client:
    return logged_in(a_representative(program, now).pharmacist.user)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def typed(client: Client, address: str) -> Any:
    """Type an address into the form that adds one."""
    seen = client.get("/admin/webhooks/add/").context["seen"]
    return client.post("/admin/webhooks/add/", {"seen": seen, "address": address})


class TestAnAddress:
    def test_is_added_with_a_secret_that_is_shown_once(self, rita, program):
        answer = typed(rita, "https://Hooks.Pharmacy.example/pledge")
        row = WebhookEndpoint.objects.get()
        assert (row.address, row.pharmacy) == (ADDRESS, program.pharmacy)
        assert unsealed_secret(row.sealed_secret) in said(answer)
        assert "no-store" in answer["Cache-Control"]
        for page in ("/admin/webhooks/", f"/admin/webhooks/address/{row.pk}/"):
            assert ADDRESS in said(rita.get(page))
            assert PREFIX not in said(rita.get(page))

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("http://hooks.pharmacy.example/", "It must begin with https://."),
            ("https://127.0.0.1/", "It must have a name, not an IP address"),
            (ADDRESS, "It is there already."),
        ],
    )
    def test_is_turned_away_with_the_reason(self, rita, program, now, address, why):
        added(program, ADDRESS, now)
        assert why in said(typed(rita, address))
        assert WebhookEndpoint.objects.count() == 1

    @override_settings(WEBHOOKS_MOST=1)
    def test_is_one_of_a_few(self, rita, program, now):
        added(program, ADDRESS, now)
        assert "There can be 1 addresses" in said(rita.get("/admin/webhooks/"))
        other = typed(rita, "https://other.example/")
        assert "the most there can be; remove one first" in said(other)

    def test_gets_another_secret_and_is_removed(self, rita, program, now):
        first = added(program, ADDRESS, now)
        at = f"/admin/webhooks/address/{first.row.pk}"
        newer = said(take(rita, f"{at}/change-secret/"))
        assert first.secret not in newer
        assert "The former secret signs too until" in newer
        assert "Signed with both secrets until" in said(rita.get("/admin/webhooks/"))
        assert take(rita, f"{at}/remove/").status_code == 302
        assert rita.get(f"{at}/").status_code == 404
        assert "No address is told yet" in said(rita.get("/admin/webhooks/"))

    def test_is_nobody_elses(self, rita, program, now):
        other = lives.Program(program.prescriber, program.other_pharmacy, program.pharmacy, program.administrator)
        strange = added(other, "https://other.example/", now).row
        two_messages(other, now)
        for page in ("", "remove/", "change-secret/"):
            assert rita.get(f"/admin/webhooks/address/{strange.pk}/{page}").status_code == 404
        assert rita.post(f"/admin/webhooks/message/{strange.deliveries.first().pk}/resend/").status_code == 404


class TestWhatWasSent:
    @pytest.fixture
    def sent(self, program, receiver, now) -> WebhookEndpoint:
        row = added(program, receiver.address(), now).row
        two_messages(program, now)
        receiver.status = 500
        post_messages(at=now, route=route_to(NAME), threads=1)
        receiver.status = 204
        post_messages(at=now + timedelta(minutes=2), route=route_to(NAME), threads=1)
        return row

    def test_is_listed_with_every_try_and_sent_again(self, rita, sent, receiver, now):
        page = said(rita.get(f"/admin/webhooks/address/{sent.pk}/"))
        assert page.count("authorization.suspended Delivered") == page.count("authorization.resumed Delivered") == 1
        assert page.count("2 tries, the last: Answered 204") == 2
        assert page.count(": Answered 500") == 2
        one = WebhookDelivery.objects.first()
        assert "Send it again" in said(rita.get(f"/admin/webhooks/message/{one.pk}/resend/"))
        assert take(rita, f"/admin/webhooks/message/{one.pk}/resend/").status_code == 302
        assert "authorization.resumed Waiting" in said(rita.get(f"/admin/webhooks/address/{sent.pk}/"))
        assert post_messages(at=now + timedelta(minutes=9), route=route_to(NAME), threads=1) == {"delivered": 1}

    def test_is_read_page_by_page(self, rita, sent, monkeypatch):
        monkeypatch.setattr("notifications.admin.webhooks.pages.SHOWN", 1)
        address = f"/admin/webhooks/address/{sent.pk}/"
        newest = rita.get(address).content.decode()
        assert "authorization.resumed" in newest
        older = rita.get(address + re.search(r'"(\?before=\d+)"', newest)[1]).content.decode()
        assert "authorization.suspended" in older
        assert "before=" not in older
        assert rita.get(f"{address}?before=x").status_code == 200

    def test_tells_of_an_address_that_is_not_reached_or_off(self, rita, sent, now):
        WebhookEndpoint.objects.update(failing_since=now)
        assert "Not reached since" in said(rita.get("/admin/webhooks/"))
        WebhookEndpoint.objects.update(turned_off_at=now)
        assert "Turned off" in said(rita.get("/admin/webhooks/"))
        assert "Send it again" not in said(rita.get(f"/admin/webhooks/address/{sent.pk}/"))
