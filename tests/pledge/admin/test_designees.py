"""Who acts for a prescriber: the prescriber's page, the designee's, the program's steps, what is out of scope."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from pledge.actions import participants
from pledge.actions.designations import designate
from pledge.admin.steps import STEPS
from pledge.admin.visitor import visitor_behind
from pledge.models import Designation, Registrant
from pledge.rules.calendar import ONE_DAY, program_day, start_of
from pledge.rules.vocabulary import Scope, TestResult
from tests.lives import Life, enrolled
from tests.pledge.admin.world import World, newest_act, page_of, step_of, take

pytestmark = pytest.mark.django_db
OWN, FOR_WHOM = "/admin/designees/", "/admin/for-whom/"
# What a designee without any scope is still offered: what is heard from everyone.
ALWAYS = {"record-test", "report-pregnancy"}


@pytest.fixture
def life(world: World) -> Life:
    return enrolled(world.program, world.at)


def standing(world: World) -> Designation:
    return Designation.objects.get(prescriber=world.program.prescriber, designee=world.designee, ended_at=None)


def given(world: World, *scopes: Scope, **others: object) -> None:
    designate(designee=world.designee, prescriber=world.program.prescriber, scopes=scopes, by=world.program.clinic,
              at=world.at, **others)  # fmt: skip


def steps_shown(page: str) -> set[str]:
    return {slug for slug in STEPS[Registrant] if f'href="{slug}/"' in page}


class TestAPrescriber:
    def test_sees_who_acts_for_them_in_what_and_since_when(self, world, life):
        page = world.prescriber.get(OWN).content.decode()
        assert "Dana Doe" in page
        assert all(scope.label in page for scope in Scope)
        assert "None yet" in page
        assert "Through Mar 11, 2027" in page  # the annual attestation
        take(world.assistant, step_of(life, "report-pregnancy"))
        assert "None yet" not in world.prescriber.get(OWN).content.decode()

    def test_designates_someone_typed_exactly_and_is_told_what_is_wrong_otherwise(self, world):
        anew = participants.enroll_designee(
            name="Noa Nurse", email="noa@clinic.example", prescribers=[], attested_through=world.today,
            by=world.program.administrator, at=world.at,
        )  # fmt: skip
        address = reverse("admin:designee_new", args=["give"])
        assert "no designee of exactly this" in take(world.prescriber, address, designee="Noa").content.decode()
        assert "act for you already" in take(world.prescriber, address, designee="dana doe").content.decode()
        sent = take(world.prescriber, address, designee="NOA@clinic.example", scopes=["month"], ends_on=world.today)
        assert sent.url == OWN
        row = Designation.objects.get(designee=anew)
        assert (row.prescriber, row.scopes, row.ends_on) == (world.program.prescriber, ["month"], world.today)
        assert newest_act().actor_name == world.program.prescriber.name
        assert "Ends soon" in world.prescriber.get(OWN).content.decode()

    def test_changes_the_scope_which_holds_from_the_next_click(self, world, life):
        given(world, Scope.MONTH)
        assert "change-contact" not in steps_shown(world.assistant.get(page_of(life)).content.decode())
        take(world.prescriber, reverse("admin:designation_step", args=[standing(world).pk, "change"]),
             scopes=["enrollment"])  # fmt: skip
        assert steps_shown(world.assistant.get(page_of(life)).content.decode()) >= {"change-contact"}
        assert "confirm-month" not in steps_shown(world.assistant.get(page_of(life)).content.decode())

    def test_lets_their_designee_back_in(self, world):
        address = reverse("admin:let_back_in", args=[world.designee.pk])
        assert f'href="{address}"' in world.prescriber.get(OWN).content.decode()
        assert world.prescriber.get(address).status_code == 200

    def test_is_sent_to_the_program_for_a_designee_who_acts_for_another_too(self, world):
        world.designated_elsewhere()
        for client in (world.prescriber, world.stranger):
            page = client.get(OWN).content.decode()
            assert reverse("admin:let_back_in", args=[world.designee.pk]) not in page
            assert "A program administrator lets them back in" in page

    def test_takes_it_back_in_the_middle_of_a_session(self, world, life):
        assert world.assistant.get(page_of(life)).status_code == 200
        address = reverse("admin:designation_step", args=[standing(world).pk, "take-back"])
        assert world.prescriber.get(address).status_code == 200
        assert world.assistant.get(page_of(life)).status_code == 200  # looking has taken nothing back
        take(world.prescriber, address)
        assert world.assistant.get(page_of(life)).status_code in (302, 404)
        assert "Nobody acts for you" in world.prescriber.get(OWN).content.decode()
        assert "Earlier" in world.prescriber.get(OWN).content.decode()

    def test_reaches_no_designation_of_another_and_gives_none_in_their_name(self, world):
        for slug in ("change", "take-back"):
            address = reverse("admin:designation_step", args=[standing(world).pk, slug])
            assert world.stranger.get(address).status_code == 404
            assert world.stranger.post(address, {"seen": "0"}).status_code == 404
            assert world.assistant.get(address).status_code == 404
        assert set(standing(world).scopes) == set(Scope)
        assert world.assistant.get(OWN).status_code == 404


class TestADesignee:
    def test_sees_for_whom_they_act_and_is_warned_two_weeks_before_the_end(self, world):
        world.designated_elsewhere()
        page = world.assistant.get(FOR_WHOM).content.decode()
        assert page.count("Dr. Paula Prescott") >= 2
        assert "at midnight after" not in page
        given(world, Scope.MONTH, ends_on=world.today + timedelta(days=14))
        assert "at midnight after Thursday, March 25" in world.assistant.get(FOR_WHOM).content.decode()
        given(world, Scope.MONTH, ends_on=world.today + timedelta(days=15))
        assert "at midnight after" not in world.assistant.get(FOR_WHOM).content.decode()

    def test_is_offered_nothing_outside_their_scope(self, world, life):
        given(world)
        assert steps_shown(world.assistant.get(page_of(life)).content.decode()) <= ALWAYS
        assert "Reads only" in world.assistant.get(FOR_WHOM).content.decode()

    @pytest.mark.parametrize("slug", sorted(STEPS[Registrant]))
    def test_is_told_at_the_address_of_any_other_step_who_can_widen_it(self, world, life, slug):
        given(world)
        taken = STEPS[Registrant][slug]
        address = reverse("admin:pledge_registrant_new", args=[slug]) if taken.about_new else step_of(life, slug)
        shown = world.assistant.get(address)
        if taken.scope is None:
            assert shown.status_code in (200, 404)
            return
        event = newest_act()
        for answer in (shown, world.assistant.post(address, {"seen": "0"})):
            page = answer.content.decode()
            assert answer.status_code == 403
            assert f"{world.program.prescriber.name} has not given you" in page
            assert "under Designees" in page
        assert newest_act() == event

    def test_records_a_positive_test_without_any_scope_and_no_other(self, world, life):
        given(world)
        address = step_of(life, "record-test")
        sent = {"specimen_on": world.today, "setting": "clia_lab", "specimen_type": "urine"}
        refused = take(world.assistant, address, result=TestResult.NEGATIVE, **sent)
        assert "has not given you this: tests" in refused.content.decode()
        assert take(world.assistant, address, result=TestResult.POSITIVE, **sent).status_code == 302
        event = newest_act(life.registrant)
        assert (event.actor_name, event.on_behalf_of) == ("Dana Doe", world.program.prescriber.name)
        page = world.prescriber.get(page_of(life)).content.decode()
        assert f"Dana Doe for {world.program.prescriber.name}" in page  # beside the test
        assert f"by Dana Doe for {world.program.prescriber.name}" in page  # and in the timeline

    def test_enrolls_only_for_those_who_gave_them_that(self, world):
        world.designated_elsewhere()
        given(world, Scope.MONTH)
        form = world.assistant.get("/admin/pledge/registrant/new/enroll/").context["form"]
        assert list(form.fields["prescriber"].queryset) == [world.elsewhere.prescriber]

    def test_is_there_on_the_last_day_and_gone_at_midnight(self, world, life):
        given(world, Scope.MONTH, ends_on=world.today)
        midnight = start_of(world.today + ONE_DAY)
        last = visitor_behind(world.designee.user, program_day(midnight - timedelta(seconds=1)))
        assert last is not None
        assert life.registrant in last.registrants()
        assert visitor_behind(world.designee.user, program_day(midnight)) is None

    def test_confirms_with_both_names_beside_the_window(self, world, life):
        take(world.assistant, step_of(life, "record-test"), result="negative", setting="clia_lab", cycle_day=2,
             specimen_on=world.today)  # fmt: skip
        done = take(world.assistant, step_of(life, "confirm-month"), methods=["hormonal_pill", "male_condom"],
                    specimen_on=world.today, visit_on=world.today, days_supply=30, counseled="on")  # fmt: skip
        assert done.status_code == 302
        page = world.prescriber.get(page_of(life)).content.decode()
        assert f"male condom; by Dana Doe for {world.program.prescriber.name}" in page


class TestTheProgram:
    def test_designates_and_takes_back_on_the_designees_page(self, world):
        page = f"/admin/pledge/designee/{world.designee.pk}/"
        assert "Let them act for a prescriber" in world.administrator.get(page).content.decode()
        take(world.administrator, f"{page}designate/", prescriber=world.elsewhere.prescriber.npi, scopes=["course"],
             ends_on=world.today + ONE_DAY)  # fmt: skip
        row = Designation.objects.get(designee=world.designee, prescriber=world.elsewhere.prescriber)
        assert (row.scopes, row.ends_on) == (["course"], world.today + ONE_DAY)
        take(world.administrator, f"{page}end-designation/", prescriber=world.elsewhere.prescriber.pk)
        row.refresh_from_db()
        assert row.ended_at == world.at
