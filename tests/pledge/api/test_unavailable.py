"""Without an answer from the database there is no decision: a 503, and never an authorization."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.utils import DataError, InterfaceError, InternalError, OperationalError, ProgrammingError

from pledge.models import Authorization, Dispense
from tests import lives
from tests.pledge.api.conftest import asking
from tests.pledge.api.contract import problem_of

CALLS = {
    "check": lambda software, life: software.check(life),
    "authorize": lambda software, life: software.authorize(life),
    "show": lambda software, life: software.show(life.rma_number if life.authorization else "1"),
    "dispense": lambda software, life: software.dispense(life.rma_number if life.authorization else "1"),
    "reverse": lambda software, life: software.reverse(life.rma_number if life.authorization else "1"),
    "malformed": lambda software, life: software.post("/eligibility-checks", {}),
}
MORE_CALLS = {
    "batch": lambda software, life: software.check_all([asking(life), asking(life, registrant_number="1")]),
    "list": lambda software, life: software.listed(),
    "pharmacy": lambda software, life: software.get("/pharmacy"),
    "report": lambda software, life: software.report(life),
}
ERRORS = [OperationalError, InterfaceError, InternalError, ProgrammingError, DataError]
EVERY_FAILURE = [(call, error) for call in CALLS for error in ERRORS] + [
    (call, OperationalError) for call in MORE_CALLS
]
EVERY_CALL = pytest.mark.parametrize("call", CALLS)


def states_of(life):
    return sorted(Authorization.objects.filter(registrant=life.registrant).values_list("status", flat=True))


def brought_to(call, program, now):
    """Bring someone to where the call would succeed."""
    begin = lives.authorized if call in {"show", "dispense", "reverse"} else lives.ready
    return begin(program, now)


@pytest.mark.django_db(transaction=True)
class TestADeadDatabase:
    @EVERY_CALL
    def test_is_a_503_that_says_when_to_come_back(self, call, software, program, now):
        life = brought_to(call, program, now)
        with dead_database():
            answer = CALLS[call](software, life)
        assert (answer.status_code, problem_of(answer), answer["Retry-After"]) == (503, "unavailable", "5")

    def test_is_no_obstacle_to_the_contract_itself(self, software):
        with dead_database():
            assert software.client.get("/api/v1/openapi.json").status_code == 200

    @EVERY_CALL
    def test_is_forgotten_once_it_is_back(self, call, software, program, now):
        life = brought_to(call, program, now)
        with dead_database():
            CALLS[call](software, life)
        assert CALLS[call](software, life).status_code in {200, 201, 400}


class TestAFailureAtAnyStatement:
    """Every statement of every call fails once, in every way a database can."""

    @pytest.mark.parametrize(("call", "error"), EVERY_FAILURE)
    def test_is_a_503_and_leaves_everything_as_it_was(self, call, error, software, program, now):
        life = brought_to(call, program, now)
        before = (states_of(life), Dispense.objects.count())
        failed_at = 0
        while True:
            with connection.execute_wrapper(Failing(error, failed_at)) as _:
                answer = (CALLS | MORE_CALLS)[call](software, life)
            connection.set_rollback(False)  # nothing failed in PostgreSQL itself, and the transaction is the test's own
            if answer.status_code != 503:
                break
            assert (states_of(life), Dispense.objects.count()) == before, failed_at
            failed_at += 1
        assert failed_at >= {"check": 2, "show": 4, "malformed": 1, "batch": 3, "list": 3, "pharmacy": 2}.get(call, 7)
        assert answer.status_code in {200, 201, 202, 400}

    def test_tells_nothing_of_what_failed(self, software, program, now, caplog):
        life = lives.ready(program, now)
        with connection.execute_wrapper(Failing(OperationalError, 0)):
            answer = software.check(life)
        assert "secret" not in answer.content.decode()
        assert "secret" not in caplog.text


@pytest.mark.django_db(transaction=True)
class TestAReadOnlyDatabase:
    @pytest.mark.parametrize("call", ["check", "authorize", "dispense", "reverse", "show"])
    def test_is_a_503_since_nothing_could_be_recorded(self, call, software, program, now):
        life = brought_to(call, program, now)
        before = states_of(life)
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
        try:
            answer = CALLS[call](software, life)
        finally:
            connection.close()
        assert (answer.status_code, states_of(life)) == (503, before)


@contextmanager
def dead_database():
    """Point the connection at a server that is not there."""
    named = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1", NAME="gone")
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(named)


class Failing:
    """Lets so many statements through and fails the next; the test's own savepoints are none of them."""

    def __init__(self, error, after):
        self.error, self.left = error, after

    def __call__(self, execute, sql, params, many, context):
        if "SAVEPOINT" in sql:
            return execute(sql, params, many, context)
        if self.left == 0:
            self.left = -1
            raise self.error("secret")
        self.left -= 1
        return execute(sql, params, many, context)
