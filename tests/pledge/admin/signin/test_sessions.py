"""A session ends: by itself when nobody clicks, after a day's work, and at once when its owner is put out."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from pledge.actions.log_ins import deactivate_log_in, reactivate_log_in
from pledge.actions.may_let_in import OPERATOR
from pledge.models import CalendarFeed, ReturnCode
from tests.pledge.admin.signin.conftest import AtTheDoor
from tests.pledge.admin.world import World, logged_in


def paula() -> User:
    return User.objects.get(username="paula")


@pytest.fixture
def inside(browser: AtTheDoor) -> AtTheDoor:
    browser.come_in()
    assert browser.is_in
    return browser


class TestASession:
    def test_ends_after_a_quarter_of_an_hour_without_a_click(self, inside: AtTheDoor, world: World) -> None:
        with time_machine.travel(world.at + timedelta(minutes=14), tick=False):
            assert inside.is_in
        with time_machine.travel(world.at + timedelta(minutes=28), tick=False):
            assert inside.is_in
        with time_machine.travel(world.at + timedelta(minutes=44), tick=False):
            assert not inside.is_in

    def test_is_extended_on_request(self, inside: AtTheDoor, world: World) -> None:
        with time_machine.travel(world.at + timedelta(minutes=14), tick=False):
            assert inside.get(reverse("admin:stay_logged_in")).status_code == 405
            assert inside.post(reverse("admin:stay_logged_in")).status_code == 204
        with time_machine.travel(world.at + timedelta(minutes=28), tick=False):
            assert inside.is_in

    def test_ends_after_twelve_hours_whatever_is_clicked(self, inside: AtTheDoor, world: World) -> None:
        for minutes in range(10, 12 * 60, 10):
            with time_machine.travel(world.at + timedelta(minutes=minutes), tick=False):
                assert inside.post(reverse("admin:stay_logged_in")).status_code == 204
        with time_machine.travel(world.at + timedelta(hours=12), tick=False):
            assert not inside.is_in

    def test_says_until_when_it_goes_on(self, inside: AtTheDoor) -> None:
        page = inside.get(reverse("admin:own_log_in")).content.decode()
        assert "You are logged out at 10:15 AM unless you open or send a page before then." in page
        assert 'data-seconds="900"' in page

    def test_that_ended_says_that_a_form_was_not_sent_and_leads_back(self, browser: AtTheDoor) -> None:
        there = reverse("admin:own_password")
        answer = browser.post(there, {"password": "something"})
        assert answer.url == f"{reverse('admin:login')}?next={there}&unsent"
        page = browser.get(answer.url).content.decode()
        assert "so it was not done" in page
        assert f'name="next" value="{there}"' in page

    def test_is_seen_from_another_and_ended_there(self, inside: AtTheDoor, world: World) -> None:
        second = logged_in(paula())
        assert "Elsewhere, since 10:00 AM" in second.get(reverse("admin:own_log_in")).content.decode()
        assert second.get(reverse("admin:end_other_sessions")).status_code == 405
        second.post(reverse("admin:end_other_sessions"))
        assert not inside.is_in
        assert world.prescriber.get(reverse("admin:own_log_in")).status_code == 302
        assert world.assistant.get(reverse("admin:own_log_in")).status_code == 200
        page = second.get(reverse("admin:own_log_in")).content.decode()
        assert "Ended elsewhere: 2." in page
        assert "Nowhere else." in page

    def test_clears_what_the_browser_kept_when_one_logs_out(self, inside: AtTheDoor) -> None:
        answer = inside.post(reverse("admin:logout"))
        assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        assert "You are logged out" in answer.content.decode()
        assert not inside.is_in

    def test_is_kept_in_no_cache(self, inside: AtTheDoor) -> None:
        for name in ("own_log_in", "login", "way_back_in", "index"):
            assert "no-store" in inside.get(reverse(f"admin:{name}"))["Cache-Control"], name


class TestALogInThatIsSwitchedOff:
    def test_is_dead_on_the_next_request_with_all_that_hangs_on_it(self, inside: AtTheDoor, world: World) -> None:
        second = logged_in(paula())
        CalendarFeed.objects.create(user=paula(), digest="d", made_at=world.at)
        ReturnCode.objects.create(user=paula(), digest="d", made_at=world.at, expires_at=world.at + timedelta(days=1))
        deactivate_log_in(user=paula(), by=OPERATOR, at=world.at)
        assert not inside.is_in
        assert second.get(reverse("admin:own_log_in")).status_code == 302
        assert CalendarFeed.objects.get().revoked_at == world.at
        assert ReturnCode.objects.get().revoked_at == world.at
        again = AtTheDoor()
        again.password()
        assert not again.is_halfway

    def test_lives_again_when_it_is_switched_on(self, browser: AtTheDoor, world: World) -> None:
        deactivate_log_in(user=paula(), by=OPERATOR, at=world.at)
        reactivate_log_in(user=paula(), by=OPERATOR, at=world.at)
        browser.come_in()
        assert browser.is_in
