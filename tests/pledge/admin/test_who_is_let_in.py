"""The door: who is let in is who acts in the program."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from pledge.actions.designations import end_designation
from pledge.admin.visitor import PROGRAM_ADMINISTRATORS, Role, by_of, visitor_behind
from pledge.models import Designee, Prescriber
from tests.lives import ready, registered
from tests.pledge.admin.world import PASSPHRASE, World, next_code, page_of


def logging_in(username: str) -> bool:
    client = Client()
    client.post(reverse("admin:login"), {"username": username, "password": PASSPHRASE})
    client.post(reverse("admin:log_in_code"), {"code": next_code(User.objects.get(username=username))})
    return "_auth_user_id" in client.session


class TestALogIn:
    def test_of_someone_in_the_program_is_taken(self, world: World) -> None:
        assert [logging_in(name) for name in ("paula", "dana", "ada")] == [True, True, True]

    def test_of_no_one_in_the_program_is_not_taken(self, world: World) -> None:
        User.objects.create_user("nora", password=PASSPHRASE, is_staff=True)
        assert not logging_in("nora")

    def test_that_was_switched_off_is_dead_on_the_next_request(self, world: World) -> None:
        User.objects.filter(username="paula").update(is_active=False)
        assert world.prescriber.get(reverse("admin:pledge_registrant_changelist")).status_code == 302

    def test_of_a_designee_of_nobody_opens_nothing(self, world: World) -> None:
        end_designation(
            designee=world.designee, prescriber=world.program.prescriber, by=world.program.clinic, at=world.at
        )
        assert world.assistant.get(reverse("admin:pledge_registrant_changelist")).status_code == 302

    def test_leads_a_clinic_to_its_worklist(self, world: World) -> None:
        assert "Worklist" in world.prescriber.get(reverse("admin:index")).content.decode()


class TestAVisitor:
    def test_is_a_prescriber_though_they_are_a_superuser_too(self, world: World) -> None:
        User.objects.filter(username="paula").update(is_superuser=True)
        visitor = visitor_behind(User.objects.get(username="paula"), world.today)
        assert visitor is not None
        assert visitor.role is Role.PRESCRIBER

    def test_is_an_administrator_by_their_group(self, world: World) -> None:
        user = User.objects.create_user("gus", password=PASSPHRASE)
        user.groups.add(Group.objects.create(name=PROGRAM_ADMINISTRATORS))
        visitor = visitor_behind(user, world.today)
        assert visitor is not None
        assert visitor.role is Role.PROGRAM

    def test_who_is_a_designee_acts_for_the_registrants_own_prescriber(self, world: World) -> None:
        world.designated_elsewhere()
        visitor = visitor_behind(Designee.objects.get(pk=world.designee.pk).user, world.today)
        assert visitor is not None
        for program in (world.program, world.elsewhere):
            life = registered(program, world.at)
            by = by_of(visitor, life.registrant)
            assert by.prescriber == program.prescriber
            assert by.on_behalf_of == program.prescriber.name

    def test_who_is_a_designee_of_two_sees_both_ones_registrants(self, world: World) -> None:
        lives = [ready(world.program, world.at), ready(world.elsewhere, world.at)]
        assert [world.assistant.get(page_of(life)).status_code for life in lives] == [200, 404]
        world.designated_elsewhere()
        assert [world.assistant.get(page_of(life)).status_code for life in lives] == [200, 200]

    def test_who_is_anonymous_is_asked_to_log_in(self, world: World) -> None:
        answer = Client().get(page_of(registered(world.program, world.at)))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("admin:login"))

    def test_is_nobody_without_a_link(self, world: World) -> None:
        assert visitor_behind(User.objects.create_user("nora", is_staff=True), world.today) is None

    def test_keeps_a_suspended_prescriber_reading(self, world: World) -> None:
        Prescriber.objects.filter(pk=world.program.prescriber.pk).update(suspended_at=world.at)
        assert world.prescriber.get(page_of(registered(world.elsewhere, world.at))).status_code == 404
        assert world.prescriber.get(reverse("admin:pledge_registrant_changelist")).status_code == 200


@pytest.mark.parametrize("header", ["Content-Security-Policy", "Cache-Control"])
def test_every_page_says_what_a_browser_may_do(world: World, header: str) -> None:
    answer = world.prescriber.get(page_of(ready(world.program, world.at)))
    said = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store"}
    assert said[header] in answer[header]
    page = answer.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
