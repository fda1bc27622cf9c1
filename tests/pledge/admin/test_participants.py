"""What program administrators do: participants, keys, deviations, follow-ups, and the trail for reading."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.urls import reverse

from pledge.actions import authorizations, holds, keys, log_ins, participants
from pledge.admin.visitor import PROGRAM_ADMINISTRATORS, visitor_behind
from pledge.models import (
    Designee,
    Deviation,
    EventType,
    FollowUp,
    Pharmacy,
    PharmacyKey,
    Prescriber,
    ProgramEvent,
    Wholesaler,
)
from pledge.rules.refusals import Rejected
from tests.lives import a_key, authorized, ready
from tests.pledge.admin.world import World, logged_in, newest_act, page_of, take


def new(model: Any) -> str:
    return reverse(f"admin:pledge_{model._meta.model_name}_new", args=["enroll"])


def step(row: Any, slug: str) -> str:
    return reverse(f"admin:pledge_{row._meta.model_name}_step", args=[row.pk, slug])


def page(row: Any) -> str:
    return reverse(f"admin:pledge_{row._meta.model_name}_change", args=[row.pk])


class TestEnrolling:
    def test_a_prescriber_with_a_log_in(self, world: World) -> None:
        user = User.objects.create_user("quinn")
        take(world.administrator, new(Prescriber), npi="1234567893", name="Dr. Quinn", user="quinn")
        prescriber = Prescriber.objects.get(npi="1234567893")
        assert prescriber.user == user
        assert str(prescriber.certified_through) == "2028-03-10"
        assert newest_act().actor_name == "Ada Admin"

    @pytest.mark.parametrize("username", ["paula", "dana", "nobody"])
    def test_a_prescriber_with_a_log_in_that_is_not_free(self, world: World, username: str) -> None:
        answer = take(world.administrator, new(Prescriber), npi="1234567893", name="Dr. Quinn", user=username)
        assert "user" in answer.context["form"].errors

    def test_a_prescriber_who_is_enrolled_already(self, world: World) -> None:
        npi = world.program.prescriber.npi
        answer = take(world.administrator, new(Prescriber), npi=npi, name="Dr. Quinn")
        assert "npi" in answer.context["form"].errors

    @pytest.mark.parametrize("through", ["2027-03-10", "2028-03-12", "soon"])
    def test_for_more_than_a_year_or_a_past_day(self, world: World, through: str) -> None:
        fields = {"npi": "1234567893", "name": "Dr. Quinn", "certified_through": through}
        answer = take(world.administrator, new(Prescriber), **fields)
        assert "certified_through" in answer.context["form"].errors

    def test_a_designee_of_two_prescribers(self, world: World) -> None:
        both = [world.program.prescriber, world.elsewhere.prescriber]
        npis = "\n".join(prescriber.npi for prescriber in both)
        take(world.administrator, new(Designee), name="Eli East", prescribers=npis)
        designee = Designee.objects.get(name="Eli East")
        assert {d.prescriber for d in designee.designations.all()} == set(both)
        shown = world.administrator.get(f"/admin/pledge/designee/{designee.pk}/").content.decode()
        assert all(f"{prescriber}, no end day: Tests, monthly" in shown for prescriber in both)

    def test_a_designee_of_someone_unknown(self, world: World) -> None:
        answer = take(world.administrator, new(Designee), name="Eli East", prescribers="0000000000")
        assert "prescribers" in answer.context["form"].errors

    def test_a_pharmacy_and_a_wholesaler(self, world: World) -> None:
        take(world.administrator, new(Pharmacy), number="N1", name="North", representative="Rae")
        take(world.administrator, new(Wholesaler), number="W1", name="Whole")
        assert Pharmacy.objects.get(number="N1").representative == "Rae"
        assert Wholesaler.objects.filter(number="W1").exists()


class TestALogIn:
    @pytest.mark.parametrize("kind", ["prescriber", "designee"])
    def test_is_linked_to_who_is_enrolled_already(self, world: World, kind: str) -> None:
        npi = world.program.prescriber.npi
        enrolling = {"npi": "1234567893"} if kind == "prescriber" else {"prescribers": npi}
        model = Prescriber if kind == "prescriber" else Designee
        take(world.administrator, new(model), name="Eli East", **enrolling)
        party = model._default_manager.get(name="Eli East")
        user = User.objects.create_user("eli")
        assert visitor_behind(user, world.today) is None
        assert 'href="link-log-in/"' in world.administrator.get(page(party)).content.decode()
        assert take(world.administrator, step(party, "link-log-in"), user="eli").url == page(party)
        assert newest_act().type == EventType.LOG_IN_LINKED
        visitor = visitor_behind(User.objects.get(pk=user.pk), world.today)
        assert visitor is not None
        assert visitor.role == kind
        assert 'href="link-log-in/"' not in world.administrator.get(page(party)).content.decode()

    @pytest.mark.parametrize("username", ["paula", "dana", "nobody", ""])
    def test_that_is_not_free_is_not_linked(self, world: World, username: str) -> None:
        take(world.administrator, new(Prescriber), npi="1234567893", name="Dr. Quinn")
        address = step(Prescriber.objects.get(npi="1234567893"), "link-log-in")
        assert "user" in take(world.administrator, address, user=username).context["form"].errors

    @pytest.mark.parametrize("kind", ["prescriber", "designee"])
    def test_is_made_by_an_administrator_who_is_no_superuser(self, world: World, kind: str) -> None:
        bruno = User.objects.create_user("bruno")
        bruno.groups.add(Group.objects.get_or_create(name=PROGRAM_ADMINISTRATORS)[0])
        client = logged_in(bruno)
        enrolling = {"npi": "1234567893"} if kind == "prescriber" else {"prescribers": world.program.prescriber.npi}
        model = Prescriber if kind == "prescriber" else Designee
        answer = take(client, new(model), name="Eli East", **enrolling)
        party = model._default_manager.get(name="Eli East")
        assert answer.url == page(party)
        shown = client.get(page(party)).content.decode()
        assert "Next, make their log-in" in shown
        assert 'href="make-log-in/"' in shown
        assert "is or was someone" in take(client, step(party, "make-log-in"), username="Ada").content.decode()
        answer = take(client, step(party, "make-log-in"), username="eli")
        assert answer.context["outcome"].way_in.code in answer.content.decode()
        eli = User.objects.get(username="eli")
        assert (eli.has_usable_password(), eli.is_superuser, eli.is_staff, eli.groups.count()) == (False,) * 3 + (0,)
        visitor = visitor_behind(eli, world.today)
        assert visitor is not None
        assert visitor.role == kind
        assert 'href="make-log-in/"' not in client.get(page(party)).content.decode()
        assert "has a log-in already" in take(client, step(party, "make-log-in"), username="el2").content.decode()

    def test_of_the_program_becomes_no_clinics(self, world: World) -> None:
        take(world.administrator, new(Prescriber), npi="1234567893", name="Dr. Quinn")
        party, bruno = Prescriber.objects.get(npi="1234567893"), User.objects.create_user("bruno")
        bruno.groups.add(Group.objects.get_or_create(name=PROGRAM_ADMINISTRATORS)[0])
        for user in (bruno, User.objects.get(username="ada")):
            answer = take(world.administrator, step(party, "link-log-in"), user=user.username)
            assert "user" in answer.context["form"].errors
            with pytest.raises(Rejected, match="someone of the program"):
                participants.link_log_in(party=party, user=user, by=world.program.administrator, at=world.at)

    def test_of_a_clinic_is_made_by_no_clinic(self, world: World) -> None:
        with pytest.raises(Rejected, match="only a program administrator"):
            log_ins.make_clinic_log_in(
                party=world.program.prescriber, username="eve", by=world.program.clinic, at=world.at
            )

    def test_is_no_clinics_to_link(self, world: World) -> None:
        assert world.prescriber.get(step(world.elsewhere.prescriber, "link-log-in")).status_code == 404


class TestADesignee:
    def test_has_a_page_that_tells_of_designations_and_the_log_in(self, world: World) -> None:
        world.designated_elsewhere()
        take(world.administrator, step(world.designee, "let-back-in"))
        shown = world.administrator.get(page(world.designee)).content.decode()
        assert "dana, switched on" in shown
        for title in ("Designation granted", "Way back in given", "Designee enrolled"):
            assert f"<strong>{title}" in shown, title
        take(world.administrator, step(world.designee, "switch-off"))
        shown = world.administrator.get(page(world.designee)).content.decode()
        assert "dana, switched off" in shown
        assert "<strong>Log-in deactivated" in shown


class TestStanding:
    @pytest.mark.parametrize("kind", ["prescriber", "pharmacy", "designee"])
    def test_is_suspended_reinstated_and_certified_anew(self, world: World, kind: str) -> None:
        party = world.designee if kind == "designee" else getattr(world.program, kind)
        expected = {
            "suspend": EventType.PARTY_SUSPENDED,
            "reinstate": EventType.PARTY_REINSTATED,
            "certify": EventType.PARTY_CERTIFIED,
        }
        for slug, event in expected.items():
            more = {"reason": "no answer"} if slug == "suspend" else {}
            assert take(world.administrator, step(party, slug), **more).url == page(party)
            assert newest_act().type == event

    def test_suspended_twice_is_rejected(self, world: World) -> None:
        party = world.program.pharmacy
        take(world.administrator, step(party, "suspend"), reason="no answer")
        answer = take(world.administrator, step(party, "suspend"), reason="no answer")
        assert "is suspended already" in answer.content.decode() or "You did this" in answer.content.decode()

    def test_is_said_on_the_page(self, world: World) -> None:
        party = world.program.pharmacy
        assert "Stands today, through Friday, March 10, 2028." in self._shown(world, party)
        assert "reason" in take(world.administrator, step(party, "suspend")).context["form"].errors
        take(world.administrator, step(party, "suspend"), reason="License lapsed")
        shown = self._shown(world, party)
        assert "Suspended since Thursday, March 11, 2027: License lapsed" in shown
        assert "<strong>Suspended: License lapsed</strong>" in shown
        assert 'href="reinstate/"' in shown

    @staticmethod
    def _shown(world: World, party: Any) -> str:
        return world.administrator.get(page(party)).content.decode()


class TestAKey:
    def test_is_shown_once(self, world: World) -> None:
        pharmacy = world.program.pharmacy
        answer = take(world.administrator, step(pharmacy, "issue-key"), expires_on="2027-12-31")
        secret = answer.context["outcome"].secret
        assert secret in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        key = PharmacyKey.objects.get(pharmacy=pharmacy)
        assert key.digest == keys.digest_of(secret)
        assert str(key.expires_at) == "2028-01-01 05:00:00+00:00"
        for address in (page(pharmacy), page(key), reverse("admin:pledge_pharmacykey_changelist")):
            shown = world.administrator.get(address).content.decode()
            assert secret not in shown
            assert key.digest not in shown

    def test_of_the_sandbox_is_issued_beside_it_and_rotated_once(self, world: World) -> None:
        secret = take(world.administrator, step(world.program.pharmacy, "issue-test-key")).context["outcome"].secret
        assert secret.startswith("pledge_test_")
        old = PharmacyKey.objects.get()
        assert old.sandbox
        assert 'href="rotate/"' in world.administrator.get(page(old)).content.decode()
        assert "overlap_days" in take(world.administrator, step(old, "rotate"), overlap_days="8").context["form"].errors
        answer = take(world.administrator, step(old, "rotate"), overlap_days="2")
        new = PharmacyKey.objects.get(replaces=old)
        assert new.digest == keys.digest_of(answer.context["outcome"].secret)
        assert new.sandbox
        old.refresh_from_db()
        assert old.expires_at == world.at + timedelta(days=2)
        assert 'href="rotate/"' not in world.administrator.get(page(old)).content.decode()

    def test_is_revoked(self, world: World) -> None:
        a_key(world.program.pharmacy, world.at)
        key = PharmacyKey.objects.get()
        take(world.administrator, step(key, "revoke"))
        assert newest_act().type == EventType.KEY_REVOKED


class TestOpenWork:
    @pytest.fixture
    def deviation(self, world: World) -> Deviation:
        life = ready(world.program, world.at)
        authorizations.report_dispense(
            registrant=life.registrant, pharmacy=world.program.pharmacy, days_supply=30, by=world.program.counter,
            at=world.at,
        )  # fmt: skip
        return Deviation.objects.get()

    def test_a_deviation_is_closed_with_a_note(self, world: World, deviation: Deviation) -> None:
        assert "note" in take(world.administrator, step(deviation, "close")).context["form"].errors
        take(world.administrator, step(deviation, "close"), note="Pharmacy was trained again.")
        deviation.refresh_from_db()
        assert deviation.closing_note == "Pharmacy was trained again."

    def test_a_deviations_form_says_how_long_a_note_may_be(self, world: World, deviation: Deviation) -> None:
        address = step(deviation, "close")
        assert "At most 500 characters." in world.administrator.get(address).content.decode()
        assert "note" in take(world.administrator, address, note="n" * 501).context["form"].errors
        deviation.refresh_from_db()
        assert deviation.closed_at is None

    def test_a_follow_up_is_finished(self, world: World) -> None:
        life = ready(world.program, world.at)
        holds.report_pregnancy(registrant=life.registrant, by=world.program.clinic, at=world.at)
        task = FollowUp.objects.get()
        shown = world.administrator.get(page(task)).content.decode()
        assert "Follow-ups" in shown
        assert "Follow ups" not in shown
        assert "then finish it here with a note" in shown
        assert "note" in take(world.administrator, step(task, "finish")).context["form"].errors
        take(world.administrator, step(task, "finish"), note="Talked with Dr. Paula.")
        task.refresh_from_db()
        assert task.done_at == world.at
        shown = world.administrator.get(page(task)).content.decode()
        assert "Follow-up done" in shown
        assert "has been followed up. Talked with Dr. Paula." in shown
        assert "<h1>Follow-up due Mar 12, 2027, 10:00 AM</h1>" in shown
        event = world.administrator.get(reverse("admin:pledge_programevent_change", args=[newest_act().pk]))
        assert "Mar 11, 2027, 10:00 AM" in event.content.decode()
        assert "T15:00" not in event.content.decode()


class TestTheTrail:
    def _shown(self, world: World, **query: Any) -> HttpResponse:
        return world.administrator.get(reverse("admin:pledge_programevent_changelist"), query)

    def test_is_filtered_and_searched_by_number(self, world: World) -> None:
        life, other = authorized(world.program, world.at), ready(world.elsewhere, world.at)
        shown = self._shown(world, q=life.number, type__exact="authorization_issued").content.decode()
        assert "1 program event" in shown
        assert other.number not in shown

    def test_links_to_the_registrant(self, world: World) -> None:
        life = ready(world.program, world.at)
        assert page_of(life) in self._shown(world).content.decode()

    @pytest.mark.parametrize("way", ["", "add/", "{pk}/change/", "{pk}/delete/", "{pk}/"])
    def test_takes_no_change(self, world: World, way: str) -> None:
        event = newest_act()
        address = reverse("admin:pledge_programevent_changelist") + way.format(pk=event.pk)
        sent = {"type": "hold_cleared", "action": "delete_selected", "_selected_action": event.pk, "post": "yes"}
        before = ProgramEvent.objects.count()
        assert world.administrator.post(address, sent).status_code in {302, 403, 404, 405}
        assert ProgramEvent.objects.count() == before
        assert ProgramEvent.objects.get(pk=event.pk).type == event.type
