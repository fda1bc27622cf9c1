"""The admin's world, and someone at its door."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from pledge.actions.log_in_secrets import code_at, step_at
from pledge.admin.signin.session import HALFWAY
from tests.pledge.admin.conftest import world
from tests.pledge.admin.world import PASSPHRASE, World, next_code

__all__ = ["world"]


class AtTheDoor(Client):
    """A browser at the log-in pages."""

    def password(self, username: str = "paula", password: str = PASSPHRASE, **more: str):
        return self.post(reverse("admin:login"), {"username": username, "password": password, **more})

    def code(self, code: str):
        return self.post(reverse("admin:log_in_code"), {"code": code})

    def come_in(self, username: str = "paula", password: str = PASSPHRASE):
        self.password(username, password)
        return self.code(next_code(User.objects.get(username=username)))

    def set_up(self):
        """Open the page of a new authenticator and type its first code; give its secret and the answer."""
        from django.utils import timezone

        page = self.get(reverse("admin:set_up_authenticator"))
        secret = page.context["secret"].replace(" ", "")
        code = code_at(secret, step_at(timezone.now()))
        return secret, self.post(reverse("admin:set_up_authenticator"), {"code": code})

    @property
    def is_in(self) -> bool:
        return self.get(reverse("admin:own_log_in")).status_code == 200

    @property
    def is_halfway(self) -> bool:
        return HALFWAY in self.session


@pytest.fixture
def browser(world: World) -> AtTheDoor:
    """Nobody is logged in here yet."""
    return AtTheDoor()
