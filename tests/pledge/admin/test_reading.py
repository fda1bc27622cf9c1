"""Reading: it leaves an access entry, and another's registrant is not there."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pledge.actions.pregnancy_tests import correct_test
from pledge.admin.steps import STEPS
from pledge.models import AccessEntry, PregnancyTest, Registrant
from pledge.rules.vocabulary import TestResult
from pledge.trail import by_prescriber
from tests.lives import a_test, enrolled, on_treatment, ready, registered
from tests.pledge.admin.world import World, digest, page_of, step_of, take


class TestReading:
    def test_of_a_page_leaves_an_access_entry(self, world: World) -> None:
        life = ready(world.program, world.at)
        world.assistant.get(page_of(life))
        entry = AccessEntry.objects.get(registrant=life.registrant)
        assert (entry.what, entry.actor_kind, entry.at) == ("registrant_read", "designee", world.at)
        assert entry.on_behalf_of == world.program.prescriber.name
        shown = world.prescriber.get(page_of(life), {"show": "reads"}).content.decode()
        assert f"by Dana Doe for {world.program.prescriber.name}" in shown

    def test_of_the_list_leaves_the_numbers_shown(self, world: World) -> None:
        lives = [registered(world.program, world.at) for _ in range(20)]
        world.prescriber.get(reverse("admin:pledge_registrant_changelist"))
        said = AccessEntry.objects.get(what="registrants_listed").outcome.split()
        assert len(said) == 18
        assert set(said) < {life.number for life in lives}

    def test_of_a_list_of_several_prescribers_says_on_whose_behalf(self, world: World) -> None:
        world.designated_elsewhere()
        here, there = registered(world.program, world.at), registered(world.elsewhere, world.at)
        nobody = {"show": "everything", "kind": "hold"}
        pages = {"pledge_registrant_changelist": {}, "index": {}, "confirm_many": {}, "calendar": nobody}
        for name, query in pages.items():
            world.assistant.get(reverse(f"admin:{name}"), query)
        entries = AccessEntry.objects.filter(actor_kind="designee")
        listed = set(entries.values_list("what", "on_behalf_of", "outcome"))
        assert {("registrants_listed", life.program.prescriber.name, life.number) for life in (here, there)} <= listed
        assert ("registrants_listed", "", "") in listed  # nobody to confirm: on nobody's behalf
        assert ("calendar_read", "", "") in listed
        assert not any(here.number in shown and there.number in shown for _, _, shown in listed)

    def test_of_an_event_leaves_an_access_entry(self, world: World) -> None:
        life = ready(world.program, world.at)
        world.administrator.get(f"/admin/pledge/programevent/{life.registrant.events.first().pk}/")
        assert AccessEntry.objects.filter(what="programevent_read", registrant=life.registrant).count() == 1

    def test_of_a_steps_form_leaves_an_access_entry_each_time_it_is_shown(self, world: World) -> None:
        life, address = ready(world.program, world.at), step_of(registered(world.program, world.at), "change-contact")
        entries = AccessEntry.objects.filter(what="step_opened")
        world.assistant.get(address)
        world.assistant.post(address, {"name": ""})  # shown once more, with what is wrong
        assert {(e.actor_kind, e.on_behalf_of) for e in entries} == {("designee", world.program.prescriber.name)}
        assert entries.count() == 2
        assert take(world.assistant, address, name="Robin R. Reyes").status_code == 302
        assert entries.all().count() == 3  # opened again; what was done is on record of itself
        world.stranger.get(step_of(life, "change-contact"))
        world.prescriber.get(step_of(life, "no-such-step"))
        assert entries.all().count() == 3

    def test_of_two_records_to_merge_leaves_an_entry_for_each(self, world: World) -> None:
        lives = [registered(world.program, world.at) for _ in range(2)]
        numbers = [life.number for life in lives]
        assert world.administrator.get(reverse("admin:duplicates_merge", args=numbers)).status_code == 200
        entries = AccessEntry.objects.filter(what="step_opened", actor_kind="program")
        assert {entry.registrant.number for entry in entries if entry.registrant} == set(numbers)


class TestAnotherPrescribersRegistrant:
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_is_not_there_at_any_address(self, world: World, method: str) -> None:
        life = ready(world.program, world.at)
        before, answers = digest(), {}
        pages = [] if method == "post" else [page_of(life)]
        for address in [*pages, *(step_of(life, slug) for slug in STEPS[Registrant])]:
            answers[address] = getattr(world.stranger, method)(address).status_code
        assert set(answers.values()) == {404}
        assert digest() == before

    def test_is_in_no_list(self, world: World) -> None:
        life = ready(world.program, world.at)
        assert life.number not in _listed(world.stranger)
        assert life.number in _listed(world.prescriber)
        assert life.number in _listed(world.assistant)
        assert life.number in _listed(world.administrator)

    def test_reads_as_one_that_never_was(self, world: World) -> None:
        life = ready(world.program, world.at)
        there, never = world.stranger.get(page_of(life)), world.stranger.get("/admin/pledge/registrant/1111111111/")
        assert there.content == never.content

    def test_is_not_found_by_name(self, world: World) -> None:
        ready(world.program, world.at)
        assert "Robin Reyes" not in _searched(world.stranger, "robin").content.decode()
        assert "Robin Reyes" in _searched(world.prescriber, "robin").content.decode()


class TestTheList:
    def test_finds_by_the_beginning_of_a_number(self, world: World) -> None:
        life, other = registered(world.program, world.at), registered(world.program, world.at)
        page = _searched(world.prescriber, life.number[:9]).content.decode()
        assert life.number in page
        assert other.number not in page

    def test_finds_by_name_without_a_name_in_an_address(self, world: World) -> None:
        life = registered(world.program, world.at)
        client = world.prescriber
        answer = client.post(reverse("admin:pledge_registrant_changelist"), {"q": "robin reyes"})
        assert "robin" not in answer.url.lower()
        assert life.number in client.get(answer.url).content.decode()

    def test_filters_by_category_and_place(self, world: World) -> None:
        open_, unsigned = ready(world.program, world.at), registered(world.program, world.at)
        page = _listed(world.prescriber, place="window_open", category="can_become_pregnant")
        assert open_.number in page
        assert unsigned.number not in page

    def test_takes_any_filter_in_an_address(self, world: World) -> None:
        ready(world.program, world.at)
        assert "Robin" in _listed(world.prescriber, place="nowhere", category="x", page="-4")


class TestAPage:
    def test_says_what_the_gate_says_with_every_reason(self, world: World) -> None:
        life = enrolled(world.program, world.at, days_ago=10)
        page = world.prescriber.get(page_of(life)).content.decode()
        assert "Waiting: the next test counts from" in page
        for code in ("waiting_period", "test_missing", "counseling_missing", "questions_missing"):
            assert code in page
        assert "Earliest on" in page

    def test_says_that_a_pharmacy_may_dispense(self, world: World) -> None:
        page = world.prescriber.get(page_of(ready(world.program, world.at))).content.decode()
        assert "Ready: a pharmacy may dispense through Wednesday, March 17, 2027." in page

    def test_tells_the_story_newest_first_with_refusals(self, world: World) -> None:
        life = on_treatment(world.program, world.at)
        a_test(life, world.at, result=TestResult.POSITIVE)
        lines = world.prescriber.get(page_of(life)).context["lines"]
        assert lines[0].title == "Test recorded: positive, at a certified laboratory"
        assert ("Result", "", "Positive") in lines[0].changes
        assert [line.event.pk for line in lines] == sorted((line.event.pk for line in lines), reverse=True)

    def test_goes_on_to_earlier_events(self, world: World) -> None:
        life = on_treatment(world.program, world.at, months_done=8)
        shown = world.prescriber.get(page_of(life))
        rest = world.prescriber.get(page_of(life), {"before": shown.context["earlier"]})
        lines = [*shown.context["lines"], *rest.context["lines"]]
        seen = [one.event.pk for line in lines for one in line.folded or [line]]
        assert len(seen) == len(set(seen)) == life.registrant.events.count()

    def test_keeps_superseded_tests_in_sight(self, world: World) -> None:
        life = ready(world.program, world.at)
        test = PregnancyTest.objects.filter(registrant=life.registrant).latest("pk")
        by = by_prescriber(world.program.prescriber)
        correct_test(registrant=life.registrant, specimen_on=test.specimen_on, to=test.specimen_on, by=by, at=world.at)
        assert "superseded" in world.prescriber.get(page_of(life)).content.decode()


def _listed(client: Client, **query: str) -> str:
    return client.get(reverse("admin:pledge_registrant_changelist"), query).content.decode()


def _searched(client: Client, text: str) -> HttpResponse:
    return client.post(reverse("admin:pledge_registrant_changelist"), {"q": text}, follow=True)
