"""A fresh installation has no log-in; one command makes the first."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from pledge.admin.visitor import Role, visitor_behind
from pledge.management.commands import create_administrator
from pledge.rules.calendar import program_day


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What will be typed at the prompts, in order."""
    words: list[str] = []
    prompts: Iterator[str] = iter(words)
    monkeypatch.setattr(create_administrator, "getpass", lambda prompt: next(prompts))
    return words


@pytest.mark.django_db
class TestCreatingAnAdministrator:
    def test_makes_one(self, typed: list[str]) -> None:
        typed += ["correct horse battery"] * 2
        call_command("create_administrator", "ada", "--name", "Ada Admin")
        user = User.objects.get()
        visitor = visitor_behind(user, program_day(timezone.now()))
        assert visitor is not None
        assert (visitor.role, visitor.by().name) == (Role.PROGRAM, "Ada Admin")
        assert user.check_password("correct horse battery")

    @pytest.mark.parametrize(
        ("first", "second", "said"),
        [
            ("short", "short", "at least 15 characters"),
            ("correct horse battery", "correct horse staple", "differ"),
            ("ada.lovelace.2027", "ada.lovelace.2027", "too similar"),
        ],
    )
    def test_refuses_a_bad_password(self, typed: list[str], first: str, second: str, said: str) -> None:
        typed += [first, second]
        with pytest.raises(CommandError, match=said):
            call_command("create_administrator", "ada.lovelace.2027")
        assert not User.objects.exists()

    def test_refuses_a_name_that_is_taken(self, typed: list[str]) -> None:
        User.objects.create_user("ada")
        with pytest.raises(CommandError, match="exists already"):
            call_command("create_administrator", "ada")

    @pytest.mark.parametrize("typed_before_the_end", [0, 1])
    def test_ends_with_one_sentence_where_the_input_ends(
        self, monkeypatch: pytest.MonkeyPatch, typed_before_the_end: int
    ) -> None:
        words = ["correct horse battery"] * typed_before_the_end

        def getpass(prompt: str) -> str:
            if not words:
                raise EOFError
            return words.pop()

        monkeypatch.setattr(create_administrator, "getpass", getpass)
        with pytest.raises(CommandError, match="no password was typed; nothing was made"):
            call_command("create_administrator", "ada")
        assert not User.objects.exists()
