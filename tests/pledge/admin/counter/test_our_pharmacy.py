"""The representative's own pages, and the program's about a pharmacy's people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pledge.actions import participants
from pledge.admin.site import SECTIONS
from pledge.models import Pharmacist, Pharmacy, PharmacyKey
from tests.pledge.admin.counter.conftest import HOME, Counter, said
from tests.pledge.admin.world import next_code, take

pytestmark = pytest.mark.django_db
OWN = "/admin/pharmacy/"
LONG = "a long enough passphrase"


class TestTheRepresentative:
    def test_sees_how_the_pharmacy_stands_and_what_to_do(self, counter: Counter) -> None:
        page = said(counter.representative.get(OWN))
        assert "Active through" in page
        assert "tells a program administrator" in page
        assert counter.pharmacist.get(OWN).status_code == 404
        soon = counter.world.today + timedelta(days=3)
        Pharmacy.objects.filter(pk=counter.program.pharmacy.pk).update(certified_through=soon)
        assert "3 days left" in said(counter.representative.get(OWN))

    def test_enrolls_a_pharmacist_who_comes_in_by_code_and_second_factor(self, counter: Counter) -> None:
        address, sent = f"{OWN}new/enroll-pharmacist/", {"name": "Nova Nash", "own_id": "RPH-9", "username": "nova"}
        code = take(counter.representative, address, **sent).context["outcome"].way_in.code
        newcomer = Client()
        answer = newcomer.post(
            "/admin/login/way-back/", {"username": "nova", "code": code, "new_password": LONG, "again": LONG}
        )
        assert answer["Location"] == "/admin/login/authenticator/"
        assert newcomer.get(HOME)["Location"].startswith("/admin/login/")
        user, device = User.objects.get(username="nova"), Client()
        shown = next_code(user)
        device.post("/admin/login/", {"username": "nova", "password": LONG})
        assert device.post("/admin/login/code/", {"code": shown})["Location"] == HOME
        assert "May it be handed over?" in said(device.get(HOME))
        assert "own_id" in said(take(counter.representative, address, **{**sent, "username": "nova2"}))

        nova = Pharmacist.objects.get(own_id="RPH-9")
        ended = take(counter.representative, f"{OWN}pharmacists/{nova.pk}/end/")
        assert ended["Location"] == OWN
        assert device.get(HOME)["Location"].startswith("/admin/login/")
        assert "Nova Nash" not in said(counter.representative.get(OWN))

    def test_lets_back_in_the_pharmacys_own_and_nobody_else(self, counter: Counter) -> None:
        given = take(counter.representative, f"{OWN}pharmacists/{counter.sam.pk}/let-back-in/")
        assert given.context["outcome"].user == counter.sam.user
        other = Pharmacist.objects.get(pharmacy=counter.program.other_pharmacy)
        for pk in (counter.rosa.pk, other.pk):
            assert counter.representative.get(f"{OWN}pharmacists/{pk}/let-back-in/").status_code == 404
        assert counter.representative.get(f"{OWN}pharmacists/{counter.sam.pk}/switch-on/").status_code == 404

    def test_issues_a_key_shown_once_rotates_and_revokes_it(self, counter: Counter) -> None:
        secret = take(counter.representative, f"{OWN}new/issue-test-key/").context["outcome"].secret
        take(counter.representative, f"{OWN}new/issue-key/")
        first = PharmacyKey.objects.get(sandbox=False)
        page = said(counter.representative.get(OWN))
        assert first.prefix in page
        assert secret not in page
        take(counter.representative, f"{OWN}keys/{first.pk}/rotate/", overlap_days="0")
        second = PharmacyKey.objects.get(replaces=first)
        take(counter.representative, f"{OWN}keys/{second.pk}/revoke/")
        page = said(counter.representative.get(OWN))
        assert f"{OWN}keys/{second.pk}/" not in page
        assert "In use no more" in page
        assert counter.elsewhere.get(f"{OWN}keys/{first.pk}/revoke/").status_code == 404

    def test_of_a_suspended_pharmacy_still_comes_in_and_is_told(self, counter: Counter) -> None:
        participants.suspend(party=counter.program.pharmacy, by=counter.program.administrator, at=counter.world.at)
        assert "This pharmacy is suspended since" in said(counter.representative.get(OWN))


class TestTheProgram:
    def test_enrolls_a_representative_and_sees_who_acts(self, counter: Counter) -> None:
        page = f"/admin/pledge/pharmacy/{counter.program.other_pharmacy.pk}/"
        sent = {"name": "Sam Seong", "own_id": "REP-1", "username": "seong"}
        assert take(counter.world.administrator, f"{page}enroll-representative/", **sent).context["outcome"].way_in.code
        row = Pharmacist.objects.get(own_id="REP-1")
        assert row.is_representative
        assert "Sam Seong, REP-1" in said(counter.world.administrator.get(page))

    def test_lets_a_representative_back_in_and_ends_them(self, counter: Counter) -> None:
        page = f"/admin/pledge/pharmacist/{counter.rosa.pk}/"
        assert "counter-2, switched on" in said(counter.world.administrator.get(page))
        assert take(counter.world.administrator, f"{page}let-back-in/").context["outcome"].code
        take(counter.world.administrator, f"{page}end/")
        assert counter.representative.get(HOME)["Location"].startswith("/admin/login/")
        assert "Pharmacist" in dict(SECTIONS)["People"]
