"""The authenticator and its recovery codes: set up before anything else, renewed only by who proves it is them."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from pledge.actions.log_in_secrets import code_at, step_at
from pledge.models import Authenticator, EventType, ProgramEvent, RecoveryCode
from tests.pledge.admin.signin.conftest import AtTheDoor
from tests.pledge.admin.world import PASSPHRASE, World, logged_in, next_code

NEW = "another one that is long"


@pytest.fixture
def newcomer(world: World) -> User:
    """An administrator who has a password and no authenticator yet."""
    return User.objects.create_superuser("nova", password=PASSPHRASE, last_name="Nova")


def page(answer) -> str:
    return answer.content.decode()


def paula() -> User:
    return User.objects.get(username="paula")


def codes_on(answer) -> list[str]:
    return re.findall(r"<li><code>([a-z0-9-]{19})</code></li>", page(answer))


class TestTheFirstLogIn:
    def test_leads_to_setting_up_and_to_nothing_else(self, browser: AtTheDoor, newcomer: User) -> None:
        answer = browser.password("nova")
        assert browser.get(answer.url).url == reverse("admin:set_up_authenticator")
        for name in ("index", "own_log_in", "own_authenticator"):
            assert browser.get(reverse(f"admin:{name}")).url.startswith(reverse("admin:login"))

    def test_shows_a_picture_and_a_key_and_takes_the_first_code(self, browser: AtTheDoor, newcomer: User) -> None:
        browser.password("nova")
        shown = browser.get(reverse("admin:set_up_authenticator"))
        assert 'class="qr"' in page(shown)
        assert "style=" not in page(shown)
        secret, answer = browser.set_up()
        assert shown.context["secret"].replace(" ", "") == secret
        assert len(codes_on(answer)) == 10
        assert browser.is_in
        kept = repr([*RecoveryCode.objects.values_list(), *Authenticator.objects.values_list(), *session_of(browser)])
        assert not [code for code in [*codes_on(answer), secret] if code in kept]
        types = set(ProgramEvent.objects.filter(subject_id=newcomer.pk).values_list("type", flat=True))
        assert types == {EventType.AUTHENTICATOR_SET_UP, EventType.RECOVERY_CODES_MADE, EventType.LOGGED_IN}

    def test_does_not_go_on_with_a_wrong_code(self, browser: AtTheDoor, newcomer: User) -> None:
        browser.password("nova")
        answer = browser.post(reverse("admin:set_up_authenticator"), {"code": "000000"})
        assert "This is not what the app shows now" in page(answer)
        assert not browser.is_in
        assert not Authenticator.objects.filter(user=newcomer).exists()

    def test_is_the_only_time_that_a_password_is_enough_for_it(self, browser: AtTheDoor) -> None:
        browser.password("paula")
        assert browser.get(reverse("admin:set_up_authenticator")).url == reverse("admin:log_in_code")


def session_of(browser: AtTheDoor) -> list[object]:
    return list(browser.session.items())


class TestARecoveryCode:
    @pytest.fixture
    def codes(self, browser: AtTheDoor, newcomer: User) -> list[str]:
        browser.password("nova")
        _, answer = browser.set_up()
        browser.post(reverse("admin:logout"))
        return codes_on(answer)

    def test_stands_in_once(self, browser: AtTheDoor, codes: list[str], newcomer: User) -> None:
        for code, taken in ((codes[3].upper().replace("-", " "), True), (codes[3], False), (codes[4], True)):
            browser.password("nova")
            answer = browser.code(code)
            assert browser.is_in is taken
            assert ("messages" in answer.cookies) is taken, "nobody says how many are left"
            browser.post(reverse("admin:logout"))
        used = ProgramEvent.objects.filter(type=EventType.RECOVERY_CODE_USED, subject_id=newcomer.pk)
        assert used.count() == 2

    def test_of_another_does_not(self, browser: AtTheDoor, codes: list[str]) -> None:
        browser.password("paula")
        browser.code(codes[0])
        assert not browser.is_in

    def test_is_dead_when_new_ones_are_made(self, browser: AtTheDoor, codes: list[str], newcomer: User) -> None:
        inside = logged_in(newcomer)
        given = {"password": PASSPHRASE, "code": codes[0]}
        answer = inside.post(reverse("admin:own_recovery_codes"), given)
        assert len(codes_on(answer)) == 10
        browser.password("nova")
        browser.code(codes[1])
        assert not browser.is_in
        browser.code(codes_on(answer)[0])
        assert browser.is_in


class TestOnesOwnLogIn:
    @pytest.mark.parametrize("name", ["own_recovery_codes", "own_authenticator", "own_password"])
    @pytest.mark.parametrize("wrong", ["password", "code"])
    def test_is_changed_with_password_and_code_alone(self, world: World, name: str, wrong: str) -> None:
        address = reverse(f"admin:{name}")
        shown = world.prescriber.get(address)
        secret = shown.context.get("secret", "").replace(" ", "")
        given = {"password": PASSPHRASE, "code": next_code(paula()), "new_password": NEW, "again": NEW}
        if secret:
            given["new_code"] = code_at(secret, step_at(timezone.now()))
        before = (paula().password, Authenticator.objects.count(), RecoveryCode.objects.count())
        answer = world.prescriber.post(address, {**given, wrong: "000000"})
        assert "Password and code do not go together" in page(answer)
        assert (paula().password, Authenticator.objects.count(), RecoveryCode.objects.count()) == before
        assert ProgramEvent.objects.latest("id").type == EventType.LOG_IN_DENIED

    def test_goes_on_here_and_nowhere_else_after_another_password(self, world: World) -> None:
        elsewhere = logged_in(paula())
        before = world.prescriber.cookies["session"].value
        given = {"password": PASSPHRASE, "code": next_code(paula()), "new_password": NEW, "again": NEW}
        assert world.prescriber.post(reverse("admin:own_password"), given).url == reverse("admin:own_log_in")
        assert world.prescriber.get(reverse("admin:own_log_in")).status_code == 200
        assert world.prescriber.cookies["session"].value != before
        assert elsewhere.get(reverse("admin:own_log_in")).status_code == 302
        assert paula().check_password(NEW)

    def test_goes_on_here_and_nowhere_else_after_another_authenticator(self, world: World) -> None:
        elsewhere = logged_in(paula())
        old = next_code(paula())
        secret = world.prescriber.get(reverse("admin:own_authenticator")).context["secret"].replace(" ", "")
        given = {"password": PASSPHRASE, "code": old, "new_code": code_at(secret, step_at(timezone.now()))}
        answer = world.prescriber.post(reverse("admin:own_authenticator"), given)
        assert len(codes_on(answer)) == 10
        assert world.prescriber.get(reverse("admin:own_log_in")).status_code == 200
        assert elsewhere.get(reverse("admin:own_log_in")).status_code == 302
        assert Authenticator.objects.filter(user=paula(), ended_at=None).count() == 1

    @pytest.mark.parametrize(
        ("new", "said"),
        [
            ("short", "at least 15 characters"),
            ("1q2w3e4r5t6y7u8i9o0p", "too common"),
            ("paula.paula.paula", "too similar"),
        ],
    )
    def test_takes_no_weak_password(self, world: World, new: str, said: str) -> None:
        User.objects.filter(username="paula").update(first_name="paula.paula")
        given = {"password": PASSPHRASE, "code": next_code(paula()), "new_password": new, "again": new}
        assert said in page(world.prescriber.post(reverse("admin:own_password"), given))
        assert paula().check_password(PASSPHRASE)

    def test_takes_a_long_one_with_spaces_and_signs(self, world: World) -> None:
        new = " ein Grüner Apfel, zwei 🍏 " * 4
        given = {"password": PASSPHRASE, "code": next_code(paula()), "new_password": new, "again": new}
        world.prescriber.post(reverse("admin:own_password"), given)
        assert paula().check_password(new)
