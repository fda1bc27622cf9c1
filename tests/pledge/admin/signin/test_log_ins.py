"""Log-ins are made, changed and switched off in steps of the trail; their owners keep their names for good."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from pledge.actions.log_ins import make_log_in
from pledge.admin.visitor import AUDITORS, PROGRAM_ADMINISTRATORS, Role, visitor_behind
from pledge.models import EventType, ProgramEvent
from pledge.rules.refusals import Rejected
from pledge.trail import By
from tests.pledge.admin.signin.conftest import AtTheDoor
from tests.pledge.admin.signin.test_coming_back import bring
from tests.pledge.admin.world import World, take

NEW = "/admin/auth/user/new/new/"


def step_of(username: str, slug: str) -> str:
    return reverse("admin:auth_user_step", args=[User.objects.get(username=username).pk, slug])


class TestALogIn:
    def test_is_made_with_a_code_that_its_owner_is_told(self, browser: AtTheDoor, world: World) -> None:
        answer = take(world.administrator, NEW, username="nova", last_name="Nova", groups=[AUDITORS])
        given = answer.context["outcome"].way_in
        assert given.code in answer.content.decode()
        nova = User.objects.get(username="nova")
        assert not nova.has_usable_password()
        visitor = visitor_behind(nova, world.today)
        assert visitor is not None
        assert visitor.role is Role.AUDITOR
        bring(browser, given.code, username="nova")
        browser.set_up()
        assert browser.is_in
        assert "pbkdf2" not in repr([*ProgramEvent.objects.values_list()])
        assert nova.password not in repr([*ProgramEvent.objects.values_list()])

    @pytest.mark.parametrize("name", ["paula", "PAULA"])
    def test_has_a_name_that_nobody_has_or_had(self, world: World, name: str) -> None:
        User.objects.filter(username="paula").update(is_active=False)
        answer = take(world.administrator, NEW, username=name, last_name="Other")
        assert "This user name is or was someone&#x27;s; it stays theirs" in answer.content.decode()
        assert User.objects.filter(username__iexact="paula").count() == 1

    def test_has_an_address_that_nobody_has_or_had(self, world: World) -> None:
        User.objects.filter(username="paula").update(email="paula@clinic.example")
        answer = take(world.administrator, NEW, username="other", last_name="Other", email="Paula@clinic.example")
        assert "it stays theirs" in answer.content.decode()

    def test_is_put_into_the_program_and_out_again(self, world: World) -> None:
        take(world.administrator, NEW, username="nova", last_name="Nova")
        take(world.administrator, step_of("nova", "change"), groups=[PROGRAM_ADMINISTRATORS])
        nova = User.objects.get(username="nova")
        assert visitor_behind(nova, world.today) is not None
        shown = world.administrator.get(step_of("nova", "change"))
        assert shown.context["form"]["groups"].value() == [PROGRAM_ADMINISTRATORS]
        take(world.administrator, step_of("nova", "change"), groups=[])
        assert visitor_behind(User.objects.get(username="nova"), world.today) is None
        told = ProgramEvent.objects.filter(type=EventType.LOG_IN_CHANGED).latest("id")
        assert told.changes[f"user:{nova.pk}"]["groups"] == [[PROGRAM_ADMINISTRATORS], []]

    def test_of_a_clinic_is_put_into_nothing_else(self, world: World) -> None:
        for standing in ({"groups": [PROGRAM_ADMINISTRATORS]}, {"is_superuser": "on"}):
            answer = take(world.administrator, step_of("paula", "change"), last_name="Prescott", **standing)
            assert "is of the program too has another" in answer.content.decode()
        paula = User.objects.get(username="paula")
        assert not paula.is_superuser
        assert not paula.groups.exists()

    def test_gives_up_nobody_s_own_standing(self, world: World) -> None:
        answer = take(world.administrator, step_of("ada", "change"), is_superuser=False)
        assert "Nobody gives up their own standing" in answer.content.decode()
        assert "lets themselves" in take(world.administrator, step_of("ada", "switch-off")).content.decode()
        assert User.objects.get(username="ada").is_superuser

    def test_is_switched_off_and_on(self, world: World) -> None:
        take(world.administrator, step_of("paula", "switch-off"))
        assert world.prescriber.get(reverse("admin:own_log_in")).status_code == 302
        assert "switch-on" in world.administrator.get(step_of("paula", "x").replace("x/", "")).content.decode()
        take(world.administrator, step_of("paula", "switch-on"))
        assert User.objects.get(username="paula").is_active

    def test_is_looked_after_by_superusers_alone(self, world: World) -> None:
        for client in (world.prescriber, world.assistant):
            for address in ("/admin/auth/user/", NEW, step_of("paula", "change")):
                assert client.get(address).status_code == 404, address
        for by in (world.program.clinic, By("program", str(User.objects.get(username="paula").pk), "Paula")):
            with pytest.raises(Rejected, match="only a superuser"):
                make_log_in(username="nova", by=by, at=world.at)

    def test_has_a_page_that_says_how_it_stands(self, world: World) -> None:
        page = world.administrator.get(reverse("admin:auth_user_change", args=[User.objects.get(username="paula").pk]))
        said = page.content.decode()
        for words in ("prescriber: Dr. Paula Prescott", "set up on 2027-03-11", "switched on"):
            assert words in said
        assert "password" not in [name for name, _ in page.context["facts"]]
