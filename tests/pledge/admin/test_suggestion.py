"""The one button: the step that comes next, or none and whose it is; never another step in its place."""

from collections.abc import Callable, Iterable
from html import unescape

import pytest
from django.http import HttpResponse

from pledge.actions import holds
from pledge.actions.designations import designate
from pledge.actions.participants import suspend
from pledge.admin.worklist.rows import OPEN
from pledge.rules.vocabulary import Scope
from tests import signers
from tests.lives import Life, a_test, days_before, on_treatment, registered
from tests.pledge.admin import test_whereabouts as states
from tests.pledge.admin.world import World, page_of


def text(answer: HttpResponse) -> str:
    """What a page says, without its entities."""
    return unescape(answer.content.decode())


def given(world: World, scopes: Iterable[Scope]) -> None:
    """Let the first clinic's designee act in some scopes only."""
    designate(
        designee=world.designee,
        prescriber=world.program.prescriber,
        scopes=scopes,
        by=world.program.clinic,
        at=world.at,
    )


class TestADesignee:
    @pytest.mark.parametrize(
        ("state", "scopes"),
        [
            pytest.param(states.newcomer, [Scope.MONTH, Scope.COURSE], id="no enrollment: to invite"),
            pytest.param(states.untested, [Scope.ENROLLMENT], id="no month: to record a test"),
            pytest.param(states.to_confirm, [Scope.ENROLLMENT], id="no month: to confirm it"),
        ],
    )
    def test_without_the_scope_is_told_who_can(
        self, world: World, state: Callable[[World], Life], scopes: list[Scope]
    ) -> None:
        life = state(world)
        given(world, scopes)
        answer = world.assistant.get(page_of(life))
        assert answer.context["suggested"] is None
        said = f"This is for {world.program.prescriber.name}, or a designee who was given"
        assert said in text(answer)
        home = world.assistant.get("/admin/")
        [line] = [line for section in home.context["sections"] for line in section["lines"] if line.registrant]
        assert (line.label, line.quiet) == (OPEN, True)
        assert said in text(home)
        assert world.prescriber.get(page_of(life)).context["suggested"] is not None

    def test_does_not_countersign_and_is_not_led_to_paper_instead(self, world: World) -> None:
        life = registered(world.program, world.at)
        signers.signs_all(life, world.at)
        answer = world.assistant.get(page_of(life))
        assert answer.context["suggested"] is None
        assert f"This is for {world.program.prescriber.name} in person." in text(answer)


class TestASuspendedPrescriber:
    def test_is_led_to_nothing_that_would_be_refused(self, world: World) -> None:
        to_countersign = registered(world.program, world.at)
        signers.signs_all(to_countersign, world.at)
        to_clear = on_treatment(world.program, world.at)
        holds.report_pregnancy(registrant=to_clear.registrant, by=world.program.clinic, at=days_before(world.at, 3))
        a_test(to_clear, world.at)
        lives = [states.to_confirm(world), states.with_authorization(world), to_countersign, to_clear]
        suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        for life in lives:
            answer = world.prescriber.get(page_of(life))
            slugs = {"confirm-month", "countersign", "clear-hold"}
            assert answer.context["suggested"] is None or answer.context["suggested"].slug not in slugs
        home = world.prescriber.get("/admin/")
        lines = [line for section in home.context["sections"] for line in section["lines"] if line.registrant]
        assert {line.row.queue.value for line in lines} == {"blocked"}
        assert all("is suspended" in line.row.sentence for line in lines if line.registrant != to_clear.registrant)
        assert not {line.label for line in lines} & {"Confirm the month", "Countersign a form", "Clear the hold"}
