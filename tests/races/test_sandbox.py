"""Of two who ask in the sandbox for one made-up registrant at once, one is issued an authorization, as at the gate."""

import re

import pytest
from django.db import IntegrityError, connection

from pledge.actions import sandbox
from pledge.actions.answers import Answer, AnswerMemory, Request, kept_since
from pledge.models import SandboxAuthorization
from pledge.sandbox.people import PEOPLE
from tests.races.side_by_side import overtaken, without_index

pytestmark = pytest.mark.django_db(transaction=True)
ONE_LIVE = next(c for c in SandboxAuthorization._meta.constraints if c.name.startswith("at_most_one_live"))
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

    def test_are_issued_one_by_the_constraint_alone(self, both):
        refused, issued = overtaken(*both, without=OWN_LOCK)
        assert isinstance(refused, IntegrityError)
        assert issued is None
        assert SandboxAuthorization.objects.count() == 1

    def test_would_be_issued_two_without_either(self, both):
        with connection.schema_editor() as editor:
            definition = str(ONE_LIVE.create_sql(SandboxAuthorization, editor))
        with without_index(ONE_LIVE.name, definition):
            assert overtaken(*both, without=OWN_LOCK) == [None, None]
            assert SandboxAuthorization.objects.count() == 2
