"""Every action alike: one main event, written with its rows or not at all, and nothing leaves before commit."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, datetime

import pytest

import consents.actions
import notifications.actions
import pledge.actions
from pledge.actions import participants
from pledge.models import EventType
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on
from pledge.trail import By, by_designee, event_recorded
from tests import lives
from tests.pledge.actions.each import AT, EACH, THROUGH, Step
from tests.pledge.happened import events, rows

pytestmark = pytest.mark.django_db
LEAVES_NO_EVENT = {
    "answers.note_unknown",  # a line in the access trail instead
    "countersigning.judge_password",  # a right one; what a wrong one leaves, tests/consents/admin and the races try
    "visits.touch",  # each page that a signer opens
    "visits.choose_language",  # every initial and signature says in which language
}
LEAVES_NO_ROW = {"guesses.suspect_guessing"}  # the event is what the program is told by
WHERE_EVENTS_ARE_RECORDED = (
    "pledge.actions.steps",
    "pledge.actions.suspensions",
    "pledge.actions.proofs",
    "consents.actions.judging",
    "consents.actions.proving",
)
ONLY_CONSEQUENCES = {"participants.record_run_out"}
BY_CONSEQUENCE = {"nightly.lapse": "authorizations.lapse"}
CLINIC_ACTS = sorted(
    name
    for name in EACH
    if name.startswith(("months.c", "pregnancy_tests.", "registrants.")) or name == "holds.report_pregnancy"
)


@pytest.fixture
def program() -> lives.Program:
    return lives.a_program(AT)


@pytest.fixture
def step(request: pytest.FixtureRequest, program: lives.Program) -> Step:
    return EACH[request.param](program)


def every_action() -> set[str]:
    modules = [
        importlib.import_module(f"{home.__name__}.{one.name}")
        for home in (consents.actions, notifications.actions, pledge.actions)
        for one in pkgutil.iter_modules(home.__path__)
    ]
    return {
        f"{module.__name__.removesuffix('.actions').rpartition('.')[2]}.{name}"
        for module in modules
        for name, act in vars(module).items()
        if getattr(act, "is_action", False) and act.__module__ == module.__name__
    }


def test_every_action_is_tried_here() -> None:
    assert every_action() == set(EACH) | LEAVES_NO_EVENT


@pytest.mark.parametrize(("name", "step"), [(name, name) for name in EACH], indirect=["step"], ids=list(EACH))
class TestEveryAction:
    def test_leaves_one_main_event_and_its_consequences(self, name: str, step: Step) -> None:
        before = rows()
        with events() as told:
            step.take()
        own = [event for event in told if event.act == BY_CONSEQUENCE.get(name, name) and event.type == step.event]
        assert len(own) == (0 if name in ONLY_CONSEQUENCES else 1)
        assert told
        assert (rows() == before) == (name in LEAVES_NO_ROW)
        for event in told:
            assert (event.actor_kind, event.actor_name) in {(step.by.kind, step.by.name), ("system", "nightly work")}
            assert event.at == step.at
            assert event.edition == edition_on(program_day(step.at)).name
            assert event.recorded_at > datetime(2020, 1, 1, tzinfo=UTC)
        pairs = [pair for event in told for fields in event.changes.values() for pair in fields.values()]
        assert pairs
        assert all(len(pair) == 2 and pair[0] != pair[1] for pair in pairs)

    def test_writes_its_rows_and_its_event_together_or_neither(
        self, name: str, step: Step, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = importlib.import_module(step.act.__module__)

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("the trail cannot be written")

        for home in {module, *map(importlib.import_module, WHERE_EVENTS_ARE_RECORDED)}:
            if hasattr(home, "record"):
                monkeypatch.setattr(home, "record", broken)
        before = rows()
        with events() as told, pytest.raises(RuntimeError, match="cannot be written"):
            step.take()
        assert rows() == before
        assert told == []

    def test_announces_nothing_before_it_is_committed(
        self, name: str, step: Step, django_capture_on_commit_callbacks
    ) -> None:
        heard = []

        def listen(event_id: int, **_: object) -> None:
            heard.append(event_id)

        event_recorded.connect(listen)
        try:
            with events() as told, django_capture_on_commit_callbacks() as waiting:
                step.take()
                assert heard == []
            for announce in waiting:
                announce()
        finally:
            event_recorded.disconnect(listen)
        assert heard == [event.pk for event in told]


@pytest.mark.parametrize("step", CLINIC_ACTS, indirect=True)
class TestADesignee:
    def test_leaves_both_names(self, step: Step, program: lives.Program) -> None:
        with events() as told:
            step.take(by=attested(program))
        main = next(event for event in told if event.type == step.event)
        assert (main.actor_kind, main.actor_name) == ("designee", "Dana Designee")
        assert main.on_behalf_of == program.prescriber.name


def attested(program: lives.Program) -> By:
    designee = participants.enroll_designee(
        name="Dana Designee",
        prescribers=[program.prescriber],
        attested_through=THROUGH,
        by=program.administrator,
        at=lives.days_before(AT, 60),
    )
    return by_designee(designee, program.prescriber)


def test_the_types_of_events_are_all_left_by_something(program: lives.Program) -> None:
    """Each word of the trail is some action's own, or a consequence recorded beside one."""
    consequences = {
        EventType.CONFIRMATION_CORRECTED,
        EventType.LOCKOUT_ENDED,
        EventType.AUTHORIZATION_REVOKED,
        EventType.AUTHORIZATION_SUSPENDED,
        EventType.AUTHORIZATION_RESUMED,
        EventType.DEVIATION_RAISED,
        EventType.SIGNING_DENIED,
        EventType.SIGNING_LINK_CLOSED,
        EventType.ACT_REFUSED,
        EventType.RECOVERY_CODE_USED,
    }
    own = {make(lives.a_program(AT)).event for make in EACH.values()}
    assert set(EventType) == (own - {None}) | consequences
