"""The worklist's page: a clinic's home, from its counts to the one next button of each row."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from notifications.delivery import deliver
from notifications.kinds import Kind, Reader
from notifications.outbox import queue
from pledge.actions.participants import certify, suspend
from pledge.actions.registrants import change_contact
from pledge.models import AccessEntry, ProgramEvent, SavedFilter
from pledge.rules.vocabulary import RiskCategory
from tests import signers
from tests.lives import Life, days_before, registered
from tests.pledge.admin import test_whereabouts as states
from tests.pledge.admin.world import World, digest, page_of

HOME = "/admin/"


def counts(answer: HttpResponse) -> dict[str, int]:
    """How much waits in each queue that is not empty."""
    return {queue.value: count for queue, count, _ in answer.context["tiles"] if count}


def lines(answer: HttpResponse) -> list[Any]:
    """Every row that is shown, in order."""
    return [line for section in answer.context["sections"] for line in section["lines"]]


class TestTheHome:
    def test_says_kindly_that_nothing_waits(self, world: World) -> None:
        certify(
            party=world.designee,
            certified_through=world.today + timedelta(days=365),
            by=world.program.administrator,
            at=world.at,
        )
        answer = world.prescriber.get(HOME)
        assert counts(answer) == {}
        assert "All done for today" in answer.content.decode()

    def test_shows_who_waits_why_until_when_for_whom_and_one_button(self, world: World) -> None:
        life = states.to_confirm(world)
        before = digest()
        answer = world.prescriber.get(f"{HOME}?category=can_become_pregnant")
        assert digest() == before
        [line] = lines(answer)
        page = answer.content.decode()
        assert line.registrant == life.registrant
        for said in ("To do now", "The test is in order: confirm the month by", "Wed, Mar 17", "in 6 days", "Clinic"):
            assert said in page
        assert page.count(f'href="{line.address}"') == 1
        assert line.address == reverse("admin:pledge_registrant_step", args=[life.number, "confirm-month"])
        assert world.prescriber.get(line.address).status_code == 200

    def test_is_for_clinics_and_shows_no_other_clinic_s_people(self, world: World) -> None:
        states.to_confirm(world)
        assert counts(world.assistant.get(f"{HOME}?queue=due")) == {"due": 1, "ending": 1}
        assert counts(world.stranger.get(HOME)) == {}
        assert "sections" not in world.administrator.get(HOME).context
        assert Client().get(HOME).status_code == 302

    def test_leaves_the_numbers_shown(self, world: World) -> None:
        lives = [registered(world.program, world.at) for _ in range(20)]
        world.prescriber.get(f"{HOME}?queue=signatures")
        entries = AccessEntry.objects.filter(what="registrants_listed")
        assert sorted(" ".join(entry.outcome for entry in entries).split()) == sorted(life.number for life in lives)
        assert entries.count() == 2

    def test_shows_the_first_of_each_queue_and_all_of_one(self, world: World) -> None:
        for _ in range(10):
            registered(world.program, world.at)
        answer = world.prescriber.get(HOME)
        assert counts(answer)["signatures"] == 10
        assert len(lines(answer)) == 8 + 1  # and the designee's attestation
        [everyone] = re.findall(r'<a href="([^"]+)">Show all 10', answer.content.decode())
        assert len(lines(world.prescriber.get(everyone))) == 10

    def test_takes_as_many_statements_for_many_as_for_few(
        self, world: World, django_assert_max_num_queries: Callable[[int], Any]
    ) -> None:
        for _ in range(2):
            states.newcomer(world)
            states.to_confirm(world)
        with django_assert_max_num_queries(40) as few:
            world.prescriber.get(HOME)
        for _ in range(5):
            states.newcomer(world)
            states.to_confirm(world)
        with django_assert_max_num_queries(len(few)):
            world.prescriber.get(HOME)


class TestWhatOthersBring:
    def test_is_a_signer_whose_link_leads_nowhere(self, world: World) -> None:
        then = days_before(world.at, 70)
        life, fresh = registered(world.program, then), registered(world.program, world.at)
        signers.invited(life, then)
        signers.invited(fresh, world.at)
        found = {line.registrant: line for line in lines(world.prescriber.get(f"{HOME}?queue=signatures"))}
        assert "link has expired" in found[life.registrant].row.sentence
        assert found[life.registrant].label == "Invite to sign"
        assert "still to be signed by the registrant" in found[fresh.registrant].row.sentence
        assert list(found) == [life.registrant, fresh.registrant]

    def test_is_an_address_that_no_message_reaches_until_the_next_one_may(self, world: World) -> None:
        life = states.complete(world)
        change_contact(registrant=life.registrant, contact={"email": ""}, by=world.program.clinic, at=world.at)
        a_message(life, "one", world)
        deliver(at=world.at)
        [line] = lines(world.prescriber.get(f"{HOME}?queue=address"))
        assert line.registrant == life.registrant
        assert "no e-mail address of the registrant" in line.row.sentence
        assert line.label == "Change name or contact"
        a_message(life, "two", world)
        assert lines(world.prescriber.get(f"{HOME}?queue=address")) == []

    def test_is_what_runs_out(self, world: World) -> None:
        assert counts(world.prescriber.get(HOME)) == {"ending": 1}  # the designee's attestation, today
        [line] = lines(world.assistant.get(HOME))
        assert (line.row.name, line.in_days) == ("Dana Doe", "today")
        soon = world.today + timedelta(days=30)
        certify(party=world.program.prescriber, certified_through=soon, by=world.program.administrator, at=world.at)
        certify(party=world.designee, certified_through=soon, by=world.program.administrator, at=world.at)
        for client in (world.prescriber, world.assistant):
            assert [line.in_days for line in lines(client.get(f"{HOME}?queue=ending"))] == ["in 30 days"] * 2
        suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        assert "Suspended by the program" in world.prescriber.get(f"{HOME}?queue=ending").content.decode()


class TestNarrowing:
    def test_finds_by_name_or_number_and_keeps_both_out_of_the_address(self, world: World) -> None:
        life, other = states.newcomer(world), states.newcomer(world)
        named = world.prescriber.post(f"{HOME}?queue=signatures", {"q": life.number})
        assert named.headers["Location"] == f"{HOME}?queue=signatures"
        assert [line.registrant for line in lines(world.prescriber.get(named.headers["Location"]))] == [life.registrant]
        world.prescriber.post(HOME, {"q": "no such name"})
        answer = world.prescriber.get(HOME)
        assert "Nothing waits for those you look for" in answer.content.decode()
        assert "Nobody of yours has this name or number." in answer.content.decode()
        assert counts(answer)["signatures"] == 2  # whoever is sought, the tiles count everyone
        assert answer.content.decode().index("Show everyone") < answer.content.decode().index('class="queues"')
        world.prescriber.post(HOME, {"q": ""})
        found = {line.registrant for line in lines(world.prescriber.get(HOME)) if line.registrant}
        assert found == {life.registrant, other.registrant}

    def test_is_by_category_and_by_prescriber_for_a_designee_of_several(self, world: World) -> None:
        world.designated_elsewhere()
        own, theirs = states.newcomer(world), registered(world.elsewhere, world.at)
        cannot = registered(world.program, world.at, category=RiskCategory.CANNOT_BECOME_PREGNANT)

        def found(query: str) -> set[Any]:
            return {line.registrant for line in lines(world.assistant.get(f"{HOME}?{query}")) if line.registrant}

        assert found("") == {own.registrant, theirs.registrant, cannot.registrant}
        assert found(f"prescriber={world.elsewhere.prescriber.pk}") == {theirs.registrant}
        assert found("category=cannot_become_pregnant") == {cannot.registrant}
        assert found("prescriber=999999&queue=nonsense") == {own.registrant, theirs.registrant, cannot.registrant}

    def test_says_who_is_found_and_waits_for_nothing(self, world: World) -> None:
        ready, waiting = states.complete(world), states.newcomer(world)
        for life, name in ((ready, "Robin Ready"), (waiting, "Robin Waits")):
            change_contact(registrant=life.registrant, contact={"name": name}, by=world.program.clinic, at=world.at)
        world.prescriber.post(HOME, {"q": "robin"})
        answer = world.prescriber.get(HOME)
        assert [line.registrant for line in lines(answer)] == [waiting.registrant]
        page = answer.content.decode()
        assert "1 registrant matches and waits for nothing:" in page
        assert f'<a href="{page_of(ready)}">Robin Ready</a>' in page
        shown = AccessEntry.objects.filter(what="registrants_listed").latest("id").outcome
        assert {*shown.split()} == {ready.number, waiting.number}


class TestASavedFilter:
    def test_keeps_the_words_and_never_the_name_that_was_sought(self, world: World) -> None:
        states.newcomer(world)
        world.prescriber.post(HOME, {"q": "Robin"})
        saved = world.prescriber.post(
            reverse("admin:filter_save"),
            {
                "listing": "worklist",
                "title": " My  mornings ",
                "queue": "signatures",
                "category": "nonsense",
                "q": "Robin",
            },
        )
        assert saved.headers["Location"] == f"{HOME}?queue=signatures"
        kept = SavedFilter.objects.get()
        assert (kept.title, kept.words) == ("My mornings", {"listing": "worklist", "queue": "signatures"})
        assert "Robin" not in str(ProgramEvent.objects.get(type="filter_saved").changes)
        page = world.prescriber.get(HOME).content.decode()
        assert f'<a href="{HOME}?queue=signatures">My mornings</a>' in page

    def test_is_one_s_own_and_is_removed_by_its_owner_alone(self, world: World) -> None:
        address = reverse("admin:filter_save")
        words = {"listing": "registrants", "title": "On hold", "place": "on_hold"}
        listed = world.prescriber.post(address, words).headers["Location"]
        assert listed == f"{reverse('admin:pledge_registrant_changelist')}?place=on_hold"
        remove = reverse("admin:filter_remove", args=[SavedFilter.objects.get().pk])
        assert "On hold</a>" in world.prescriber.get(listed).content.decode()
        assert "On hold</a>" not in world.assistant.get(listed).content.decode()
        assert world.assistant.post(remove).status_code == 404
        assert world.prescriber.get(remove).status_code == 405
        assert world.prescriber.post(remove).status_code == 302
        assert not SavedFilter.objects.exists()

    def test_says_what_is_wrong_with_a_title(self, world: World) -> None:
        for title in (" ", "x" * 61):
            answer = world.prescriber.post(
                reverse("admin:filter_save"), {"listing": "worklist", "title": title, "queue": "due"}, follow=True
            )
            assert "A filter has a title of at most 60 characters." in answer.content.decode()
        assert not SavedFilter.objects.exists()

    def test_is_one_of_twenty_at_most(self, world: World) -> None:
        def save(title: str) -> str:
            said = {"listing": "worklist", "title": title, "queue": "due"}
            return world.prescriber.post(reverse("admin:filter_save"), said, follow=True).content.decode()

        for count in range(20):
            assert "The filter is saved." in save(f"Filter {count}")
        assert "You have 20 saved filters, the most there can be; remove one first." in save("One more")
        assert "The filter is saved." in save("Filter 3")  # one of them, anew
        assert SavedFilter.objects.count() == 20

    def test_of_the_same_title_takes_the_new_words(self, world: World) -> None:
        for queue_named in ("due", "blocked"):
            world.prescriber.post(
                reverse("admin:filter_save"), {"listing": "worklist", "title": "Mine", "queue": queue_named}
            )
        assert SavedFilter.objects.get().words == {"listing": "worklist", "queue": "blocked"}


class TestTheListOfRegistrants:
    def test_says_who_must_sign_next(self, world: World) -> None:
        life = states.newcomer(world)
        signers.signs_all(life, world.at)
        page = world.prescriber.get(reverse("admin:pledge_registrant_changelist")).content.decode()
        assert "by the prescriber" in page
        assert "by the registrant" not in page


def a_message(life: Life, occasion: str, world: World) -> None:
    """Something to be told to a registrant."""
    pk = life.registrant.pk
    queue(Reader.REGISTRANT, pk, Kind.ADDRESS_CONFIRMATION, occasion, at=world.at, registrant_id=pk)
