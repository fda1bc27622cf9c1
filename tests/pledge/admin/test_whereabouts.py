"""Where they stand: the sentence, the list's filter and the gate agree."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from pledge.actions import months, participants, registrants
from pledge.admin.listing import records_of, standing_in
from pledge.admin.next_steps import next_steps
from pledge.admin.whereabouts import Place, Tone, gate_today, held_today, place_of, whereabouts
from pledge.facts import record_of
from pledge.models import Registrant
from pledge.rules.vocabulary import Method, TestResult
from tests.lives import (
    CANNOT,
    UNDER_2021,
    Life,
    a_test,
    answered,
    authorized,
    confirmed,
    enrolled,
    on_treatment,
    ready,
    registered,
    signed,
)
from tests.pledge.admin.world import World, a_world


def newcomer(world: World) -> Life:
    return registered(world.program, world.at)


def untested(world: World) -> Life:
    life = registered(world.program, world.at)
    signed(life, world.at)
    return life


def waiting(world: World) -> Life:
    return enrolled(world.program, world.at, days_ago=10)


def to_test(world: World) -> Life:
    return enrolled(world.program, world.at, days_ago=60)


def to_confirm(world: World) -> Life:
    life = enrolled(world.program, world.at)
    a_test(life, world.at)
    return life


def to_answer(world: World) -> Life:
    life = to_confirm(world)
    confirmed(life, world.at)
    return life


def differing(world: World) -> Life:
    life = to_answer(world)
    answered(life, world.at, methods={Method.IUD, Method.MALE_CONDOM})
    return life


def complete(world: World) -> Life:
    return ready(world.program, world.at)


def with_authorization(world: World) -> Life:
    return authorized(world.program, world.at)


def indeterminate(world: World) -> Life:
    life = ready(world.program, world.at)
    a_test(life, world.at, result=TestResult.INDETERMINATE)
    return life


def dispensed_in_window(world: World) -> Life:
    return on_treatment(world.program, world.at + timedelta(days=28))


def next_month(world: World) -> Life:
    return on_treatment(world.program, world.at)


def positive(world: World) -> Life:
    life = next_month(world)
    a_test(life, world.at, result=TestResult.POSITIVE)
    return life


def ended(world: World) -> Life:
    life = next_month(world)
    registrants.end_treatment(
        registrant=life.registrant, last_dose_on=world.today, by=world.program.clinic, at=world.at
    )
    return life


def missed(world: World) -> Life:
    then = world.at - timedelta(days=9)
    life = enrolled(world.program, then)
    a_test(life, then)
    confirmed(life, then)
    return life


def cancelled(world: World) -> Life:
    life = complete(world)
    months.cancel_window(registrant=life.registrant, by=world.program.clinic, at=world.at)
    return life


def cannot(world: World) -> Life:
    return enrolled(world.program, world.at, category=CANNOT)


def cannot_supplied(world: World) -> Life:
    return on_treatment(world.program, world.at + timedelta(days=25), category=CANNOT)


STATES: list[tuple[Callable[[World], Life], Place, Tone, str, str | None]] = [
    (newcomer, Place.TO_SIGN, Tone.WAIT, "Waiting for signatures", "invite-to-sign"),
    (untested, Place.BETWEEN_WINDOWS, Tone.WAIT, "Waiting for the screening test.", "record-test"),
    (waiting, Place.BETWEEN_WINDOWS, Tone.WAIT, "Waiting: the next test counts from", None),
    (to_test, Place.BETWEEN_WINDOWS, Tone.WAIT, "Waiting for a new test.", "record-test"),
    (to_confirm, Place.BETWEEN_WINDOWS, Tone.WAIT, "The test is in order: confirm the month by", "confirm-month"),
    (to_answer, Place.WINDOW_OPEN, Tone.WAIT, "Waiting for the registrant's answers", "record-answers"),
    (differing, Place.WINDOW_OPEN, Tone.WAIT, "Registrant and clinic named different methods", "record-answers"),
    (complete, Place.WINDOW_OPEN, Tone.GO, "Ready: a pharmacy may dispense through", None),
    (with_authorization, Place.WINDOW_OPEN, Tone.GO, "Authorized: a pharmacy may hand 30 days over", None),
    (indeterminate, Place.WINDOW_OPEN, Tone.STOP, "The window closes on", "record-test"),
    (dispensed_in_window, Place.WINDOW_OPEN, Tone.DONE, "30 days dispensed in the window", None),
    (next_month, Place.BETWEEN_WINDOWS, Tone.WAIT, "Waiting for the next test; what was dispensed", "record-test"),
    (positive, Place.ON_HOLD, Tone.STOP, "On hold since Thursday, March 11, 2027", "record-test"),
    (ended, Place.ENDED, Tone.DONE, "Treatment ended on Thursday, March 11, 2027.", "begin-again"),
    (missed, Place.BETWEEN_WINDOWS, Tone.WAIT, "Waiting for a new test.", "record-test"),
    (cancelled, Place.BETWEEN_WINDOWS, Tone.WAIT, "Waiting: the next test counts from Friday", None),
    (cannot, Place.WITHOUT_WINDOW, Tone.GO, "Ready: a pharmacy may be authorized on any day.", None),
    (cannot_supplied, Place.WITHOUT_WINDOW, Tone.DONE, "Supplied; the next authorization", None),
]


class TestWhereTheyStand:
    @pytest.mark.parametrize(
        ("state", "place", "tone", "sentence", "step"), STATES, ids=[s[0].__name__ for s in STATES]
    )
    def test_is_one_sentence_and_one_next_step(
        self, world: World, state: Callable[[World], Life], place: Place, tone: Tone, sentence: str, step: str | None
    ) -> None:
        record = record_of(state(world).registrant, world.today)
        stands = whereabouts(record, world.today)
        assert (stands.place, stands.tone) == (place, tone)
        assert stands.sentence.startswith(sentence), stands.sentence
        gate = gate_today(record, world.today)
        assert next(iter(next_steps(record, gate, world.today)), None) == step
        assert (tone is Tone.GO) == (gate.allowed or state is with_authorization)

    def test_is_the_same_in_the_list_s_filter(self, world: World) -> None:
        for state, *_ in STATES:
            state(world)
        rows = Registrant.objects.not_merged()
        records = records_of(rows.values_list("pk", flat=True), world.today)
        for place in Place:
            filtered = set(standing_in(rows, place, world.today).values_list("pk", flat=True))
            assert filtered == {pk for pk, record in records.items() if place_of(record, world.today) is place}, place

    def test_is_locked_out_under_the_edition_of_2021(self, db: None) -> None:
        with time_machine.travel(UNDER_2021, tick=False):
            world = a_world(UNDER_2021)
            life = missed(world)
            stands = whereabouts(record_of(life.registrant, world.today), world.today)
            assert stands.sentence == "Locked out until Sunday, March 22, 2026."
            visited = enrolled(world.program, world.at, category=CANNOT)
            stands = whereabouts(record_of(visited.registrant, world.today), world.today)
            assert stands.sentence.startswith("Waiting for a visit")
            page = world.prescriber.get(reverse("admin:pledge_registrant_page", args=[life.number]))
            assert "locked_out" in page.content.decode()


class TestWithoutACertification:
    @pytest.mark.parametrize("state", [state for state, *_ in STATES], ids=[s[0].__name__ for s in STATES])
    def test_nothing_may_go_on(self, world: World, state: Callable[[World], Life]) -> None:
        life = state(world)
        ran_out = record_of(life.registrant, world.today)
        ran_out = ran_out._replace(
            prescriber=ran_out.prescriber._replace(certified_through=world.today - timedelta(days=1))
        )
        participants.suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        suspended = record_of(life.registrant, world.today)
        for record, until in ((suspended, "until the program lifts"), (ran_out, "until the program renews it")):
            gate, held = gate_today(record, world.today), held_today(record, world.today)
            assert not gate.allowed
            assert held is None or not held.allowed
            stands = whereabouts(record, world.today)
            assert stands.tone is not Tone.GO
            if stands.place not in {Place.ENDED, Place.ON_HOLD, Place.TO_SIGN}:
                assert stands.tone is Tone.STOP
                assert until in stands.sentence
            steps = next_steps(record, gate, world.today)
            assert not {"confirm-month", "countersign", "clear-hold", "begin-again"} & {*steps}

    def test_says_that_an_authorization_is_suspended(self, world: World) -> None:
        life = with_authorization(world)
        participants.suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        page = world.prescriber.get(reverse("admin:pledge_registrant_page", args=[life.number]))
        assert page.context["stands"].sentence == (
            "The authorization is suspended. The prescriber is suspended: nothing may be confirmed or handed over "
            "until the program lifts the suspension."
        )
        assert page.context["suggested"] is None
        assert "Dispense the live authorization" not in page.content.decode()

    def test_stops_what_a_newer_test_stops_too(self, world: World) -> None:
        life = with_authorization(world)
        a_test(life, world.at, result=TestResult.INDETERMINATE)
        stands = whereabouts(record_of(life.registrant, world.today), world.today)
        assert stands.tone is Tone.STOP
        assert stands.sentence.startswith("Authorized, but nothing may be handed over: the newest test")


class TestTheListOfMany:
    def test_takes_the_same_statements_for_eighteen_as_for_three(
        self, world: World, django_assert_max_num_queries: Callable[[int], object]
    ) -> None:
        for _ in range(18):
            registered(world.program, world.at)
        address = reverse("admin:pledge_registrant_changelist")
        world.prescriber.get(address)
        with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
            assert world.prescriber.get(address).content.decode().count("Forms to sign</span>") == 18
