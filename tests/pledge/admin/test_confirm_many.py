"""Several months confirmed at once: each statement ticked, each foreseen, each an act of its own."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pledge.actions import holds
from pledge.models import AccessEntry, EventType, MonthlyConfirmation, ProgramEvent, Registrant
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import TestResult
from tests.lives import CANNOT, UNDER_2021, Life, a_test, confirmed, enrolled, on_treatment, ready
from tests.pledge.admin.world import World, a_world, digest, filled_in, page_of, step_of

ADDRESS = reverse("admin:confirm_many")


@pytest.fixture
def one_act_each(settings: Any) -> None:
    """Let reads repeat: every registrant is an act of their own, which reads what it judges under its own lock."""
    settings.ZEAL_ALLOWLIST = [{"model": "pledge.*", "field": None}]


def due(world: World, name: str = "") -> Life:
    """Someone on treatment whose test of today waits to be confirmed."""
    life = on_treatment(world.program, world.at)
    a_test(life, world.at)
    if name:
        Registrant.objects.filter(pk=life.registrant.pk).update(name=name)
    return life


def sent(answer: HttpResponse, *ticked: Life, **others: Any) -> dict[str, Any]:
    """What a browser would send of the check list with both statements of some ticked."""
    fields: dict[str, Any] = {"row": [row.prefix for row in answer.context["rows"]], "preview": "yes"}
    for row in answer.context["rows"]:
        fields |= {f"{row.prefix}-{name}": row[name].value() for name in row.fields if row[name].value() is not None}
    for life in ticked:
        fields |= {f"{life.number}-counseled": "on", f"{life.number}-same": "on"}
    return {name: value for name, value in {**fields, **others}.items() if value is not False}


def carried(preview: HttpResponse) -> dict[str, Any]:
    """What a browser would send of the preview by its first button."""
    fields: dict[str, Any] = {"row": [], "confirm": "yes"}
    stopped = [one.row for one in preview.context["stopped"]]
    rows = [one.row for one in preview.context["ready"]] + stopped + preview.context["unsaid"]
    for row in rows:
        fields["row"].append(row.prefix)
        fields |= {row.add_prefix(name): str(row[name].value()) for name in row.fields if name != "methods"}
        if "methods" in row.fields:
            fields[row.add_prefix("methods")] = row["methods"].value()
    fields |= {row.add_prefix("left_out"): "on" for row in stopped}
    return {name: value for name, value in fields.items() if value not in ("", "None", "False")}


def previewed(client: Client, *ticked: Life, **others: Any) -> HttpResponse:
    return client.post(ADDRESS, sent(client.get(ADDRESS), *ticked, **others))


def numbers(outcomes: list[Any]) -> list[str]:
    return [one.registrant.number for one in outcomes]


class TestTheCheckList:
    def test_holds_those_whose_month_can_be_confirmed_and_nobody_else(self, world: World) -> None:
        waits, first = due(world), enrolled(world.program, world.at)
        a_test(first, world.at)
        on_treatment(world.program, world.at)  # without a new test
        ready(world.program, world.at)  # with an open window
        enrolled(world.program, world.at, category=CANNOT)  # nothing is monthly
        a_test(on_treatment(world.program, world.at), world.at, result=TestResult.INDETERMINATE)
        held = due(world)
        holds.report_pregnancy(registrant=held.registrant, by=world.program.clinic, at=world.at)
        due(World(**{**vars(world), "program": world.elsewhere}))
        before = digest()
        shown = world.prescriber.get(ADDRESS)
        assert [row.prefix for row in shown.context["rows"]] == [waits.number]
        assert [candidate.registrant.number for candidate in shown.context["alone"]] == [first.number]
        assert digest() == before
        entry = AccessEntry.objects.latest("pk")
        assert (entry.what, entry.outcome) == ("registrants_listed", f"{waits.number} {first.number}")

    def test_ticks_nothing_by_itself(self, world: World) -> None:
        due(world)
        [row] = world.prescriber.get(ADDRESS).context["rows"]
        assert (row["counseled"].value(), row["same"].value()) == (False, False) or not row["same"].value()
        assert (row["visit_on"].value(), row["days_supply"].value()) == (world.today, 30)
        assert row.fields["same"].label == "The same methods, confirmed with them: hormonal pill and male condom"

    def test_begins_with_the_window_that_closes_first(self, world: World) -> None:
        late = due(world)
        early = on_treatment(world.program, world.at - timedelta(days=2))
        a_test(early, world.at - timedelta(days=2))
        assert [row.prefix for row in world.prescriber.get(ADDRESS).context["rows"]] == [early.number, late.number]

    def test_is_not_there_for_program_administrators(self, world: World) -> None:
        assert world.administrator.get(ADDRESS).status_code == 404

    def test_leaves_out_what_a_designation_does_not_reach(self, world: World) -> None:
        due(world)
        assert len(world.assistant.get(ADDRESS).context["rows"]) == 1
        world.designee.designations.update(scopes=["enrollment"])
        assert world.assistant.get(ADDRESS).context["rows"] == []

    def test_says_where_nobody_is_due(self, world: World) -> None:
        assert "month can be confirmed today" in world.prescriber.get(ADDRESS).content.decode()

    def test_refuses_half_a_statement_and_keeps_the_rest(self, world: World) -> None:
        half, whole = due(world), due(world)
        answer = previewed(world.prescriber, whole, **{f"{half.number}-counseled": "on"})
        assert [row.prefix for row in answer.context["wrong"]] == [half.number]
        assert "Tick both statements, or neither" in answer.content.decode()
        kept = {row.prefix: row["same"].value() for row in answer.context["rows"]}
        assert kept == {half.number: False, whole.number: True}

    def test_says_that_nobody_is_ticked(self, world: World) -> None:
        due(world)
        assert "Nobody is ticked" in previewed(world.prescriber).content.decode()


@pytest.mark.usefixtures("one_act_each")
class TestThePreview:
    def test_says_of_each_what_would_happen_and_does_nothing(self, world: World) -> None:
        fine, too_much, unready = due(world), due(world), due(world)
        before = digest()
        answer = previewed(world.prescriber, fine, too_much, **{f"{too_much.number}-days_supply": "60"})
        assert numbers(answer.context["ready"]) == [fine.number]
        [stopped] = answer.context["stopped"]
        assert [reason.code for reason in stopped.reasons] == [RefusalCode.SUPPLY_OVER_LIMIT]
        assert "Window Mar 11 to Mar 17" in answer.content.decode()
        assert [row.prefix for row in answer.context["unsaid"]] == [unready.number]
        assert digest() == before

    def test_can_be_gone_back_from_with_everything_kept(self, world: World) -> None:
        life = due(world)
        answer = previewed(world.prescriber, life, **{f"{life.number}-days_supply": "60"})
        fields = carried(answer)
        del fields["confirm"]
        [row] = world.prescriber.post(ADDRESS, {**fields, "change": "yes"}).context["rows"]
        assert (row["counseled"].value(), row["same"].value(), row["days_supply"].value()) == (True, True, "60")


@pytest.mark.usefixtures("one_act_each")
class TestTheResult:
    def test_names_who_was_confirmed_and_who_was_not_with_every_reason(self, world: World) -> None:
        lives = [due(world, name) for name in ("Ana", "Bea", "Cleo")]
        answer = previewed(world.prescriber, *lives, **{f"{lives[0].number}-days_supply": "60"})
        fields = carried(answer)
        a_test(lives[1], world.at, result=TestResult.INDETERMINATE)
        result = world.prescriber.post(ADDRESS, fields)
        page = result.content.decode()
        assert numbers(result.context["done"]) == [lives[2].number]
        assert {one.registrant.number: one for one in result.context["stopped"]}.keys() == {
            lives[0].number, lives[1].number,
        }  # fmt: skip
        assert "supply_over_limit" in page
        assert "“Test recorded” was recorded by Dr. Paula Prescott" in page
        confirmed_now = MonthlyConfirmation.objects.filter(confirmed_at=world.at)
        assert [row.registrant_id for row in confirmed_now] == [lives[2].registrant.pk]

    def test_is_one_act_each_with_both_names_of_a_designee(self, world: World) -> None:
        lives = [due(world), due(world)]
        world.assistant.post(ADDRESS, carried(previewed(world.assistant, *lives)))
        events = ProgramEvent.objects.filter(type=EventType.MONTH_CONFIRMED, at=world.at)
        assert {event.registrant_id for event in events} == {life.registrant.pk for life in lives}
        assert {(event.actor_name, event.on_behalf_of) for event in events} == {
            ("Dana Doe", world.program.prescriber.name)
        }

    def test_of_the_same_form_sent_again_does_nothing_twice(self, world: World) -> None:
        lives = [due(world), due(world)]
        fields = carried(previewed(world.prescriber, *lives))
        assert len(world.prescriber.post(ADDRESS, fields).context["done"]) == 2
        before = digest()
        again = world.prescriber.post(ADDRESS, fields)
        assert (again.context["done"], again.context["stopped"]) == ([], [])
        assert sorted(numbers(again.context["already"])) == sorted(life.number for life in lives)
        assert "You confirmed this a moment ago; it was not done twice." in again.content.decode()
        assert digest() == before

    def test_keeps_what_someone_else_confirmed_meanwhile(self, world: World) -> None:
        life = due(world)
        fields = carried(previewed(world.assistant, life))
        confirmed(life, world.at, days_supply=15)
        [stopped] = world.assistant.post(ADDRESS, fields).context["stopped"]
        assert not stopped.meanwhile.own
        assert life.registrant.confirmations.first().days_supply == 15

    def test_opens_the_window_that_the_preview_showed(self, world: World) -> None:
        life = due(world)
        unready = due(world)
        preview = previewed(world.prescriber, life)
        result = world.prescriber.post(ADDRESS, carried(preview))
        assert ([row.prefix for row in preview.context["unsaid"]], result.context["gone"]) == ([unready.number], 0)
        window = life.registrant.windows.first()
        assert (window.opens_on, window.closes_on) == preview.context["ready"][0].window

    def test_says_who_is_no_longer_there(self, world: World) -> None:
        lives = [due(world), due(world)]
        fields = carried(previewed(world.prescriber, *lives))
        Registrant.objects.filter(pk=lives[0].registrant.pk).update(prescriber=world.elsewhere.prescriber)
        result = world.prescriber.post(ADDRESS, fields)
        assert result.context["gone"] == 1
        assert numbers(result.context["done"]) == [lives[1].number]


@pytest.mark.usefixtures("one_act_each")
class TestAVisitThatOpensAWindow:
    def test_is_confirmed_for_several_who_cannot_become_pregnant(self, db: None) -> None:
        with time_machine.travel(UNDER_2021, tick=False):
            world = a_world(UNDER_2021)
            lives = [enrolled(world.program, world.at, category=CANNOT) for _ in range(2)]
            shown = world.prescriber.get(ADDRESS)
            assert {row.prefix for row in shown.context["rows"]} == {life.number for life in lives}
            ticked = {f"{life.number}-counseled": "on" for life in lives}
            preview = world.prescriber.post(ADDRESS, sent(shown, **ticked))
            assert len(preview.context["ready"]) == 2
            assert len(world.prescriber.post(ADDRESS, carried(preview)).context["done"]) == 2


class TestSeveralAndOne:
    @pytest.mark.parametrize("first", ["several", "one"])
    def test_never_both(self, world: World, first: str) -> None:
        life = due(world)
        several = carried(previewed(world.assistant, life))
        one = filled_in(world.prescriber.get(step_of(life, "confirm-month")), statement="same", days_supply="15")
        count = life.registrant.confirmations.count()
        if first == "several":
            world.assistant.post(ADDRESS, several)
            answer = world.prescriber.post(step_of(life, "confirm-month"), one)
            assert "was recorded by Dana Doe for Dr. Paula Prescott" in answer.content.decode()
        else:
            assert world.prescriber.post(step_of(life, "confirm-month"), one).url == page_of(life)
            assert world.assistant.post(ADDRESS, several).context["done"] == []
        assert life.registrant.confirmations.count() == count + 1
