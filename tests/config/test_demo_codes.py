"""The demo shows what everyone's authenticator app would, also the one that is being set up just now."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.demo.pages import Shown, being_set_up
from pledge.actions.log_in_secrets import code_at, step_at
from pledge.actions.may_let_in import OPERATOR
from pledge.actions.ways_back import give_return_code
from pledge.admin.visitor import PROGRAM_ADMINISTRATORS
from pledge.models import Authenticator
from tests.pledge.admin.world import PASSPHRASE, logged_in


@pytest.mark.django_db
class TestTheCodes:
    def test_are_shown_of_an_authenticator_that_is_being_set_up_after_a_lost_phone(self) -> None:
        user = User.objects.create_user("bruno", password=PASSPHRASE, first_name="Bruno", last_name="Baker")
        user.groups.create(name=PROGRAM_ADMINISTRATORS)
        logged_in(user)
        at = timezone.now()
        assert being_set_up(at) == []
        given = give_return_code(user=user, by=OPERATOR, at=at)
        browser, chosen = Client(), "another long passphrase"
        typed = {"username": "bruno", "code": given.code, "new_password": chosen, "again": chosen}
        page = browser.post(reverse("admin:way_back_in"), typed, follow=True)
        secret = page.context["secret"].replace(" ", "")
        (shown,) = being_set_up(timezone.now())
        assert (shown.username, shown.name, shown.is_new) == ("bruno", "Bruno Baker", True)
        assert shown.code in {code_at(secret, step_at(at) + later) for later in range(3)}
        assert browser.post(page.redirect_chain[-1][0], {"code": shown.code}).status_code == 200
        assert being_set_up(timezone.now()) == []
        assert isinstance(Shown.of(Authenticator.objects.get(user=user, ended_at=None), timezone.now()), Shown)
