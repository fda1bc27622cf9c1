"""The trail as it is read: in words, by administrators and auditors, and changed by nobody."""

import pytest
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.urls import reverse

from pledge.actions import authorizations
from pledge.admin.titles import title_of
from pledge.models import AccessEntry, EventType, ProgramEvent
from pledge.rules.refusals import Refused
from tests.lives import authorized, ready, registered
from tests.pledge.admin.world import World, newest_act, page_of

LIST = "admin:pledge_programevent_changelist"


def shown(world: World, **query: str) -> HttpResponse:
    return world.administrator.get(reverse(LIST), query)


def page(event: ProgramEvent) -> str:
    return reverse("admin:pledge_programevent_change", args=[event.pk])


class TestAccessEntries:
    def test_name_who_read_what_in_words(self, world: World) -> None:
        life = ready(world.program, world.at)
        for client in (world.prescriber, world.assistant, world.administrator):
            assert client.get(page_of(life)).status_code == 200
        address = reverse("admin:pledge_accessentry_changelist")
        shown = world.administrator.get(address, {"q": life.number, "what": "registrant_read"})
        body = shown.content.decode()
        assert "Dana Doe · Designee, for Dr. Paula Prescott" in body
        assert "Dr. Paula Prescott · Prescriber" in body
        assert "Ada Admin · Program administrator" in body
        assert {row.what for row in shown.context["cl"].result_list} == {"registrant_read"}
        assert "registrant_read<" not in body
        assert "Mar 11, 2027, 10:00 AM" in body
        entry = AccessEntry.objects.filter(actor_kind="designee").latest("pk")
        one = world.administrator.get(reverse("admin:pledge_accessentry_change", args=[entry.pk])).content.decode()
        assert "A registrant&#x27;s page" in one
        assert "Dana Doe · Designee" in one


class TestTheTrail:
    def test_says_in_words_what_happened_and_in_which_capacity(self, world: World) -> None:
        authorized(world.program, world.at)
        body = shown(world).content.decode()
        assert "Authorization issued" in body
        assert "Dr. Paula Prescott · Prescriber" in body
        assert "Corner Pharmacy / rph-17 · Pharmacy" in body
        assert "authorization_issued</td>" not in body

    def test_names_what_was_refused_with_every_reason(self, world: World) -> None:
        life = registered(world.program, world.at)
        given = {"registrant": life.registrant, "pharmacy": world.program.pharmacy, "days_supply": 30}
        with pytest.raises(Refused):
            authorizations.authorize(**given, by=world.program.counter, at=world.at)
        event = ProgramEvent.objects.filter(type=EventType.ACT_REFUSED).latest("pk")
        assert title_of(event) in shown(world).content.decode()
        body = world.administrator.get(page(event)).content.decode()
        assert "Why it was refused" in body
        assert "consent_missing" in body

    def test_is_narrowed_by_who_acted(self, world: World) -> None:
        authorized(world.program, world.at)
        rows = shown(world, actor="pharmacy").context["cl"].result_list
        assert {row.actor_kind for row in rows} == {"pharmacy"}

    def test_shows_what_changed_and_its_place_in_the_chain(self, world: World) -> None:
        event = ready(world.program, world.at).registrant.events.earliest("pk")
        body = world.administrator.get(page(event)).content.decode()
        assert event.digest in body
        assert "Can become pregnant" in body
        assert AccessEntry.objects.filter(what="programevent_read", registrant=event.registrant).count() == 1

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_takes_no_change(self, world: World, method: str) -> None:
        event = newest_act()
        for address in (reverse(LIST), page(event)):
            assert getattr(world.administrator, method)(address).status_code == 405

    def test_is_kept_by_the_database_too(self, world: World) -> None:
        event = newest_act()
        rows = ProgramEvent.objects.filter(pk=event.pk)
        for change in (lambda: rows.update(actor_name="Somebody Else"), rows.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_has_no_page_for_a_number_that_none_bears(self, world: World) -> None:
        assert world.administrator.get(f"/admin/pledge/programevent/{10**30}/").status_code == 404
