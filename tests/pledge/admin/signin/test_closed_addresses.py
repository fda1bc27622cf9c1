"""A network address that is closed: for whom it is, for whom not, and the way out; and a second factor that is."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from pledge.actions.may_let_in import OPERATOR
from pledge.actions.proofs import log_in
from pledge.actions.tries import of_address
from tests.pledge.admin.signin.conftest import AtTheDoor
from tests.pledge.admin.world import PASSPHRASE, World, next_code


@pytest.fixture(autouse=True)
def few(world: World, settings) -> None:
    settings.LOG_IN_TRIES_OF_ADDRESS = 6


def fail(browser: AtTheDoor, times: int) -> None:
    for number in range(times):
        browser.password(f"name{number}", "wrong")


def paula() -> User:
    return User.objects.get(username="paula")


class TestAClosedAddress:
    def test_says_what_an_unlock_does_not_do_and_what_helps(self, browser: AtTheDoor) -> None:
        fail(browser, 6)
        page = browser.password().content.decode()
        assert "an unlock does not open it" in page
        assert "Use another network" in page
        assert f'href="{reverse("admin:way_back_in")}"' in page
        assert not browser.is_halfway

    def test_is_open_to_the_code_of_who_gave_the_password(self, browser: AtTheDoor) -> None:
        browser.password()
        fail(AtTheDoor(), 6)
        browser.code(next_code(paula()))
        assert browser.is_in

    def test_is_open_to_who_is_in_and_changes_their_password(self, browser: AtTheDoor, world: World) -> None:
        fail(browser, 6)
        new = "another one that is long"
        given = {"password": PASSPHRASE, "code": next_code(paula()), "new_password": new, "again": new}
        assert world.prescriber.post(reverse("admin:own_password"), given).status_code == 302
        assert paula().check_password(new)


class TestAnAddress:
    def test_takes_back_what_someone_mistyped_who_then_was_right(self, browser: AtTheDoor) -> None:
        fail(browser, 1)
        for _ in range(4):
            browser.password(password="wrong")
        browser.come_in()
        fail(AtTheDoor(), 4)
        AtTheDoor().password("dana")
        again = AtTheDoor()
        again.password("other")
        assert again.is_halfway, "what was mistyped still counts"
        fail(AtTheDoor(), 1)
        again = AtTheDoor()
        again.password("other")
        assert not again.is_halfway, "what others failed is forgotten too"

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("2001:db8:1:2::5", "2001:DB8:1:2:ffff::1", True),
            ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
            ("192.0.2.1", "::ffff:192.0.2.1", True),
            ("192.0.2.1", "192.0.2.2", False),
            ("", "unknown", False),
        ],
    )
    def test_is_counted_with_its_customer_s_network(self, one: str, other: str, same: bool) -> None:
        assert (of_address(one) == of_address(other)) is same


class TestASecondFactor:
    def test_is_closed_for_twice_as_long_each_time_within_a_day(self, world: World, settings) -> None:
        settings.LOG_IN_TRIES_OF_ADDRESS = 99
        user, now = paula(), world.at
        for minutes in (15, 30, 60):
            for _ in range(5):
                proof = log_in(user=user, code="000000", address="", by=OPERATOR, at=now)
            assert proof.opens_at == now + timedelta(minutes=minutes)
            now = proof.opens_at
        now = world.at + timedelta(days=1)
        for _ in range(5):
            proof = log_in(user=user, code="000000", address="", by=OPERATOR, at=now)
        assert proof.opens_at == now + timedelta(minutes=15)
