"""PostgreSQL goes away in the midst of a call: nothing is told that is not there, nothing is there twice.

The web server is not restarted once.
"""

import itertools
import signal

import pytest
from django.db import connection

from pledge.models import Authorization
from tests.faults.calls import CALLS, DECISIONS, ground
from tests.faults.wire import Cut
from tests.races.side_by_side import at_once

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
POINTS = {"at BEGIN": ("BEGIN", False), "before COMMIT": ("COMMIT", False), "after COMMIT": ("COMMIT", True)}


@pytest.fixture
def ends(cluster):
    """Let PostgreSQL end the connection, and its last reply be lost with it."""

    def end(talk):
        cluster.end(talk)
        talk.server.close()
        raise Cut

    return end


class TestAConnectionThatEnds:
    @pytest.mark.parametrize("call", CALLS)
    def test_leaves_one_decision_wherever_it_does(self, call, world, image, wire, cluster, ends):
        with ground(call, image, world) as on:
            stood = []
            for point in itertools.count(1):
                on.begin_again()
                trap = wire.set_trap(ends, point, after=True)
                answer = on.ask()
                if not trap.sprung.is_set():
                    break
                cluster.wait_for_end(trap.talk)
                assert answer is not None
                stood.append(on.assert_all_or_nothing(answer))
                on.assert_decided_once(there=stood[-1])
            assert len(stood) >= (6 if call in DECISIONS else 2)

    @pytest.mark.parametrize("where", POINTS)
    def test_is_told_by_the_server_itself(self, where, world, image, wire, cluster):
        point, after = POINTS[where]
        with ground("authorize", image, world) as on:
            on.begin_again()
            trap = wire.set_trap(cluster.end, point, after=after)
            answer = on.ask()
            assert trap.sprung.is_set()
            assert answer.status_code == (201 if after else 503)  # the reply had left before the connection ended
            on.assert_decided_once(there=on.assert_all_or_nothing(answer))


class TestADatabaseThatIsRestarted:
    @pytest.mark.parametrize(
        ("how", "where"),
        [(FAST, "at BEGIN"), (IMMEDIATE, "before COMMIT"), (FAST, "after COMMIT"), (IMMEDIATE, "after COMMIT")],
        ids=str,
    )
    def test_leaves_one_decision(self, how, where, world, image, wire, cluster):
        point, after = POINTS[where]

        def restart(talk):
            cluster.stop(how)
            cluster.start()
            raise Cut

        software = world.software(image)
        trap = wire.set_trap(restart, point, after=after)
        answer = software.authorize(world.ready, idempotency_key="k")
        connection.close()
        assert trap.sprung.is_set()
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        there = Authorization.objects.filter(registrant=world.ready.registrant)
        assert there.count() == (1 if after else 0)
        again = software.authorize(world.ready, idempotency_key="k")
        assert (again.status_code, "Idempotent-Replayed" in again) == (201, after)
        assert there.count() == 1

    def test_is_found_again_by_every_thread_of_the_web_server(self, world, image, cluster):
        asking = [lambda: world.software(image).check(world.ready)] * 24
        at_once(*asking)
        cluster.stop()
        assert [world.software(image).check(world.ready).status_code for _ in range(3)] == [503] * 3
        cluster.start()
        connection.close()
        assert {answer.status_code for answer in at_once(*asking)} == {200}
