"""The program's home: what waits, with why and the one button that leads there."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from pledge.actions import authorizations, holds
from pledge.actions.participants import certify, suspend
from pledge.models import Deviation, FollowUp
from tests.lives import authorized, ready, registered
from tests.pledge.admin.world import World, take


def titles(client: Client) -> dict[str, list[str]]:
    return {group.title: [task.why for task in group.first] for group in client.get("/admin/").context["tasks"]}


@pytest.fixture
def quiet(world: World) -> World:
    """A world in which nothing waits but the rules, and the designee's attestation that ends today."""
    certify(
        party=world.designee, certified_through=world.today + timedelta(days=200), by=world.program.administrator,
        at=world.at,
    )  # fmt: skip
    return world


class TestTheHome:
    def test_says_what_to_do_first_with_the_hours_left(self, quiet: World) -> None:
        life = authorized(quiet.program, quiet.at)
        holds.report_pregnancy(
            registrant=life.registrant, by=quiet.program.clinic, at=quiet.at - timedelta(hours=5, minutes=10)
        )
        found = titles(quiet.administrator)
        assert next(iter(found)) == "Follow-ups"
        assert found["Follow-ups"] == [f"Registrant {life.number}. 18 hours left."]
        shown = quiet.administrator.get("/admin/").content.decode()
        assert reverse("admin:pledge_followup_change", args=[FollowUp.objects.get().pk]) in shown

    def test_says_which_dispense_was_reported(self, quiet: World) -> None:
        life = ready(quiet.program, quiet.at)
        reported = authorizations.report_dispense(
            registrant=life.registrant, pharmacy=quiet.program.pharmacy, days_supply=30, by=quiet.program.counter,
            note="The <i>line</i> was down.", at=quiet.at,
        )  # fmt: skip
        (said,) = titles(quiet.administrator)["Deviations and non-compliance"]
        assert said.startswith("Corner Pharmacy handed over 30 days of supply on March 11, 2027")
        assert f"to {life.number} without an authorization. Report {reported.report_number}." in said
        assert said.endswith("The pharmacy says: “The <i>line</i> was down.”")  # read off the page as text
        address = reverse("admin:pledge_deviation_step", args=[Deviation.objects.get().pk, "close"])
        take(quiet.administrator, address, note="Trained again.")
        assert "Deviations and non-compliance" not in titles(quiet.administrator)

    def test_names_certifications_that_end_soon_or_ended_lately(self, world: World) -> None:
        said = titles(world.administrator)["Certifications"]
        assert said == ["Ends today."]
        pharmacy, other = world.program.pharmacy, world.program.other_pharmacy
        by = world.program.administrator
        certify(party=pharmacy, certified_through=world.today + timedelta(days=30), by=by, at=world.at)
        before = world.at - timedelta(days=40)
        certify(party=other, certified_through=world.today - timedelta(days=3), by=by, at=before)
        assert titles(world.administrator)["Certifications"] == [
            "Ran out on March 8.",
            "Ends today.",
            "Ends on April 10, in 30 days.",
        ]
        suspend(party=pharmacy, by=by, at=world.at)
        assert len(titles(world.administrator)["Certifications"]) == 2
        shown = world.administrator.get(reverse("admin:certifications")).content.decode()
        assert "Ran out on March 8." in shown

    def test_names_records_that_look_alike(self, quiet: World) -> None:
        first, second = registered(quiet.program, quiet.at), registered(quiet.elsewhere, quiet.at)
        (said,) = titles(quiet.administrator)["Likely duplicates"]
        assert first.number in said
        assert second.number in said

    def test_shows_the_first_few_of_a_kind_and_says_how_many_more(self, quiet: World) -> None:
        for _ in range(7):
            life = registered(quiet.program, quiet.at)
            holds.report_pregnancy(registrant=life.registrant, by=quiet.program.clinic, at=quiet.at)
        shown = quiet.administrator.get("/admin/")
        group = shown.context["tasks"][0]
        assert (len(group.first), group.number) == (5, 7)
        assert "2 more" in shown.content.decode()
        assert quiet.administrator.get(group.others).context["cl"].result_count == 7
        done = group.others.replace("open", "closed")
        assert quiet.administrator.get(done).context["cl"].result_count == 0
        assert shown.content.decode().count("Open the follow-up") == 5

    def test_is_calm_where_nothing_waits(self, quiet: World) -> None:
        assert list(titles(quiet.administrator)) == ["Rules to approve"]
