"""What waits: the queues, the page and the gate say the same of every life."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine

from pledge.actions import holds, participants
from pledge.admin.next_up import next_up
from pledge.admin.visitor import visitor_behind
from pledge.admin.whereabouts import Place, Tone, gate_today, held_today, whereabouts
from pledge.admin.worklist.gathering import known_of, pace_of_work, work_about
from pledge.admin.worklist.queues import Queue, Who, work_of
from pledge.admin.worklist.rows import OPEN, shown, waiting_for
from pledge.facts import record_of
from pledge.models import Prescriber, Registrant
from pledge.rules.refusals import RefusalCode
from tests import signers
from tests.lives import UNDER_2021, Life, a_test, days_before, on_treatment, registered
from tests.pledge.admin import test_whereabouts as states
from tests.pledge.admin.world import World, a_world, page_of

State = Callable[[World], Life]


def days_ago(state: State, days: int) -> State:
    """The same state, reached some days ago and untouched since."""

    def lived(world: World) -> Life:
        return state(World(**{**vars(world), "at": days_before(world.at, days)}))

    return lived


def signed_by_the_registrant(world: World) -> Life:
    life = registered(world.program, world.at)
    signers.signs_all(life, world.at)
    return life


def to_clear(world: World) -> Life:
    life = on_treatment(world.program, world.at)
    holds.report_pregnancy(registrant=life.registrant, by=world.program.clinic, at=days_before(world.at, 3))
    a_test(life, world.at)
    return life


def supplied(world: World) -> Life:
    return on_treatment(world.program, world.at + timedelta(days=20))


def supply_ends_soon(world: World) -> Life:
    return on_treatment(world.program, world.at + timedelta(days=5))


def supply_ended(world: World) -> Life:
    return on_treatment(world.program, days_before(world.at, 9))


def ended_and_tested(world: World) -> Life:
    life = days_ago(states.ended, 20)(world)
    a_test(life, days_before(world.at, 19))
    return life


def ended_and_done(world: World) -> Life:
    life = days_ago(states.ended, 40)(world)
    a_test(life, days_before(world.at, 1))
    return life


# Each state, its queue (None: no work), who must act, and in how many days it is due or clears.
EXPECTED: list[tuple[State, Queue | None, Who | None, int | None]] = [
    (states.newcomer, Queue.SIGNATURES, Who.REGISTRANT, None),
    (signed_by_the_registrant, Queue.COUNTERSIGN, Who.PRESCRIBER, None),
    (states.untested, Queue.DUE, Who.CLINIC, None),
    (states.waiting, Queue.BLOCKED, Who.NO_ONE, 20),
    (states.to_test, Queue.REGISTRANT, Who.TOGETHER, None),
    (states.to_confirm, Queue.DUE, Who.CLINIC, 6),
    (days_ago(states.to_confirm, 5), Queue.DUE, Who.CLINIC, 1),
    (days_ago(states.to_confirm, 7), Queue.DUE, Who.CLINIC, None),
    (states.to_answer, Queue.REGISTRANT, Who.REGISTRANT, 6),
    (days_ago(states.to_answer, 3), Queue.CLOSING, Who.REGISTRANT, 3),
    (states.differing, Queue.DUE, Who.TOGETHER, 6),
    (days_ago(states.differing, 6), Queue.CLOSING, Who.TOGETHER, 0),
    (states.complete, None, None, None),
    (days_ago(states.complete, 2), None, None, None),
    (days_ago(states.complete, 3), Queue.CLOSING, Who.PHARMACY, 3),
    (states.with_authorization, None, None, None),
    (days_ago(states.with_authorization, 5), Queue.CLOSING, Who.PHARMACY, 1),
    (states.indeterminate, Queue.DUE, Who.CLINIC, 6),
    (states.dispensed_in_window, None, None, None),
    (supplied, None, None, None),
    (supply_ends_soon, Queue.REGISTRANT, Who.TOGETHER, 4),
    (states.next_month, Queue.DUE, Who.CLINIC, None),
    (supply_ended, Queue.DUE, Who.CLINIC, None),
    (states.positive, Queue.BLOCKED, Who.CLINIC, 1),
    (to_clear, Queue.DUE, Who.PRESCRIBER, None),
    (states.ended, Queue.DUE, Who.CLINIC, 0),
    (days_ago(states.ended, 40), Queue.DUE, Who.CLINIC, -10),
    (ended_and_tested, None, None, None),
    (ended_and_done, None, None, None),
    (states.missed, Queue.DUE, Who.CLINIC, None),
    (states.cancelled, Queue.BLOCKED, Who.NO_ONE, 1),
    (states.cannot, None, None, None),
    (states.cannot_supplied, None, None, None),
]
IDS = [f"{place}-{getattr(state, '__name__', '')}" for place, (state, *_) in enumerate(EXPECTED)]


class TestOneLife:
    @pytest.mark.parametrize(("state", "queue", "who", "days"), EXPECTED, ids=IDS)
    def test_waits_in_one_queue_for_someone_until_a_day(
        self, world: World, state: State, queue: Queue | None, who: Who | None, days: int | None
    ) -> None:
        life = state(world)
        record = known_of([life.registrant.pk], world.today)[life.registrant.pk]
        work = work_of(record.record, world.today, pace_of_work(), last_dose_on=record.last_dose_on)
        assert (work and work.queue, work and work.who) == (queue, who)
        assert (work and work.until) == (world.today + timedelta(days=days) if days is not None else None)

    def test_is_locked_out_until_a_day_under_the_edition_of_2021(self, db: None) -> None:
        with time_machine.travel(UNDER_2021, tick=False):
            world = a_world(UNDER_2021)
            record = record_of(states.missed(world).registrant, world.today)
            work = work_of(record, world.today, pace_of_work())
            assert work is not None
            assert (work.queue, work.who) == (Queue.BLOCKED, Who.NO_ONE)
            assert work.until is not None
            assert whereabouts(record, world.today).sentence == f"Locked out until {work.until:%A, %B %d, %Y}."
            visited = work_of(record_of(states.cannot(world).registrant, world.today), world.today, pace_of_work())
            assert visited is not None
            assert (visited.queue, visited.who) == (Queue.DUE, Who.CLINIC)

    def test_is_blocked_where_the_prescriber_is_not_certified(self, world: World) -> None:
        life = states.to_confirm(world)
        participants.suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        work = work_of(record_of(life.registrant, world.today), world.today, pace_of_work())
        assert work is not None
        assert (work.queue, work.who) == (Queue.BLOCKED, Who.PRESCRIBER)
        assert work.why is not None
        assert work.why.code is RefusalCode.PRESCRIBER_NOT_CERTIFIED


class TestManyLives:
    def test_wait_where_their_page_and_the_gate_say(self, world: World) -> None:
        lives = [state(world) for state, *_ in EXPECTED]
        for day in (world.today + timedelta(days=days) for days in range(0, 40, 3)):
            on_a_day(day)
        prescriber = Prescriber.objects.get(pk=world.program.prescriber.pk)
        visitor = visitor_behind(prescriber.user, world.today)
        assert visitor is not None
        waiting = waiting_for(visitor, visitor.registrants(), world.at, narrowed=True)
        rows = [row for all_of in waiting.queues.values() for row in all_of]
        lines = {line.registrant: line for line in shown(visitor, rows, waiting.found, world.today)}
        assert len(lines) == len(rows) == sum(queue is not None for _, queue, *_ in EXPECTED)
        for life in lives:
            if life.registrant in lines:
                suggested = world.prescriber.get(page_of(life)).context["suggested"]
                assert lines[life.registrant].label == (suggested.title if suggested is not None else OPEN)


# How a registrant's own page names whom the worklist names.
SAYS = {
    Who.CLINIC: {"the clinic", "the prescriber"},
    Who.PRESCRIBER: {"the clinic", "the prescriber"},
    Who.REGISTRANT: {"the registrant"},
    Who.TOGETHER: {"the clinic", "the registrant"},  # "has a new test done", "and the clinic settle which methods"
    Who.PHARMACY: {"a pharmacy", "the pharmacy"},
    Who.NO_ONE: {"nobody", "the clinic"},  # from a day on
}


def on_a_day(on: date) -> None:
    """Nobody with work is lost in narrowing, and whatever waits agrees with the gate and the page's sentence."""
    rows, pace = Registrant.objects.not_merged(), pace_of_work()
    known = known_of(rows.values_list("pk", flat=True), on)
    judged = {pk: work_of(one.record, on, pace, last_dose_on=one.last_dose_on) for pk, one in known.items()}
    records = {pk: one.record for pk, one in known.items()}
    found = {pk: one.work for pk, one in work_about(rows, on).items()}
    assert found == {pk: work for pk, work in judged.items() if work is not None}, on
    for pk, work in found.items():
        gate = gate_today(records[pk], on)
        ready = (held_today(records[pk], on) or gate).allowed
        assert ready == (work.who is Who.PHARMACY)
        assert work.why is None or work.why in gate.refusals
        up = next_up(records[pk], gate, on, last_dose_on=known[pk].last_dose_on)
        assert work.until == (up.starts_on if work.who is Who.NO_ONE or work.day_is else up.by)
        assert up.who.lower() in SAYS[work.who], up
        stands = whereabouts(records[pk], on)
        assert ready == (stands.tone is Tone.GO)
        if ready or (stands.tone is Tone.DONE and stands.place is not Place.ENDED):
            assert work.queue is Queue.CLOSING
        if work.who is Who.NO_ONE:
            assert work.until is not None
            assert work.until == max(refusal.clears_on for refusal in gate.refusals if refusal.clears_on) > on
