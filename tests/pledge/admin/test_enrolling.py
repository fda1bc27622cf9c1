"""Enrolling, enrolling again, handing over and merging."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pledge.actions import registrants
from pledge.models import EventType, Registrant
from pledge.rules.refusals import RefusalCode
from tests.lives import GROWN_UP, Life, ready, registered
from tests.pledge.admin.world import World, newest_act, page_of, refused_with, step_of, take

SAM = {"name": "Sam Stone", "born_on": "2001-05-06", "email": "sam@patients.example"}


def enrolling(client: Client, **fields: Any) -> HttpResponse:
    return take(client, reverse("admin:pledge_registrant_new", args=["enroll"]), **(SAM | fields))


def enrolling_again(client: Client, life: Life, **fields: Any) -> HttpResponse:
    address = reverse("admin:pledge_registrant_new", args=["enroll-again"])
    return take(client, address, **({"number": life.number, "born_on": life.born_on} | fields))


def ended(world: World) -> Life:
    life = ready(world.program, world.at)
    registrants.discontinue(
        registrant=life.registrant, reason="other", last_dose_on=world.today, by=world.program.clinic, at=world.at
    )
    return life


class TestEnrolling:
    def test_leads_to_the_new_page(self, world: World) -> None:
        answer = enrolling(world.prescriber)
        registrant = Registrant.objects.get(name="Sam Stone")
        assert answer.url == reverse("admin:pledge_registrant_page", args=[registrant.number])
        assert registrant.prescriber == world.program.prescriber

    def test_by_a_designee_is_on_the_prescriber_s_behalf(self, world: World) -> None:
        enrolling(world.assistant)
        event = newest_act()
        assert (event.actor_name, event.on_behalf_of) == ("Dana Doe", world.program.prescriber.name)

    def test_by_a_designee_of_two_says_for_whom(self, world: World) -> None:
        world.designated_elsewhere()
        assert "prescriber" in enrolling(world.assistant).context["form"].errors
        enrolling(world.assistant, prescriber=world.elsewhere.prescriber.pk)
        assert Registrant.objects.get(name="Sam Stone").prescriber == world.elsewhere.prescriber
        assert newest_act().on_behalf_of == world.elsewhere.prescriber.name

    def test_for_a_prescriber_who_is_not_theirs_is_not_possible(self, world: World) -> None:
        world.designated_elsewhere()
        other = type(world.elsewhere.prescriber).objects.create(npi="1", name="Dr. Else")
        assert "prescriber" in enrolling(world.assistant, prescriber=other.pk).context["form"].errors
        enrolling(world.prescriber, prescriber=other.pk)
        assert Registrant.objects.get(name="Sam Stone").prescriber == world.program.prescriber

    def test_by_an_administrator_names_an_npi(self, world: World) -> None:
        enrolling(world.administrator, prescriber=world.program.prescriber.npi)
        assert newest_act().actor_kind == "program"

    def test_without_a_basis_is_refused(self, world: World) -> None:
        answer = enrolling(world.prescriber, category="cannot_become_pregnant")
        assert refused_with(answer) == {RefusalCode.CATEGORY_UNCONFIRMED}
        assert answer.context["form"]["name"].value() == "Sam Stone"

    def test_someone_of_the_same_name_and_birth_date_asks_first(self, world: World) -> None:
        enrolling(world.prescriber)
        answer = enrolling(world.prescriber)
        assert "already: number" in answer.content.decode()
        assert enrolling(world.prescriber, another_person="on").status_code == 302
        assert Registrant.objects.filter(name="Sam Stone").count() == 2

    def test_someone_not_yet_born_is_rejected(self, world: World) -> None:
        assert "born_on" in enrolling(world.prescriber, born_on="2027-03-12").context["form"].errors


class TestEnrollingAgain:
    def test_takes_someone_who_ended_elsewhere_by_number_and_birth_date(self, world: World) -> None:
        life = ended(world)
        assert enrolling_again(world.stranger, life).url == page_of(life)
        life.registrant.refresh_from_db()
        assert life.registrant.prescriber == world.elsewhere.prescriber
        assert newest_act(life.registrant).type == EventType.REGISTRANT_REENROLLED

    def test_does_not_find_a_wrong_birth_date(self, world: World) -> None:
        life = ended(world)
        answer = enrolling_again(world.stranger, life, born_on="1990-01-01")
        assert "There is no registrant" in answer.content.decode() or "No registrant has" in answer.content.decode()

    def test_is_rejected_while_a_course_goes_on(self, world: World) -> None:
        life = ready(world.program, world.at)
        answer = enrolling_again(world.prescriber, life)
        assert "This registrant is enrolled and active already." in answer.content.decode()


class TestATransfer:
    def test_takes_the_registrant_out_of_sight(self, world: World) -> None:
        life = ready(world.program, world.at)
        take(world.prescriber, step_of(life, "transfer"), prescriber=world.elsewhere.prescriber.npi)
        assert world.prescriber.get(page_of(life)).status_code == 404
        shown = world.stranger.get(page_of(life))
        assert "The new prescriber confirms the month" in shown.content.decode()

    def test_to_oneself_is_rejected(self, world: World) -> None:
        life = ready(world.program, world.at)
        answer = take(world.prescriber, step_of(life, "transfer"), prescriber=world.program.prescriber.npi)
        assert "prescriber" in answer.context["form"].errors


@pytest.fixture
def two_rows_at_once(settings: Any) -> None:
    """A merge locks both records, one after the other: that is no slip."""
    settings.ZEAL_ALLOWLIST = [{"model": "pledge.Registrant", "field": None}]


@pytest.mark.usefixtures("two_rows_at_once")
class TestAMerge:
    def test_is_for_administrators(self, world: World) -> None:
        kept, gone = registered(world.program, world.at), registered(world.elsewhere, world.at)
        assert world.prescriber.get(step_of(kept, "merge")).status_code == 404
        take(world.administrator, step_of(kept, "merge"), duplicate=gone.number)
        assert world.administrator.get(page_of(gone)).status_code == 404
        assert newest_act(kept.registrant).type == EventType.RECORDS_MERGED

    def test_with_nobody_is_named_at_its_field(self, world: World) -> None:
        kept = registered(world.program, world.at)
        answer = take(world.administrator, step_of(kept, "merge"), duplicate="1")
        assert "duplicate" in answer.context["form"].errors

    def test_with_another_person_is_rejected(self, world: World) -> None:
        kept = registered(world.program, world.at)
        other = registered(world.program, world.at, born_on=GROWN_UP.replace(year=1990))
        answer = take(world.administrator, step_of(kept, "merge"), duplicate=other.number)
        assert "The two records have different dates of birth." in answer.content.decode()


class TestAnAdministrator:
    @pytest.mark.parametrize("slug", ["record-test", "confirm-month", "record-answers", "countersign", "clear-hold"])
    def test_takes_no_clinical_step(self, world: World, slug: str) -> None:
        life = ready(world.program, world.at)
        assert world.administrator.get(step_of(life, slug)).status_code == 404
        assert world.administrator.post(step_of(life, slug)).status_code == 404

    def test_reports_a_pregnancy(self, world: World) -> None:
        life = ready(world.program, world.at)
        take(world.administrator, step_of(life, "report-pregnancy"))
        assert newest_act(life.registrant).actor_name == "Ada Admin"

    def test_of_no_registrants_has_an_empty_list(self, world: World) -> None:
        User.objects.filter(username="ada").update(first_name="")
        page = world.administrator.get(reverse("admin:pledge_registrant_changelist")).content.decode()
        assert "No registrant is found here." in page
