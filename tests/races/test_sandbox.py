"""Of two who ask in the sandbox for one made-up registrant at once, one is issued an authorization, as at the gate."""

import re

import pytest

from pledge.actions import sandbox
from pledge.actions.answers import Answer, AnswerMemory, Request, kept_since
from pledge.models import SandboxAuthorization
from pledge.sandbox.people import PEOPLE
from tests.races.side_by_side import overtaken

pytestmark = pytest.mark.django_db(transaction=True)
OWN_LOCK = re.compile(r"pg_advisory_xact_lock\(named\)")


class TestTwoRequests:
    @pytest.fixture
    def both(self, program, at):
        def asking(key):
            request = Request(program.pharmacy.pk, "sandbox: POST /authorizations", key, key)
            memory = AnswerMemory(request, lambda _: Answer(200, ""), since=kept_since(at), at=at)
            given = {"person": PEOPLE[0], "pharmacy_id": program.pharmacy.pk, "asked": sandbox.Asked(30, "rph-1")}
            return lambda: sandbox.authorize(**given, memory=memory, at=at)

        return [asking("a"), asking("b")]

    def test_are_issued_one_authorization(self, both):
        assert overtaken(*both) == [None, None]
        assert SandboxAuthorization.objects.count() == 1

    def test_would_be_issued_two_without_the_lock(self, both):
        assert overtaken(*both, without=OWN_LOCK) == [None, None]
        assert SandboxAuthorization.objects.count() == 2
