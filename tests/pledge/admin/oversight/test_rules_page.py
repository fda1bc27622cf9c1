"""The dated rules: what differs, when each takes effect, and who approved it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from pledge.actions.editions import approve_edition
from pledge.admin.oversight.approvals import stands
from pledge.models import EditionApproval
from pledge.rules.calendar import program_day
from pledge.rules.editions import EDITIONS
from pledge.rules.rulebook import digest_of
from pledge.trail import by_program
from tests.lives import UNDER_2026
from tests.pledge.admin.world import World, newest_act, take

BEFORE = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)  # twelve days before the newest takes effect
NEWEST = EDITIONS[-1].name


def approved(at: datetime, name: str = "Bruno Baker", pk: str = "99") -> None:
    approve_edition(name=NEWEST, digest=digest_of(EDITIONS[-1]), by=by_program(name, pk), at=at)


def approve_address() -> str:
    return reverse("admin:rules_approve", args=[NEWEST])


def shown(client: Client) -> str:
    return client.get(reverse("admin:rules")).content.decode()


@pytest.fixture
def ahead(db: None) -> Iterator[datetime]:
    """A day on which the newest edition is still to come."""
    with time_machine.travel(BEFORE, tick=False):
        yield BEFORE


class TestAStand:
    def test_says_when_rules_take_effect(self, ahead: datetime) -> None:
        states = {stand.rules.name: stand.state for stand in stands(program_day(ahead))}
        assert states[NEWEST] == "Takes effect in 12 days"
        assert states["2021"] == "In force now"
        assert states["2020-discretion"] == "In force now"
        assert states["2007"] == "No longer in force"

    def test_waits_for_two_until_two_have_approved(self, ahead: datetime) -> None:
        assert self._missing(ahead) == 2
        approved(ahead)
        assert self._missing(ahead) == 1
        approved(ahead, "Ada Albright", "98")
        assert self._missing(ahead) == 0

    @pytest.mark.django_db
    def test_of_what_is_past_asks_nobody(self) -> None:
        past = stands(program_day(UNDER_2026))
        assert [stand.rules.name for stand in past if stand.is_past and stand.waits] == []

    @staticmethod
    def _missing(at: datetime) -> int:
        return next(stand.missing for stand in stands(program_day(at)) if stand.rules.name == NEWEST)


class TestTheRulesPage:
    def test_shows_every_edition_with_what_differs(self, world: World) -> None:
        page = shown(world.administrator)
        for edition in EDITIONS:
            assert f"Edition {edition.name}" in page
        assert "Overlay 2020-discretion" in page
        assert "Announced for August 8, 2026, then November 15, 2026." in page
        assert "Window: cannot become pregnant</strong>: <del>office visit + 30 days</del> → none" in page

    def test_asks_for_what_is_missing_until_one_has_approved(self, world: World) -> None:
        approved(world.at)
        page = shown(world.administrator)
        assert "Approved by Bruno Baker, Mar 11, 2027" in page
        assert "1 approval missing" in page
        answer = take(world.administrator, approve_address(), agreed="on", note="Read it all.")
        assert answer.url == reverse("admin:rules")
        assert newest_act().act == "editions.approve_edition"
        assert "approval missing" not in shown(world.administrator)
        assert approve_address() not in shown(world.administrator)

    def test_takes_an_approval_of_what_was_shown_only(self, world: World) -> None:
        answer = take(world.administrator, approve_address(), agreed="on", digest="0" * 64)
        assert "read them again" in answer.content.decode()
        assert not EditionApproval.objects.exists()

    def test_says_why_the_same_administrator_is_not_the_second(self, world: World) -> None:
        take(world.administrator, approve_address(), agreed="on")
        answer = take(world.administrator, approve_address(), agreed="on")
        assert "another administrator is the second" in answer.content.decode()
        assert EditionApproval.objects.count() == 1

    def test_is_not_there_for_a_clinic(self, world: World) -> None:
        for address in (reverse("admin:rules"), approve_address()):
            assert world.prescriber.get(address).status_code == 404

    def test_has_no_page_for_rules_that_are_not_dated(self, world: World) -> None:
        assert world.administrator.get(reverse("admin:rules_approve", args=["1999"])).status_code == 404
