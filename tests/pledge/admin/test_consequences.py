"""What a step changes is shown before it is done, and what is shown is what then happens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from pledge.admin.consequences import Consequences, told
from pledge.admin.snapshots import snapshot_of
from pledge.models import EventType, Prescriber, Registrant
from pledge.rules.calendar import PROGRAM_ZONE
from pledge.rules.vocabulary import TestResult
from tests import lives
from tests.lives import Life, a_test, authorized, enrolled, on_treatment, ready, registered
from tests.pledge.admin.world import World, a_world, digest, filled_in, newest_act, page_of, pressed_on, step_of

HYSTERECTOMY = {"category": "cannot_become_pregnant", "basis": "hysterectomy"}


@pytest.fixture(autouse=True)
def looked_at_twice(settings: Any) -> None:
    """Let reads repeat: a registrant is looked at before a step and after it."""
    settings.ZEAL_ALLOWLIST = [{"model": "pledge.*", "field": None}]


def asked(client: Client, life: Life, slug: str, **fields: Any) -> HttpResponse:
    """Fill a step in and ask what it would change."""
    address = step_of(life, slug)
    return client.post(address, filled_in(client.get(address), **fields))


def differences(answer: HttpResponse) -> dict[str, tuple[str, str]]:
    return {line.what: (line.old, line.new) for line in answer.context["weighed"][0].differences}


class Weighed(NamedTuple):
    slug: str
    life: Callable[[World], Life]
    fields: Callable[[World], dict[str, Any]]


def dispensed_today(world: World) -> Life:
    life = ready(world.program, world.at)
    lives.dispensed(life, world.at)
    return life


def with_authorization(world: World) -> Life:
    return authorized(world.program, world.at)


def treated(world: World) -> Life:
    return on_treatment(world.program, world.at, today=True)


def without_one(world: World) -> Life:
    return enrolled(world.program, world.at, category=lives.CANNOT)


def day(world: World, before: int) -> str:
    return (world.today - timedelta(days=before)).isoformat()


WEIGHED = [
    Weighed("correct-test", with_authorization, lambda w: {"specimen_on": day(w, 0), "to": day(w, 1)}),
    Weighed("correct-test", dispensed_today, lambda w: {"specimen_on": day(w, 0), "to": day(w, 9)}),
    Weighed("correct-test", treated, lambda w: {"specimen_on": day(w, 30), "to": day(w, 33)}),
    Weighed("change-category", with_authorization, lambda _: HYSTERECTOMY),
    Weighed("change-category", without_one, lambda _: {"category": "can_become_pregnant"}),
    Weighed("transfer", with_authorization, lambda w: {"prescriber": w.elsewhere.prescriber.npi}),
    Weighed("end-treatment", treated, lambda w: {"last_dose_on": day(w, 2)}),
    Weighed("discontinue", with_authorization, lambda _: {"reason": "side_effects"}),
    Weighed("cancel-window", with_authorization, lambda _: {}),
    Weighed("cancel-window", treated, lambda _: {}),
]


def named(weighed: Weighed) -> str:
    return f"{weighed.slug}-{weighed.life.__name__}"


class TestWhatIsShown:
    @pytest.mark.parametrize("weighed", WEIGHED, ids=named)
    def test_is_what_then_happens_and_until_then_nothing_does(self, world: World, weighed: Weighed) -> None:
        life = weighed.life(world)
        before, rows = snapshot_of(life.registrant, world.at), digest()
        answer = asked(world.prescriber, life, weighed.slug, **weighed.fields(world))
        [shown] = answer.context["weighed"]
        assert shown.differences
        assert digest() == rows
        done = pressed_on(world.prescriber, step_of(life, weighed.slug), answer)
        assert done.status_code == 302
        assert told([before], [snapshot_of(life.registrant, world.at)]) == (shown,)

    def test_is_so_under_the_rules_of_2021_too(self, db: None) -> None:
        with time_machine.travel(lives.UNDER_2021, tick=False):
            world = a_world(lives.UNDER_2021)
            life = authorized(world.program, world.at)
            answer = asked(world.prescriber, life, "cancel-window")
            assert "Locked out until" in differences(answer)["Where they stand"][1]
            before = snapshot_of(life.registrant, world.at)
            pressed_on(world.prescriber, step_of(life, "cancel-window"), answer)
            assert told([before], [snapshot_of(life.registrant, world.at)]) == answer.context["weighed"]

    def test_names_old_and_new_days_of_a_window_and_a_deviation(self, world: World) -> None:
        life = dispensed_today(world)
        lines = differences(asked(world.prescriber, life, "correct-test", specimen_on=day(world, 0), to=day(world, 9)))
        assert lines["Window"] == ("Mar 11, 2027 to Mar 17, 2027, open", "Mar 2, 2027 to Mar 8, 2027, closed")
        assert "30 days handed over on Mar 11, 2027" in lines["Deviation"][1]
        assert lines["Test of Mar 11, 2027"][1] == ""

    def test_names_who_takes_over_and_what_is_to_be_signed_anew(self, world: World) -> None:
        life = without_one(world)
        lines = differences(asked(world.prescriber, life, "change-category", category="can_become_pregnant"))
        assert lines["Course of treatment"][1] == "Course 2, begun Thursday, March 11, 2027"
        assert "Birth defects consent by the registrant" in lines["To sign"][1]
        over = asked(world.prescriber, life, "transfer", prescriber=world.elsewhere.prescriber.npi)
        assert differences(over)["Prescriber"][1].endswith(f"NPI {world.elsewhere.prescriber.npi}")

    def test_names_the_tests_after_treatment_and_what_a_pharmacy_is_told(self, world: World) -> None:
        lines = differences(asked(world.prescriber, treated(world), "end-treatment"))
        assert "Saturday, April 10, 2027" in lines["Tests still asked for"][1]
        assert lines["A pharmacy that asks today is told"][0] == "Yes, through Wednesday, March 17, 2027"
        assert lines["A pharmacy that asks today is told"][1].startswith("No.")

    def test_is_told_of_both_records_that_are_merged(self, world: World) -> None:
        kept, gone = with_authorization(world), registered(world.program, world.at)
        a_test(gone, world.at, result=TestResult.POSITIVE)
        before = [snapshot_of(life.registrant, world.at) for life in (kept, gone)]
        answer = asked(world.administrator, kept, "merge", duplicate=gone.number)
        assert answer.context["weighed"][0].differences
        assert "closed" in answer.context["weighed"][1].differences[0].new
        pressed_on(world.administrator, step_of(kept, "merge"), answer)
        after = [snapshot_of(life.registrant, world.at) for life in (kept, gone)]
        assert told(before, after) == answer.context["weighed"]


class TestATransfer:
    def test_leads_to_the_list_since_the_registrant_is_no_longer_there(self, world: World) -> None:
        life = with_authorization(world)
        answer = asked(world.prescriber, life, "transfer", prescriber=world.elsewhere.prescriber.npi)
        done = pressed_on(world.prescriber, step_of(life, "transfer"), answer)
        assert world.prescriber.get(done.url).status_code == 200
        assert world.prescriber.get(page_of(life)).status_code == 404


class TestAStepThatWouldBeRefused:
    def test_says_so_with_every_reason_and_leaves_no_event(self, world: World) -> None:
        life = dispensed_today(world)
        newest = newest_act().pk
        answer = asked(world.prescriber, life, "cancel-window")
        assert [reason.code for reason in answer.context["stop"].refused.refusals] == ["authorization_closed"]
        assert "The refusal is in the trail" not in answer.content.decode()
        assert newest_act().pk == newest

    def test_says_at_its_field_what_cannot_be_true(self, world: World) -> None:
        life = with_authorization(world)
        answer = asked(world.prescriber, life, "transfer", prescriber=world.program.prescriber.npi)
        assert "already" in str(answer.context["form"].errors["prescriber"])


class TestGoingBack:
    def test_keeps_what_was_entered(self, world: World) -> None:
        life = treated(world)
        answer = asked(world.prescriber, life, "end-treatment", last_dose_on=day(world, 4))
        fields = filled_in(answer, weighed_as=answer.context["mark"], change="yes")
        form = world.prescriber.post(step_of(life, "end-treatment"), fields)
        assert form.context["form"]["last_dose_on"].value() == day(world, 4)
        assert not form.context["weighed"]
        assert life.registrant.course.ended_on is None


class TestWhatHasChangedSince:
    def test_is_named_and_the_consequences_are_shown_anew(self, world: World) -> None:
        life = with_authorization(world)
        address = step_of(life, "end-treatment")
        answer = asked(world.prescriber, life, "end-treatment")
        a_test(life, world.at, result=TestResult.POSITIVE)
        anew = pressed_on(world.prescriber, address, answer)
        assert "The record has changed since this form was shown" in anew.content.decode()
        assert "On hold" not in differences(anew)  # it holds before and after
        assert anew.context["mark"] != answer.context["mark"]
        assert life.registrant.course.ended_on is None
        assert pressed_on(world.prescriber, address, anew).status_code == 302

    def test_stops_the_step_though_nothing_was_recorded_about_the_registrant(self, world: World) -> None:
        life = with_authorization(world)
        address = step_of(life, "transfer")
        answer = asked(world.prescriber, life, "transfer", prescriber=world.elsewhere.prescriber.npi)
        Prescriber.objects.filter(pk=world.elsewhere.prescriber.pk).update(name="Dr. Paul Prescott")
        anew = pressed_on(world.prescriber, address, answer)
        assert "It would change something else by now" in anew.content.decode()
        assert Registrant.objects.get(pk=life.registrant.pk).prescriber == world.program.prescriber

    def test_is_the_step_itself_where_the_button_was_pressed_twice(self, world: World) -> None:
        life = treated(world)
        address = step_of(life, "end-treatment")
        answer = asked(world.prescriber, life, "end-treatment")
        assert pressed_on(world.prescriber, address, answer).url == page_of(life)
        again = pressed_on(world.prescriber, address, answer)
        assert "You did this a moment ago" in again.content.decode()


class TestAPregnancyReport:
    def test_tells_beforehand_what_it_does_and_takes_one_press(self, world: World) -> None:
        life = with_authorization(world)
        before, rows = snapshot_of(life.registrant, world.at), digest()
        form = world.prescriber.get(step_of(life, "report-pregnancy"))
        shown: tuple[Consequences, ...] = form.context["weighed"]
        assert "On hold" in differences(form)
        assert digest() == rows
        assert world.prescriber.post(step_of(life, "report-pregnancy"), filled_in(form)).url == page_of(life)
        assert newest_act(life.registrant).type == EventType.PREGNANCY_REPORTED
        with timezone.override(PROGRAM_ZONE):  # the clinic's own
            assert told([before], [snapshot_of(life.registrant, world.at)]) == shown
