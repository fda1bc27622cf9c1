"""A form is taken once, and only on the record it was shown for."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pledge.actions import participants
from pledge.admin.visitor import AUDITORS
from pledge.models import EventType, FollowUp, Pharmacy, PharmacyKey, PregnancyTest, Registrant
from tests.lives import a_test, on_treatment, ready
from tests.pledge.admin.world import World, filled_in, logged_in, newest_act, step_of, take


def sent_twice(client: Client, address: str, **fields: Any) -> HttpResponse:
    form = filled_in(client.get(address), **fields)
    assert client.post(address, form).status_code in {200, 302}
    return client.post(address, form)


class TestADoubleClick:
    def test_records_one_test(self, world: World) -> None:
        life = on_treatment(world.program, world.at)
        before = PregnancyTest.objects.count()
        address = step_of(life, "record-test")
        answer = sent_twice(world.prescriber, address, result="negative", setting="clia_lab")
        assert PregnancyTest.objects.count() == before + 1
        assert "You did this a moment ago" in answer.content.decode()

    def test_reports_one_pregnancy(self, world: World) -> None:
        life = ready(world.program, world.at)
        sent_twice(world.prescriber, step_of(life, "report-pregnancy"))
        assert FollowUp.objects.filter(registrant=life.registrant).count() == 1

    def test_enrolls_one_person(self, world: World) -> None:
        address = reverse("admin:pledge_registrant_new", args=["enroll"])
        sent_twice(world.prescriber, address, name="Sam Stone", born_on="2001-05-06")
        assert Registrant.objects.filter(name="Sam Stone").count() == 1

    def test_issues_one_key(self, world: World) -> None:
        pharmacy: Pharmacy = world.program.pharmacy
        address = reverse("admin:pledge_pharmacy_step", args=[pharmacy.pk, "issue-key"])
        answer = sent_twice(world.administrator, address)
        assert PharmacyKey.objects.filter(pharmacy=pharmacy).count() == 1
        assert "pledge_live_" not in answer.content.decode()


class TestAFormShownForAnEarlierRecord:
    def test_is_not_taken_and_says_what_came_between(self, world: World) -> None:
        life = ready(world.program, world.at)
        address = step_of(life, "cancel-window")
        form = filled_in(world.prescriber.get(address))
        world.assistant.post(step_of(life, "permit-home-tests"), filled_in(
            world.assistant.get(step_of(life, "permit-home-tests"))))  # fmt: skip
        answer = world.prescriber.post(address, form)
        assert "The record has changed since this form was shown" in answer.content.decode()
        assert "“Home tests permitted” was recorded by Dana Doe" in answer.content.decode()
        assert newest_act(life.registrant).type == EventType.HOME_TESTS_PERMITTED

    def test_is_taken_when_sent_again(self, world: World) -> None:
        life = ready(world.program, world.at)
        address = step_of(life, "cancel-window")
        form = filled_in(world.prescriber.get(address))
        a_test(life, world.at)
        shown = world.prescriber.post(address, form)
        again = filled_in(shown, weighed_as=shown.context["mark"])
        assert world.prescriber.post(address, again).status_code == 302
        assert newest_act(life.registrant).type == EventType.WINDOW_CANCELLED

    def test_is_taken_at_once_where_it_reports_a_pregnancy(self, world: World) -> None:
        life = ready(world.program, world.at)
        address = step_of(life, "report-pregnancy")
        form = filled_in(world.prescriber.get(address))
        a_test(life, world.at)
        assert world.prescriber.post(address, form).status_code == 302
        life.registrant.refresh_from_db()
        assert life.registrant.hold_since == world.today

    def test_is_not_taken_where_it_does_not_say_what_it_was_shown_for(self, world: World) -> None:
        life = ready(world.program, world.at)
        for seen in ({}, {"seen": "x"}, {"seen": "9" * 40}, {"seen": "-1"}):
            world.prescriber.post(step_of(life, "cancel-window"), seen)
        assert newest_act(life.registrant).type != EventType.WINDOW_CANCELLED


class TestTwoWhoCorrectTheSameContact:
    def test_are_told_who_what_and_when_and_lose_nothing(self, world: World) -> None:
        life = ready(world.program, world.at)
        address = step_of(life, "change-contact")
        form = filled_in(world.prescriber.get(address), name="Robin Rivera")
        world.assistant.post(address, filled_in(world.assistant.get(address), email="new@patients.example"))
        answer = world.prescriber.post(address, form)
        page = answer.content.decode()
        assert "“Contact changed” was recorded by Dana Doe for Dr. Paula Prescott on Mar 11, 2027 at 10:00 AM" in page
        assert "robin@patients.example" in page
        assert {shown.label: shown.present for shown in answer.context["present"]} == {
            "Full name": "Robin Reyes", "E-mail": "new@patients.example",
        }  # fmt: skip
        assert answer.context["form"]["name"].value() == "Robin Rivera"
        assert newest_act(life.registrant).actor_name == "Dana Doe"

    def test_are_not_stopped_by_what_was_refused_to_someone_else(self, world: World) -> None:
        life = ready(world.program, world.at)
        address = step_of(life, "change-contact")
        form = filled_in(world.prescriber.get(address), name="Robin Rivera")
        refused = step_of(life, "confirm-month")
        world.assistant.post(refused, filled_in(world.assistant.get(refused), statement="same", days_supply="60"))
        assert newest_act(life.registrant).type == EventType.ACT_REFUSED
        assert world.prescriber.post(address, form).status_code == 302


class TestTwoWhoChangeTheSameLogIn:
    def test_are_told_and_lose_nothing(self, world: World) -> None:
        zed = User.objects.create_user("zed", last_name="Zed")
        sue = logged_in(User.objects.create_superuser("sue"))
        address = reverse("admin:auth_user_step", args=[zed.pk, "change"])
        form = filled_in(world.administrator.get(address), first_name="Zoe")
        take(sue, address, email="new@staff.example", groups=[AUDITORS])
        answer = world.administrator.post(address, form)
        assert "The record has changed since this form was shown" in answer.content.decode()
        assert {shown.label: shown.present for shown in answer.context["present"]}["E-mail"] == "new@staff.example"
        assert AUDITORS in User.objects.get(pk=zed.pk).groups.values_list("name", flat=True)
        assert User.objects.get(pk=zed.pk).email == "new@staff.example"

    def test_are_not_stopped_by_its_owner_s_logging_in(self, world: World) -> None:
        paula = User.objects.get(username="paula")
        address = reverse("admin:pledge_prescriber_step", args=[world.program.prescriber.pk, "switch-off"])
        form = filled_in(world.administrator.get(address))
        Client().post(reverse("admin:login"), {"username": "paula", "password": "wrong"})
        assert newest_act().type == EventType.LOG_IN_DENIED
        assert world.administrator.post(address, form).status_code == 302
        paula.refresh_from_db()
        assert not paula.is_active


class TestTwoTabs:
    def test_about_two_people_are_both_taken_and_each_once(self, world: World) -> None:
        dora = participants.enroll_designee(
            name="Dora", prescribers=[world.program.prescriber], attested_through=world.today,
            user=User.objects.create_user("dora"), by=world.program.administrator, at=world.at,
        )  # fmt: skip
        tabs = [reverse("admin:let_back_in", args=[who.pk]) for who in (world.designee, dora)]
        forms = [filled_in(world.prescriber.get(tab)) for tab in tabs]
        answers = [world.prescriber.post(tab, form) for tab, form in zip(tabs, forms, strict=True)]
        assert [answer.context["outcome"].user.username for answer in answers] == ["dana", "dora"]
        for tab, form in zip(tabs, forms, strict=True):
            assert "You did this a moment ago" in world.prescriber.post(tab, form).content.decode()


class TestAForgedForm:
    def test_without_a_token_is_refused(self, world: World) -> None:
        life = ready(world.program, world.at)
        client = Client(enforce_csrf_checks=True)
        client.cookies = world.prescriber.cookies
        answer = client.post(step_of(life, "cancel-window"), {"seen": "0"})
        assert answer.status_code == 403
        assert "Nothing was done: load the page again" in answer.content.decode()
