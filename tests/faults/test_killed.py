"""A web process that is killed: all of a decision is there or nothing, and who asks again is told the one decision."""

import itertools
import json

import pytest

from pledge.models import Authorization
from tests.faults.calls import REPLAYED, ground
from tests.faults.conftest import kill, wait_for
from tests.faults.serving import LOST


class TestAProcessKilledBetweenTwoStatements:
    """The other calls' connections are cut at the same points (test_database_fails), which is all PostgreSQL sees."""

    @pytest.mark.parametrize("call", ["authorize", "dispense"])
    def test_leaves_all_of_a_decision_or_nothing(self, call, world, mortal, wire, cluster):
        with ground(call, mortal, world) as on:
            stood = []
            for point in itertools.count(1):
                on.begin_again()
                trap = wire.set_trap(kill, point, after=True)
                answer = on.ask()
                if not trap.sprung.is_set():
                    break
                assert answer is None
                cluster.wait_for_end(trap.talk)
                stood.append(on.assert_all_or_nothing(answer))
                on.assert_decided_once(there=stood[-1])
            assert stood == sorted(stood)  # nothing, up to the one statement that makes it all stand
            assert len(stood) >= 6
            assert stood[-1]


class TestAKilledWorker:
    """One of the workers of the server as the image runs it."""

    def test_has_decided_once_though_it_never_answered(self, world, image, wire, cluster, folder):
        software = world.software(image)
        trap = wire.set_trap(kill, "COMMIT", after=True)
        with pytest.raises(LOST):
            software.authorize(world.ready, idempotency_key="k")
        cluster.wait_for_end(trap.talk)
        issued = Authorization.objects.get(registrant=world.ready.registrant)
        again = software.authorize(world.ready, idempotency_key="k")  # of the other worker, which never stopped
        assert (again.status_code, again[REPLAYED]) == (201, "true")
        assert json.loads(again.content)["rma_number"] == issued.rma_number
        assert Authorization.objects.filter(registrant=world.ready.registrant).count() == 1
        wait_for(lambda: (folder / "in_the_image.log").read_text().count("Started worker") == 3)  # it is replaced
