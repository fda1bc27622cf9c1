"""The way back in: given by who is near, told by hand, good once, and the end of what was before."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from pledge.actions.designations import designate, end_designation
from pledge.actions.log_ins import unlock_log_in
from pledge.actions.may_let_in import OPERATOR
from pledge.actions.participants import enroll_designee
from pledge.actions.ways_back import give_return_code
from pledge.admin.visitor import PROGRAM_ADMINISTRATORS
from pledge.models import EventType, ProgramEvent, ReturnCode
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Scope
from pledge.trail import By
from tests.pledge.admin.signin.conftest import AtTheDoor
from tests.pledge.admin.world import PASSPHRASE, World, logged_in, next_code, take

NEW = "another one that is long"


def dana() -> User:
    return User.objects.get(username="dana")


def code_for(username: str, at) -> str:
    return give_return_code(user=User.objects.get(username=username), by=OPERATOR, at=at).code


def bring(browser: AtTheDoor, code: str, username: str = "dana", password: str = NEW):
    given = {"username": username, "code": code, "new_password": password, "again": password}
    return browser.post(reverse("admin:way_back_in"), given)


def given_by(client: Client, address: str) -> str:
    """The code that a page shows once."""
    answer = take(client, address)
    found = re.search(r'class="secret big"><code>([a-z0-9-]+)</code>', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


class TestTheWayBack:
    def test_leads_through_a_new_password_and_a_new_authenticator(self, browser: AtTheDoor, world: World) -> None:
        answer = bring(browser, code_for("dana", world.at).upper().replace("-", " "))
        assert answer.url == reverse("admin:set_up_authenticator")
        assert not browser.is_in
        browser.set_up()
        assert browser.is_in
        assert world.assistant.get(reverse("admin:own_log_in")).status_code == 302, "an old session lives on"
        assert dana().check_password(NEW)

    def test_is_open_though_the_log_in_is_locked_and_unlocks_it(self, browser: AtTheDoor, world: World) -> None:
        code = code_for("dana", world.at)
        for _ in range(5):
            browser.password("dana", "wrong")
        bring(browser, code)
        browser.set_up()
        assert browser.is_in
        again = AtTheDoor()
        again.password("dana", NEW)
        assert again.is_halfway

    def test_is_good_once(self, browser: AtTheDoor, world: World) -> None:
        code = code_for("dana", world.at)
        bring(browser, code)
        assert "do not go together" in bring(AtTheDoor(), code).content.decode()

    def test_is_good_for_a_day(self, browser: AtTheDoor, world: World) -> None:
        code = code_for("dana", world.at)
        with time_machine.travel(world.at + timedelta(hours=24), tick=False):
            bring(browser, code)
        assert not browser.is_halfway

    def test_outlives_every_wrong_try_though_few_are_looked_at(
        self, browser: AtTheDoor, world: World, settings
    ) -> None:
        settings.LOG_IN_TRIES_OF_ADDRESS = 4
        code = code_for("dana", world.at)
        for _ in range(8):
            answer = bring(browser, "2222-2222-2222")
        assert "a right one is taken all the same" in answer.content.decode()
        assert ProgramEvent.objects.filter(type=EventType.LOG_IN_DENIED).count() == ReturnCode.objects.get().tries == 4
        bring(browser, code)
        browser.set_up()
        assert browser.is_in

    def test_is_dead_when_another_is_given(self, browser: AtTheDoor, world: World) -> None:
        old, new = code_for("dana", world.at), code_for("dana", world.at)
        bring(browser, old)
        assert not browser.is_halfway
        bring(browser, new)
        assert browser.is_halfway

    def test_is_nobody_else_s(self, browser: AtTheDoor, world: World) -> None:
        bring(browser, code_for("dana", world.at), username="paula")
        assert not browser.is_halfway

    def test_answers_alike_for_a_name_that_nobody_has(self, browser: AtTheDoor, world: World) -> None:
        code_for("dana", world.at)
        pages = set()
        for name in ("dana", "paula", "nobody"):
            said = bring(browser, "2222-2222-2222", username=name).content.decode().replace(name, "")
            pages.add(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", said))
        assert len(pages) == 1

    def test_is_kept_as_a_digest(self, world: World) -> None:
        code = code_for("dana", world.at)
        assert code not in repr([*ReturnCode.objects.values_list(), *ProgramEvent.objects.values_list()])

    def test_keeps_the_code_for_a_better_password(self, browser: AtTheDoor, world: World) -> None:
        User.objects.filter(username="dana").update(last_name="dana-diaz-doe-dana")
        code = code_for("dana", world.at)
        assert "too similar" in bring(browser, code, password="dana-diaz-doe-dana").content.decode()
        bring(browser, code)
        assert browser.is_halfway

    def test_of_an_abandoned_way_goes_on_at_the_next_log_in(self, browser: AtTheDoor, world: World) -> None:
        bring(browser, code_for("dana", world.at))
        later = AtTheDoor()
        later.password("dana", NEW)
        later.set_up()
        assert later.is_in


class TestGivingIt:
    def test_is_for_a_prescriber_in_person_about_who_acts_for_them(self, browser: AtTheDoor, world: World) -> None:
        address = reverse("admin:let_back_in", args=[world.designee.pk])
        for other in (world.stranger, world.assistant, world.administrator):
            assert other.get(address).status_code == 404
        bring(browser, given_by(world.prescriber, address))
        assert browser.is_halfway
        told = ProgramEvent.objects.get(type=EventType.RETURN_CODE_GIVEN)
        assert (told.actor_name, told.subject, told.subject_id) == ("Dr. Paula Prescott", "user", dana().pk)
        end_designation(
            designee=world.designee, prescriber=world.program.prescriber, by=world.program.clinic, at=world.at
        )
        assert world.prescriber.get(address).status_code == 404

    def test_is_for_no_prescriber_who_named_someone_of_another_clinic(self, world: World) -> None:
        take(world.stranger, reverse("admin:designee_new", args=["give"]), designee="Dana Doe")
        self.is_left_to_the_program(world.stranger, world, world.elsewhere.clinic)

    def test_is_for_no_prescriber_who_named_someone_whom_the_program_enrolled_for_nobody(self, world: World) -> None:
        noa = User.objects.create_user("noa", password=PASSPHRASE)
        enrolled = enroll_designee(
            name="Noa Nurse", prescribers=[], attested_through=world.today, user=noa, by=world.program.administrator,
            at=world.at,
        )  # fmt: skip
        take(world.prescriber, reverse("admin:designee_new", args=["give"]), designee="Noa Nurse")
        assert world.prescriber.get(reverse("admin:let_back_in", args=[enrolled.pk])).url == reverse("admin:designees")
        with pytest.raises(Rejected, match="program administrator"):
            give_return_code(user=noa, by=world.program.clinic, at=world.at)

    def test_is_for_no_prescriber_about_who_acts_or_acted_for_another_too(self, world: World) -> None:
        world.designated_elsewhere()
        for by, client in ((world.program.clinic, world.prescriber), (world.elsewhere.clinic, world.stranger)):
            self.is_left_to_the_program(client, world, by)
        end_designation(
            designee=world.designee, prescriber=world.elsewhere.prescriber, by=world.elsewhere.clinic, at=world.at
        )
        self.is_left_to_the_program(world.prescriber, world, world.program.clinic)
        given_by(world.administrator, reverse("admin:pledge_designee_step", args=[world.designee.pk, "let-back-in"]))

    def test_is_for_no_prescriber_about_who_is_of_the_program_too(self, world: World) -> None:
        dana().groups.add(Group.objects.create(name=PROGRAM_ADMINISTRATORS))
        self.is_left_to_the_program(world.prescriber, world, world.program.clinic)

    def is_left_to_the_program(self, client: Client, world: World, by: By) -> None:
        for name in ("let_back_in", "unlock"):
            answer = client.post(reverse(f"admin:{name}", args=[world.designee.pk]), {"seen": "0"}, follow=True)
            assert "Ask a program administrator" in answer.content.decode()
            assert not ReturnCode.objects.filter(revoked_at=None).exists()
        for act in (give_return_code, unlock_log_in):
            with pytest.raises(Rejected, match="program administrator"):
                act(user=dana(), by=by, at=world.at)

    def test_is_for_a_prescriber_though_they_gave_another_reach_since(self, browser: AtTheDoor, world: World) -> None:
        for scopes in ([Scope.MONTH], []):
            designate(designee=world.designee, prescriber=world.program.prescriber, scopes=scopes,
                      by=world.program.clinic, at=world.at + timedelta(seconds=1))  # fmt: skip
        bring(browser, given_by(world.prescriber, reverse("admin:let_back_in", args=[world.designee.pk])))
        assert browser.is_halfway

    def test_is_for_a_program_administrator_about_anyone_of_a_clinic(self, browser: AtTheDoor, world: World) -> None:
        gus = User.objects.create_user("gus", password=PASSPHRASE)
        gus.groups.add(Group.objects.create(name=PROGRAM_ADMINISTRATORS))
        client = logged_in(gus)
        party = reverse("admin:pledge_prescriber_step", args=[world.program.prescriber.pk, "let-back-in"])
        bring(browser, given_by(client, party), username="paula")
        assert browser.is_halfway
        for pk in (gus.pk, User.objects.get(username="ada").pk):
            assert client.get(reverse("admin:auth_user_step", args=[pk, "let-back-in"])).status_code == 404
            assert client.get(reverse("admin:auth_user_change", args=[pk])).status_code == 404
            with pytest.raises(Rejected):
                give_return_code(user=User.objects.get(pk=pk), by=By("program", str(gus.pk), "Gus"), at=world.at)

    def test_is_for_a_superuser_about_another_administrator_and_not_themselves(self, world: World) -> None:
        bo = User.objects.create_superuser("bo", password=PASSPHRASE)
        given_by(world.administrator, reverse("admin:auth_user_step", args=[bo.pk, "let-back-in"]))
        own = reverse("admin:auth_user_step", args=[User.objects.get(username="ada").pk, "let-back-in"])
        assert "nobody lets themselves back in" in take(world.administrator, own).content.decode().lower()

    def test_is_for_whoever_runs_the_service_about_all(
        self, browser: AtTheDoor, world: World, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("let_back_in", "ada")
        code = capsys.readouterr().out.splitlines()[0]
        bring(browser, code, username="ada")
        assert browser.is_halfway
        with pytest.raises(CommandError, match="no log-in is named 'nobody'"):
            call_command("let_back_in", "nobody")


class TestUnlocking:
    def test_lets_someone_try_again_at_once(self, browser: AtTheDoor, world: World) -> None:
        address = reverse("admin:unlock", args=[world.designee.pk])
        for _ in range(5):
            browser.password("dana", "wrong")
        assert take(world.prescriber, address).status_code == 302
        browser.password("dana")
        assert browser.code(next_code(dana())).status_code == 302
        assert browser.is_in

    def test_is_refused_where_nothing_is_locked(self, world: World) -> None:
        answer = take(world.prescriber, reverse("admin:unlock", args=[world.designee.pk]))
        assert "This log-in is not locked" in answer.content.decode()
