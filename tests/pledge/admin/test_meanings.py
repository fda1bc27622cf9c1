"""What a test that was just recorded counts for is said at once, and leads to what comes next."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any, NamedTuple

import pytest
from django.contrib.messages import get_messages

from pledge.actions import holds, registrants
from tests.lives import CANNOT, Life, a_test, confirmed, enrolled, on_treatment, ready, registered, signed
from tests.pledge.admin.world import World, page_of, step_of, take


def signed_today(world: World) -> Life:
    life = registered(world.program, world.at)
    signed(life, world.at)
    return life


def held(world: World) -> Life:
    life = enrolled(world.program, world.at)
    holds.report_pregnancy(registrant=life.registrant, by=world.program.clinic, at=world.at - timedelta(days=3))
    return life


def ended(world: World) -> Life:
    life = on_treatment(world.program, world.at)
    registrants.end_treatment(
        registrant=life.registrant, last_dose_on=world.today, by=world.program.clinic, at=world.at
    )
    return life


class Said(NamedTuple):
    life: Callable[[World], Life]
    fields: dict[str, Any]
    words: str
    leads_to: str = ""


def day(days: int) -> str:
    return f"2027-03-{11 - days:02}"


SAID = [
    Said(lambda w: on_treatment(w.program, w.at), {}, "as this month's test (T3): confirm the month by Wednesday",
         "confirm-month"),
    Said(lambda w: on_treatment(w.program, w.at), {"specimen_on": day(2)}, "confirm the month by Monday, March 15",
         "confirm-month"),
    Said(lambda w: enrolled(w.program, w.at), {"cycle_day": "2"}, "as the confirmation test (T2)", "confirm-month"),
    Said(lambda w: enrolled(w.program, w.at), {"cycle_day": "9"}, "It does not count for the month: "),
    Said(lambda w: on_treatment(w.program, w.at), {"setting": "home"}, "It does not count for the month: "),
    Said(signed_today, {}, "as the screening test (T1). The confirmation test (T2) counts from Saturday, April 10"),
    Said(lambda w: registered(w.program, w.at), {}, "as the screening test (T1). The forms are signed next"),
    Said(lambda w: ready(w.program, w.at), {}, "It moves nothing: the window that is open closes on Wednesday"),
    Said(lambda w: on_treatment(w.program, w.at), {"result": "indeterminate"}, "a new test is needed"),
    Said(lambda w: on_treatment(w.program, w.at), {"result": "positive"}, "the registrant is on hold"),
    Said(held, {}, "The registrant's prescriber may now clear the hold"),
    Said(held, {"specimen_on": day(5)}, "It does not let the hold be cleared"),
    Said(ended, {}, "among those after treatment"),
    Said(lambda w: enrolled(w.program, w.at, category=CANNOT), {}, "The test is recorded."),
]  # fmt: skip


class TestATest:
    @pytest.mark.parametrize("said", SAID, ids=lambda said: said.words)
    def test_is_said_to_count_for(self, world: World, said: Said) -> None:
        life = said.life(world)
        fields = {"result": "negative", "setting": "clia_lab", **said.fields}
        answer = take(world.prescriber, step_of(life, "record-test"), **fields)
        [message] = get_messages(answer.wsgi_request)
        assert said.words in unescape(message.message)
        assert answer.url == (step_of(life, said.leads_to) if said.leads_to else page_of(life))
        assert ("Next in your list" in message.message) is not bool(said.leads_to)

    def test_older_than_the_newest_leaves_that_one_to_decide(self, world: World) -> None:
        life = on_treatment(world.program, world.at)
        a_test(life, world.at)
        fields = {"result": "negative", "specimen_on": day(2)}
        [message] = get_messages(take(world.prescriber, step_of(life, "record-test"), **fields).wsgi_request)
        assert "A newer one, of Thursday, March 11, 2027, decides the month." in message.message


class TestTheForm:
    def test_begins_with_today_and_where_the_last_one_was_tested_and_never_with_a_result(self, world: World) -> None:
        form = world.prescriber.get(step_of(on_treatment(world.program, world.at), "record-test")).context["form"]
        begins = {name: form[name].value() for name in ("specimen_on", "setting", "specimen_type", "result")}
        assert begins == {
            "specimen_on": world.today, "setting": "clia_lab", "specimen_type": "urine", "result": None,
        }  # fmt: skip

    def test_asks_for_the_day_of_the_period_where_it_matters(self, world: World) -> None:
        for life, asks in ((enrolled(world.program, world.at), True), (on_treatment(world.program, world.at), False)):
            page = world.prescriber.get(step_of(life, "record-test")).content.decode()
            assert ("it counts in the first 5 days" in page) is asks


class TestConfirmingOutOfTurn:
    def test_names_every_reason_before_anything_is_entered(self, world: World) -> None:
        life = enrolled(world.program, world.at, days_ago=10)
        shown = world.prescriber.get(step_of(life, "confirm-month"))
        assert {reason.code for reason in shown.context["beforehand"]} == {"waiting_period", "test_missing"}
        assert "Earliest on Wednesday, March 31, 2027" in shown.content.decode()

    def test_does_not_choose_a_test_that_is_not_negative(self, world: World) -> None:
        life = on_treatment(world.program, world.at)
        a_test(life, world.at, result="indeterminate")  # type: ignore[arg-type]
        form = world.prescriber.get(step_of(life, "confirm-month")).context["form"]
        assert form["specimen_on"].value() is None

    def test_of_a_confirmed_month_begins_with_what_was_confirmed(self, world: World) -> None:
        life = enrolled(world.program, world.at)
        a_test(life, world.at)
        confirmed(life, world.at, days_supply=15)
        take(world.prescriber, step_of(life, "confirm-month"), statement="other", methods=["iud", "male_condom"])
        newest = life.registrant.confirmations.first()
        assert (newest.days_supply, newest.methods) == (15, ["iud", "male_condom"])

    def test_says_that_a_confirmed_month_is_corrected(self, world: World) -> None:
        life = ready(world.program, world.at)
        shown = world.prescriber.get(step_of(life, "confirm-month"))
        assert "the window still closes on Wednesday, March 17, 2027" in shown.content.decode()
        assert shown.context["beforehand"] == []
        [message] = get_messages(take(world.prescriber, step_of(life, "confirm-month"), statement="same").wsgi_request)
        assert message.message.startswith("The confirmation is corrected: the pharmacy may ask now")
