"""A PostgreSQL that answers, but not as it should: everything is denied, and nothing half written is left (F10)."""

import threading
from contextlib import contextmanager

import psycopg
import pytest

from tests.faults.calls import CALLS, Standing
from tests.faults.conftest import ROLE, wait_for
from tests.pledge.api.contract import problem_of
from tests.races.side_by_side import at_once

WRITES = ["authorize", "dispense", "reverse"]
REGISTRANT = "SELECT FROM pledge_registrant WHERE id = %s FOR NO KEY UPDATE"  # as the service itself locks
SLOW = """
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(5); RETURN NEW; END$$;
    CREATE TRIGGER slow BEFORE INSERT ON pledge_idempotencyrecord FOR EACH ROW EXECUTE FUNCTION slow()
"""


@pytest.fixture
def software(world, image):
    return world.software(image)


@pytest.fixture
def denied(world, software):
    """``denied(name)``: make a call and fail unless it is a 503 that leaves nothing."""

    def ask(name):
        before = Standing.now()
        answer = CALLS[name](software, world)
        assert (answer.status_code, problem_of(answer), answer["Retry-After"]) == (503, "unavailable", "5"), name
        assert Standing.now() == before, name

    return ask


@contextmanager
def role(cluster, setting, back):
    """Let the service's role be otherwise for every connection from now on."""
    cluster.says(f"ALTER ROLE {ROLE} {setting}")
    cluster.says("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", ROLE)
    try:
        yield
    finally:
        cluster.says(f"ALTER ROLE {ROLE} {back}")
        cluster.says("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", ROLE)


@contextmanager
def holding(cluster, statement, *values):
    """Hold what a statement locks, on a connection of one's own."""
    with psycopg.connect(cluster.address) as other:
        other.execute(statement, values)
        yield other
        other.rollback()


class TestADatabaseThatCannotBeWritten:
    def test_denies_every_call(self, cluster, denied, software, world):
        with role(cluster, "SET default_transaction_read_only = on", "RESET default_transaction_read_only"):
            for name in CALLS:
                denied(name)
        assert software.authorize(world.ready).status_code == 201


class TestADatabaseWithoutAConnectionLeft:
    def test_denies_every_call(self, cluster, denied, software, world):
        with role(cluster, "CONNECTION LIMIT 0", "CONNECTION LIMIT -1"):
            for name in CALLS:
                denied(name)
        assert software.authorize(world.ready).status_code == 201

    def test_denies_some_and_decides_the_others_where_a_few_are_left(self, cluster, software, world):
        """More ask than there are connections: each is answered, and one authorization is issued."""
        with role(cluster, "CONNECTION LIMIT 2", "CONNECTION LIMIT -1"):
            given = at_once(*[lambda: software.authorize(world.ready)] * 12)
        told = [answer.status_code for answer in given]
        assert set(told) <= {201, 409, 503}
        assert told.count(201) == 1, told


class TestALockThatIsHeld:
    @pytest.mark.parametrize("name", WRITES)
    def test_is_waited_for_so_long_and_no_longer(self, cluster, denied, world, name):
        life = world.ready if name == "authorize" else world.authorized
        with holding(cluster, REGISTRANT, life.registrant.pk):
            denied(name)

    def test_does_not_hold_a_check_up(self, cluster, software, world):
        with holding(cluster, REGISTRANT, world.ready.registrant.pk):
            assert software.check(world.ready).status_code == 200

    def test_does_not_hold_up_who_asks_for_someone_else(self, cluster, software, world):
        with holding(cluster, REGISTRANT, world.authorized.registrant.pk):
            assert software.authorize(world.ready).status_code == 201


class TestAStatementThatTakesTooLong:
    def test_is_cut_off_and_takes_the_decision_with_it(self, cluster, denied, software, world):
        cluster.says(SLOW)
        try:
            for name in WRITES:
                denied(name)
        finally:
            cluster.says("DROP TRIGGER slow ON pledge_idempotencyrecord")
            cluster.says("DROP FUNCTION slow")
        assert software.authorize(world.ready).status_code == 201


class TestADeadlock:
    def test_is_ended_by_denying(self, cluster, denied, software, world, wire):
        """Someone has locked what the call writes last, and asks for the registrant that the call holds by then."""
        with (
            role(cluster, "SET deadlock_timeout = '20ms'", "RESET deadlock_timeout"),
            holding(cluster, "LOCK TABLE pledge_idempotencyrecord IN EXCLUSIVE MODE") as other,
        ):
            other.execute("SET deadlock_timeout = '60s'")
            asking = threading.Thread(target=lambda: other.execute(REGISTRANT, [world.ready.registrant.pk]))
            blocked = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"

            def cross(_):
                asking.start()
                wait_for(lambda: bool(cluster.says(blocked, other.info.backend_pid)))

            trap = wire.set_trap(cross, "INSERT INTO pledge_idempotencyrecord")
            denied("authorize")
            assert trap.sprung.is_set()
            asking.join(10)
            assert not asking.is_alive()
        assert "deadlock detected" in (cluster.folder / "postgres.log").read_text()
        assert software.authorize(world.ready).status_code == 201
