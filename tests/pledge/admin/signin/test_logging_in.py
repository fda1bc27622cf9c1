"""Logging in: a password, then a code; nothing before both, and nobody by trying often."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from pledge.actions.log_in_secrets import code_at, step_at
from pledge.models import Authenticator, EventType, FailedTries, ProgramEvent
from tests.pledge.admin.signin.conftest import AtTheDoor
from tests.pledge.admin.world import PASSPHRASE, World, logged_in, next_code, secret_of

HOME = "/admin/"


def paula() -> User:
    return User.objects.get(username="paula")


def said(answer) -> str:
    """A page without what differs each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


class TestAPassword:
    def test_alone_opens_nothing(self, browser: AtTheDoor) -> None:
        answer = browser.password()
        assert answer.url == reverse("admin:log_in_code")
        assert "_auth_user_id" not in browser.session
        assert not browser.is_in

    def test_and_the_code_let_in_and_lead_to_where_one_was_going(self, browser: AtTheDoor) -> None:
        register = reverse("admin:pledge_registrant_changelist")
        asked = browser.get(register)
        assert asked.url == f"{reverse('admin:login')}?next={register}"
        browser.password(next=register)
        assert browser.code(next_code(paula())).url == register
        assert browser.is_in
        told = ProgramEvent.objects.filter(type=EventType.LOGGED_IN, subject="user", subject_id=paula().pk)
        assert told.latest("id").actor_name == "Dr. Paula Prescott"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "calendar",
            "admin:index",
        ],
    )
    def test_never_lead_to_another_host_or_to_no_path(self, browser: AtTheDoor, elsewhere: str) -> None:
        browser.password(next=elsewhere)
        assert browser.code(next_code(paula())).url == HOME
        assert browser.get(reverse("admin:login"), {"next": elsewhere}).url == HOME

    def test_of_nobody_and_a_wrong_one_are_answered_alike(self, browser: AtTheDoor) -> None:
        User.objects.create_user("nora", password=PASSPHRASE, is_staff=True)
        wrong = [browser.password(name, word) for name, word in
                 (("paula", "wrong"), ("nobody", "wrong"), ("nora", PASSPHRASE))]  # fmt: skip
        pages = {
            said(answer).replace(name, "") for answer, name in zip(wrong, ("paula", "nobody", "nora"), strict=True)
        }
        assert len(pages) == 1
        assert "do not go together" in pages.pop()

    def test_gives_the_session_a_new_id_at_each_step(self, browser: AtTheDoor) -> None:
        browser.get(reverse("admin:login"))
        session = browser.session
        session["planted"] = True
        session.save()
        browser.cookies["session"] = session.session_key
        fixed = browser.cookies["session"].value
        browser.password()
        halfway = browser.cookies["session"].value
        assert "planted" not in browser.session
        browser.code(next_code(paula()))
        assert len({fixed, halfway, browser.cookies["session"].value}) == 3

    def test_that_was_changed_meanwhile_leads_back_to_the_beginning(self, browser: AtTheDoor) -> None:
        browser.password()
        user = paula()
        user.set_password("another one that is long")
        user.save()
        assert browser.code(next_code(user)).url == reverse("admin:login")

    def test_waits_for_its_code_ten_minutes(self, browser: AtTheDoor, world: World) -> None:
        browser.password()
        with time_machine.travel(world.at + timedelta(minutes=11), tick=False):
            assert browser.code(next_code(paula())).url == reverse("admin:login")


class TestACode:
    @pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_may_be_half_a_minute_early_or_late(
        self, browser: AtTheDoor, world: World, steps: int, taken: bool
    ) -> None:
        Authenticator.objects.update(last_step=0)
        browser.password()
        browser.code(code_at(secret_of(paula()), step_at(world.at) + steps))
        assert browser.is_in is taken

    def test_is_taken_once(self, browser: AtTheDoor) -> None:
        code = next_code(paula())
        browser.password()
        browser.code(code)
        again = AtTheDoor()
        again.password()
        assert "This is not the code" in said(again.code(code))
        assert not again.is_in

    def test_of_another_is_not_taken(self, browser: AtTheDoor) -> None:
        browser.password()
        browser.code(next_code(User.objects.get(username="dana")))
        assert not browser.is_in

    @pytest.mark.parametrize("typed", ["", "abc", "12345", "١٢٣٤٥٦", "0" * 41, "\x00"])
    def test_that_is_none_is_an_answer(self, browser: AtTheDoor, typed: str) -> None:
        browser.password()
        assert browser.code(typed).status_code == 200

    def test_is_sealed_where_it_is_kept(self, world: World) -> None:
        secret = secret_of(paula())
        assert not Authenticator.objects.filter(sealed_secret__icontains=secret).exists()

    def test_outlives_a_new_secret_key(self, browser: AtTheDoor, settings) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-" * 8
        browser.come_in()
        assert browser.is_in


class TestTrying:
    def test_a_log_in_five_times_closes_it_for_a_quarter_of_an_hour(self, browser: AtTheDoor, world: World) -> None:
        for _ in range(5):
            answer = browser.password(password="wrong")
        assert "Too many tries: this opens again in 15\xa0minutes" in said(answer)
        assert "Ask someone who may let you back in" in said(answer)
        browser.password()
        assert not browser.is_halfway
        with time_machine.travel(world.at + timedelta(minutes=15, seconds=1), tick=False):
            browser.come_in()
            assert browser.is_in

    def test_an_unknown_name_closes_it_alike(self, browser: AtTheDoor) -> None:
        pages = set()
        for name in ("nobody", "paula"):
            for _ in range(5):
                answer = browser.password(name, "wrong")
            pages.add(said(answer).replace(name, ""))
        assert len(pages) == 1

    def test_codes_counts_though_the_password_is_right(self, browser: AtTheDoor) -> None:
        for _ in range(5):
            browser.password()
            answer = browser.code("000000")
        assert "Too many tries" in said(answer)
        browser.password()
        assert "Too many tries" in said(browser.code(next_code(paula())))
        assert not browser.is_in

    def test_many_names_closes_the_address_and_no_other(self, browser: AtTheDoor, settings) -> None:
        settings.LOG_IN_TRIES_OF_ADDRESS = 6
        for number in range(6):
            browser.password(f"name{number}", "wrong")
        assert "Too many tries" in said(browser.password())
        elsewhere = AtTheDoor(REMOTE_ADDR="192.0.2.9")
        elsewhere.come_in()
        assert elsewhere.is_in

    @pytest.mark.parametrize(("behind", "closed"), [(True, False), (False, True)])
    def test_is_counted_by_the_address_that_the_proxy_names(
        self, browser: AtTheDoor, settings, behind: bool, closed: bool
    ) -> None:
        settings.LOG_IN_TRIES_OF_ADDRESS, settings.BEHIND_PROXY = 6, behind
        for number in range(6):
            far = AtTheDoor(HTTP_X_FORWARDED_FOR="203.0.113.1, 192.0.2.5")
            far.password(f"name{number}", "wrong")
        near = AtTheDoor(HTTP_X_FORWARDED_FOR="192.0.2.6")
        assert ("Too many tries" in said(near.get(reverse("admin:login")))) is False
        near.password()
        assert near.is_halfway is not closed

    def test_is_forgotten_when_someone_is_in(self, browser: AtTheDoor, world: World) -> None:
        for _ in range(4):
            browser.password(password="wrong")
        browser.come_in()
        for _ in range(4):
            AtTheDoor().password(password="wrong")
        again = AtTheDoor()
        with time_machine.travel(world.at + timedelta(minutes=1), tick=False):
            again.come_in()
            assert again.is_in

    def test_leaves_events_without_what_was_typed(self, browser: AtTheDoor) -> None:
        browser.password("typed-into-the-wrong-field", "wrong")
        browser.password(password="wrong")
        told = ProgramEvent.objects.filter(type=EventType.LOG_IN_DENIED).order_by("id")
        assert [event.subject_id for event in told] == [None, paula().pk]
        kept = [*told.values_list(), *FailedTries.objects.values_list()]
        assert "typed-into" not in repr(kept)
        assert "127.0.0.1" not in repr(kept)

    def test_leaves_nothing_in_the_log(self, browser: AtTheDoor, caplog: pytest.LogCaptureFixture) -> None:
        for name in ("paula", "typed-by-mistake"):
            browser.password(name, "wrong")
        assert "paula" not in caplog.text
        assert "typed-by-mistake" not in caplog.text


class TestNoOtherDoor:
    def test_opens_to_a_session_without_a_second_factor(self, world: World) -> None:
        from tests.lives import registered
        from tests.pledge.admin.addresses import every_address

        life = registered(world.program, world.at)
        client = Client()
        client.force_login(User.objects.get(username="ada"))
        before_the_door = ("/admin/login/",)
        for address in every_address(life.registrant):
            for method in (client.get, client.head, client.post):
                answer = method(address)
                if address.startswith(before_the_door):
                    assert "Log out" not in answer.content.decode(), address
                else:
                    assert answer.status_code == 302, (method.__name__, address)
                    assert answer.url.startswith((reverse("admin:login"), reverse("admin:index"))), address

    def test_is_opened_by_another_one_s_authenticator(self, world: World) -> None:
        client = logged_in(User.objects.get(username="dana"))
        session = client.session
        session["authenticator"] = Authenticator.objects.get(user=paula(), ended_at=None).pk
        session.save()
        assert client.get(reverse("admin:own_log_in")).status_code == 302

    def test_remembers_a_device(self, browser: AtTheDoor) -> None:
        browser.come_in()
        browser.post(reverse("admin:logout"))
        browser.password()
        assert not browser.is_in
