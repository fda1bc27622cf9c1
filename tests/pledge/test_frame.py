"""The frame of every write: one durable transaction, and a refusal recorded after the rollback."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection, transaction

from pledge.frame import action, foresee
from pledge.models import EventType, Pharmacy, ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refusal, RefusalCode, Refused, Rejected
from pledge.trail import SYSTEM, By
from tests import lives
from tests.pledge.happened import events, rows

AT = lives.UNDER_2021


@action
def rename(*, pharmacy: Pharmacy, name: str, registrant=None, failure=None, by: By, at: datetime) -> Pharmacy:
    """Rename a pharmacy, and fail after that where told to."""
    Pharmacy.objects.filter(pk=pharmacy.pk).update(name=name)
    if failure is not None:
        raise failure
    return Pharmacy.objects.get(pk=pharmacy.pk)


def rename_to_new(life):
    return {"pharmacy": life.program.pharmacy, "name": "New"}


class Memory:
    """Remembers when it was called, and whether a transaction was open."""

    def __init__(self, *, stops_with: Exception | None = None) -> None:
        self.calls = []
        self.stops_with = stops_with

    def claim(self) -> None:
        self.calls.append(("claim", connection.in_atomic_block))
        if self.stops_with is not None:
            raise self.stops_with

    def keep(self, outcome) -> None:
        self.calls.append(("keep", outcome))


REFUSED = Refused([Refusal(RefusalCode.ON_HOLD), Refusal(RefusalCode.LOCKED_OUT, program_day(AT))], ["2020-discretion"])


@pytest.mark.django_db
class TestAnAct:
    @pytest.fixture
    def life(self):
        return lives.registered(lives.a_program(AT), AT)

    def test_gives_what_the_function_gives(self, life):
        given = {"pharmacy": life.program.pharmacy, "name": "New"}
        assert rename(**given, by=SYSTEM, at=AT).name == "New"
        assert rename.is_action
        assert rename.__name__ == "rename"

    def test_that_is_refused_leaves_a_refusal_and_nothing_else(self, life):
        before = rows()
        with events() as told, pytest.raises(Refused) as caught:
            rename(
                pharmacy=life.program.pharmacy,
                name="New",
                registrant=life.registrant,
                failure=REFUSED,
                by=SYSTEM,
                at=AT,
            )
        assert caught.value is REFUSED
        assert rows() == before
        (event,) = told
        assert (event.type, event.act) == (EventType.ACT_REFUSED, "test_frame.rename")
        assert (event.registrant, event.changes, event.overlays) == (life.registrant, {}, ["2020-discretion"])
        assert event.refusals == [
            {"code": "on_hold", "clears_on": None},
            {"code": "locked_out", "clears_on": "2026-03-12"},
        ]
        assert (event.actor_kind, event.edition, event.at) == ("system", "2021", AT)

    def test_that_is_refused_about_no_registrant_is_recorded_with_the_parties(self, life):
        with events() as told, pytest.raises(Refused):
            rename(pharmacy=life.program.pharmacy, name="New", registrant="R1", failure=REFUSED, by=SYSTEM, at=AT)
        assert told[0].registrant is None

    @pytest.mark.parametrize("failure", [Rejected("name", "no name"), RuntimeError("broken"), KeyboardInterrupt()])
    def test_that_fails_otherwise_leaves_nothing_at_all(self, life, failure):
        before = rows()
        with events() as told, pytest.raises(type(failure)):
            rename(pharmacy=life.program.pharmacy, name="New", failure=failure, by=SYSTEM, at=AT)
        assert told == []
        assert rows() == before

    @pytest.mark.parametrize("at", [None, "2026-03-12", datetime(2026, 3, 12, 10)])  # noqa: DTZ001 - refused
    def test_needs_an_instant_with_a_zone(self, life, at):
        with pytest.raises(ValueError, match=r"test_frame\.rename: at must be an instant with a time zone"):
            rename(pharmacy=life.program.pharmacy, name="New", by=SYSTEM, at=at)

    @pytest.mark.parametrize("by", [None, "P1"])
    def test_needs_someone_who_acts(self, life, by):
        with pytest.raises(ValueError, match=r"test_frame\.rename: by must say who acts"):
            rename(pharmacy=life.program.pharmacy, name="New", by=by, at=AT)

    def test_needs_both_named(self, life):
        with pytest.raises(ValueError, match="at must be"):
            rename(pharmacy=life.program.pharmacy, name="New")


@pytest.mark.django_db
class TestAMemory:
    @pytest.fixture
    def pharmacy(self):
        return lives.a_program(AT).pharmacy

    def test_claims_first_and_keeps_the_outcome_last(self, pharmacy):
        memory = Memory()
        renamed = rename(pharmacy=pharmacy, name="New", by=SYSTEM, at=AT, memory=memory)
        assert memory.calls == [("claim", True), ("keep", renamed)]

    def test_keeps_a_refusal_too(self, pharmacy):
        memory = Memory()
        with pytest.raises(Refused):
            rename(pharmacy=pharmacy, name="New", failure=REFUSED, by=SYSTEM, at=AT, memory=memory)
        assert memory.calls == [("claim", True), ("keep", REFUSED)]

    def test_that_will_not_claim_stops_the_act(self, pharmacy):
        memory = Memory(stops_with=RuntimeError("decided before"))
        with events() as told, pytest.raises(RuntimeError, match="decided before"):
            rename(pharmacy=pharmacy, name="New", by=SYSTEM, at=AT, memory=memory)
        assert told == []
        assert Pharmacy.objects.get(pk=pharmacy.pk).name == "Corner Pharmacy"

    def test_that_will_not_keep_undoes_the_act(self, pharmacy, monkeypatch):
        memory = Memory()

        def will_not(outcome):
            raise RuntimeError("answered before")

        monkeypatch.setattr(memory, "keep", will_not)
        with pytest.raises(RuntimeError, match="answered before"):
            rename(pharmacy=pharmacy, name="New", by=SYSTEM, at=AT, memory=memory)
        assert Pharmacy.objects.get(pk=pharmacy.pk).name == "Corner Pharmacy"


@pytest.mark.django_db(transaction=True)
class TestRealTransactions:
    def test_of_an_act_are_durable_so_that_nothing_around_it_can_undo_it(self):
        program = lives.a_program(AT)
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
            rename(pharmacy=program.pharmacy, name="New", by=SYSTEM, at=AT)

    def test_of_a_refusal_are_committed_though_the_act_was_rolled_back(self):
        program = lives.a_program(AT)
        with pytest.raises(Refused):
            rename(pharmacy=program.pharmacy, name="New", failure=REFUSED, by=SYSTEM, at=AT)
        connection.close()
        assert ProgramEvent.objects.get(type=EventType.ACT_REFUSED).act == "test_frame.rename"
        assert Pharmacy.objects.get(pk=program.pharmacy.pk).name == "Corner Pharmacy"


@pytest.mark.django_db
class TestForesight:
    @pytest.fixture
    def pharmacy(self):
        return lives.a_program(AT).pharmacy

    def test_shows_what_an_act_would_lead_to_and_lets_nothing_of_it_stay(self, pharmacy):
        def seen(outcome):
            return outcome.name, Pharmacy.objects.get(pk=pharmacy.pk).name

        with events() as told:
            assert foresee(rename, seen, pharmacy=pharmacy, name="New", by=SYSTEM, at=AT) == ("New", "New")
        assert told == []
        assert Pharmacy.objects.get(pk=pharmacy.pk).name == "Corner Pharmacy"

    def test_of_a_refusal_gives_its_reasons_and_leaves_no_event(self, pharmacy):
        with events() as told, pytest.raises(Refused):
            foresee(rename, lambda _: None, pharmacy=pharmacy, name="New", failure=REFUSED, by=SYSTEM, at=AT)
        assert told == []

    def test_of_what_keeps_nothing_in_its_memory_is_not_possible(self):
        with pytest.raises(AssertionError, match="cannot be foreseen"):
            foresee(lambda **_: None, lambda _: None, by=SYSTEM, at=AT)
