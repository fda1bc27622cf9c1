"""Steps about a registrant: each form calls its action, and shows every reason where it is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import time_machine

from consents.actions.invitations import invite
from consents.actions.signing import sign
from consents.vocabulary import IdentityCheck
from pledge.actions import holds, pregnancy_tests, registrants
from pledge.admin.once import act_of
from pledge.admin.steps import STEPS
from pledge.models import EventType as Event
from pledge.models import Registrant
from pledge.rules.refusals import RefusalCode as Code
from pledge.rules.vocabulary import ConsentForm, Method, Signer, TestResult
from pledge.trail import by_registrant
from tests.consents.papers import a_scan
from tests.lives import (
    CANNOT,
    PILL_AND_CONDOM,
    UNDER_2021,
    Life,
    a_test,
    authorized,
    confirmed,
    enrolled,
    on_treatment,
    ready,
    registered,
    signed,
)
from tests.pledge.admin.world import PASSPHRASE, World, a_world, newest_act, page_of, refused_with, step_of, take

CHOSEN = {"pin": "402817", "pin_again": "402817", "identity_check": "photo_id"}
METHODS = sorted(method.value for method in PILL_AND_CONDOM)


def new(world: World) -> Life:
    return registered(world.program, world.at)


def new_signed_by_registrant(world: World) -> Life:
    life = new(world)
    for form in ConsentForm:
        own = by_registrant(life.registrant)
        sign(registrant=life.registrant, form=form, signer=Signer.REGISTRANT, by=own, at=world.at)
    return life


def invited(world: World) -> Life:
    life = new(world)
    check = IdentityCheck.PHOTO_ID
    invite(
        registrant=life.registrant, signer=Signer.REGISTRANT, pin="402817", identity_check=check,
        by=world.program.clinic, at=world.at,
    )  # fmt: skip
    return life


def negative(world: World) -> Life:
    life = enrolled(world.program, world.at)
    a_test(life, world.at)
    return life


def to_answer(world: World) -> Life:
    life = negative(world)
    confirmed(life, world.at)
    return life


def open_window(world: World) -> Life:
    return ready(world.program, world.at)


def treated(world: World) -> Life:
    return on_treatment(world.program, world.at)


def with_home_tests(world: World) -> Life:
    life = open_window(world)
    pregnancy_tests.permit_home_tests(registrant=life.registrant, by=world.program.clinic, at=world.at)
    return life


def held(world: World) -> Life:
    life = open_window(world)
    holds.report_pregnancy(registrant=life.registrant, by=world.program.clinic, at=world.at)
    return life


def held_then_negative(world: World) -> Life:
    life = enrolled(world.program, world.at)
    holds.report_pregnancy(registrant=life.registrant, by=world.program.clinic, at=world.at - timedelta(days=3))
    a_test(life, world.at)
    return life


def ended(world: World) -> Life:
    life = treated(world)
    registrants.end_treatment(
        registrant=life.registrant, last_dose_on=world.today, by=world.program.clinic, at=world.at
    )
    return life


class Taken(NamedTuple):
    slug: str
    life: Callable[[World], Life]
    fields: dict[str, Any]
    event: Event
    leads_to: str = ""


STEPS_TAKEN = [
    Taken("record-test", treated, {"result": "negative"}, Event.TEST_RECORDED, leads_to="confirm-month"),
    Taken("record-test", treated, {"result": "positive", "setting": "home"}, Event.TEST_RECORDED),
    Taken("confirm-month", negative, {"methods": METHODS, "counseled": "on"}, Event.MONTH_CONFIRMED),
    Taken("confirm-month", open_window, {"statement": "same"}, Event.CONFIRMATION_CORRECTED),
    Taken("record-answers", to_answer, {"methods": METHODS, "correct": "yes"}, Event.QUESTIONS_ANSWERED),
    Taken("cancel-window", open_window, {}, Event.WINDOW_CANCELLED),
    Taken("correct-test", open_window, {"specimen_on": "2027-03-11", "to": "2027-03-10"}, Event.TEST_CORRECTED),
    Taken("permit-home-tests", treated, {}, Event.HOME_TESTS_PERMITTED),
    Taken("withdraw-home-tests", with_home_tests, {}, Event.HOME_TESTS_WITHDRAWN),
    Taken("report-pregnancy", open_window, {}, Event.PREGNANCY_REPORTED),
    Taken("invite-to-sign", new, CHOSEN, Event.SIGNER_INVITED),
    Taken("send-link-again", invited, {}, Event.SIGNING_LINK_SENT),
    Taken("set-pin", invited, CHOSEN, Event.SIGNER_INVITED),
    Taken("close-link", invited, {"because": "Sent to a wrong address."}, Event.SIGNING_LINK_REVOKED),
    Taken("record-paper-consent", new, {"signer": "registrant", "scan": a_scan}, Event.FORM_SIGNED),
    Taken("countersign", new_signed_by_registrant, {"agreed": "on", "password": PASSPHRASE}, Event.FORM_SIGNED),
    Taken("change-contact", new, {"name": "Robin Rivera", "language": "es"}, Event.CONTACT_CHANGED),
    Taken("change-category", treated, {"basis": "hysterectomy"}, Event.CATEGORY_CHANGED),
    Taken("end-treatment", treated, {}, Event.TREATMENT_ENDED),
    Taken("discontinue", treated, {"reason": "side_effects"}, Event.REGISTRANT_DISCONTINUED),
    Taken("begin-again", ended, {}, Event.REGISTRANT_REENROLLED),
    Taken("clear-hold", held_then_negative, {"reason": "Confirmed negative twice."}, Event.HOLD_CLEARED),
]


def said(row: Any) -> str:
    return f"{row.slug}-{row.life.__name__}"


class TestAStep:
    @pytest.mark.parametrize("taken", STEPS_TAKEN, ids=said)
    def test_calls_its_action_for_the_prescriber(self, world: World, taken: Taken) -> None:
        life = taken.life(world)
        fields = {name: said() if callable(said) else said for name, said in taken.fields.items()}
        answer = take(world.prescriber, step_of(life, taken.slug), **fields)
        assert answer.status_code == 302
        assert answer.url == (step_of(life, taken.leads_to) if taken.leads_to else page_of(life))
        event = newest_act(life.registrant)
        assert (event.type, event.actor_name, event.at) == (taken.event, world.program.prescriber.name, world.at)
        assert event.act == act_of(STEPS[Registrant][taken.slug])

    @pytest.mark.parametrize("taken", STEPS_TAKEN[:4], ids=said)
    def test_keeps_both_names_where_a_designee_takes_it(self, world: World, taken: Taken) -> None:
        life = taken.life(world)
        take(world.assistant, step_of(life, taken.slug), **taken.fields)
        event = newest_act(life.registrant)
        assert (event.type, event.actor_name) == (taken.event, "Dana Doe")
        assert event.on_behalf_of == world.program.prescriber.name

    def test_is_each_one_covered(self) -> None:
        elsewhere = {"enroll", "enroll-again", "transfer", "merge"}
        assert {taken.slug for taken in STEPS_TAKEN} | elsewhere == set(STEPS[Registrant])

    def test_is_shown_where_it_makes_sense_only(self, world: World) -> None:
        shown = world.prescriber.get(page_of(new(world))).content.decode()
        assert 'href="invite-to-sign/"' in shown
        assert 'href="countersign/"' not in shown
        assert 'href="clear-hold/"' not in shown
        assert 'href="cancel-window/"' not in shown


class Denied(NamedTuple):
    slug: str
    life: Callable[[World], Life]
    fields: dict[str, Any]
    codes: set[Code]


REFUSALS = [
    Denied(
        "confirm-month", new, {"methods": ["male_condom"], "counseled": "on", "days_supply": 60},
        {
            Code.CONSENT_MISSING, Code.TEST_MISSING, Code.PRIMARY_METHOD_MISSING, Code.SECOND_METHOD_MISSING,
            Code.SUPPLY_OVER_LIMIT,
        },
    ),
    Denied("confirm-month", negative, {"methods": ["abstinence"], "counseled": "on"}, {Code.ABSTINENCE_UNACKNOWLEDGED}),
    Denied("record-answers", negative, {"methods": METHODS, "correct": "yes"}, {Code.COUNSELING_MISSING}),
    Denied("cancel-window", negative, {}, {Code.WINDOW_EXPIRED}),
    Denied("clear-hold", held, {"reason": "A mistake."}, {Code.TEST_MISSING}),
    Denied("change-category", treated, {"category": "cannot_become_pregnant"}, {Code.CATEGORY_UNCONFIRMED}),
    Denied("change-category", ended, {"basis": "hysterectomy"}, {Code.TREATMENT_ENDED}),
    Denied("end-treatment", ended, {}, {Code.TREATMENT_ENDED}),
    Denied("discontinue", ended, {"reason": "other"}, {Code.TREATMENT_ENDED}),
]  # fmt: skip


class TestARefusal:
    @pytest.mark.parametrize("denied", REFUSALS, ids=said)
    def test_shows_every_reason_and_keeps_what_was_entered(self, world: World, denied: Denied) -> None:
        life = denied.life(world)
        answer = take(world.prescriber, step_of(life, denied.slug), **denied.fields)
        assert refused_with(answer) == denied.codes
        for name, value in denied.fields.items():
            kept = answer.context["form"][name].value()
            assert kept in (value, str(value), True), name
        asked_only = STEPS[Registrant][denied.slug].weighed
        assert (newest_act(life.registrant).type == Event.ACT_REFUSED) is not asked_only

    def test_shows_the_earliest_day(self, world: World) -> None:
        life = enrolled(world.program, world.at, days_ago=10)
        answer = take(world.prescriber, step_of(life, "confirm-month"), methods=METHODS, counseled="on")
        assert Code.WAITING_PERIOD in refused_with(answer)
        assert "Earliest on Wednesday, March 31, 2027" in answer.content.decode()

    def test_names_a_designee_who_is_not_attested(self, world: World) -> None:
        life = treated(world)
        world.designee.__class__.objects.filter(pk=world.designee.pk).update(suspended_at=world.at)
        answer = take(world.assistant, step_of(life, "record-test"), result="negative", setting="clia_lab")
        assert refused_with(answer) == {Code.DESIGNEE_NOT_ATTESTED}

    def test_keeps_a_designee_from_clearing_a_hold(self, world: World) -> None:
        life = held_then_negative(world)
        answer = take(world.assistant, step_of(life, "clear-hold"), reason="Negative.")
        assert refused_with(answer) == {Code.ON_HOLD}

    def test_keeps_a_designee_from_countersigning(self, world: World) -> None:
        assert world.assistant.get(step_of(new_signed_by_registrant(world), "countersign")).status_code == 404

    def test_comes_before_the_others_have_signed(self, world: World) -> None:
        fields = {"agreed": "on", "password": PASSPHRASE, "form_name": "informed_consent"}
        assert refused_with(take(world.prescriber, step_of(new(world), "countersign"), **fields)) == {
            Code.CONSENT_MISSING
        }


class TestInputThatCannotBeTrue:
    @pytest.mark.parametrize(
        ("slug", "field", "fields"),
        [
            ("record-test", "specimen_on", {"specimen_on": "2027-03-12", "result": "negative", "setting": "home"}),
            ("record-test", "specimen_on", {"specimen_on": "1999-01-01", "result": "negative", "setting": "home"}),
            ("record-test", "result", {"result": "maybe", "setting": "home"}),
            ("confirm-month", "visit_on", {"visit_on": "2027-03-12", "statement": "same"}),
            ("confirm-month", "specimen_on", {"specimen_on": "2027-02-01", "statement": "same"}),
            ("confirm-month", "statement", {}),
            ("confirm-month", "statement", {"statement": "same", "methods": ["iud", "male_condom"]}),
            ("confirm-month", "methods", {"statement": "other"}),
            ("confirm-month", "methods", {"methods": ["luck"], "statement": "other"}),
            ("correct-test", "to", {"specimen_on": "2027-03-11", "to": "2027-03-12"}),
            ("end-treatment", "last_dose_on", {"last_dose_on": "2027-03-12"}),
            ("change-category", "category", {"category": "can_become_pregnant"}),
            ("transfer", "prescriber", {"prescriber": "0000000000"}),
        ],
    )
    def test_is_named_at_its_field_and_nothing_is_done(
        self, world: World, slug: str, field: str, fields: dict[str, Any]
    ) -> None:
        life = open_window(world)
        before = newest_act().pk
        answer = take(world.prescriber, step_of(life, slug), **fields)
        assert field in answer.context["form"].errors
        assert newest_act().pk == before


class TestASignature:
    def test_of_every_signer_enrolls(self, world: World) -> None:
        life = registered(world.program, world.at, born_on=world.today - timedelta(days=16 * 366))
        for form in ("informed_consent", "birth_defects_consent"):
            for signer in ("registrant", "guardian"):
                said = {"form_name": form, "signer": signer, "signer_name": "A"}
                take(world.prescriber, step_of(life, "record-paper-consent"), scan=a_scan(), **said)
            take(world.prescriber, step_of(life, "countersign"), form_name=form, agreed="on", password=PASSPHRASE)
        assert life.registrant.course.enrolled_on == world.today

    def test_of_a_guardian_of_someone_of_age_is_rejected(self, world: World) -> None:
        said = {"signer": "guardian", "scan": a_scan()}
        answer = take(world.prescriber, step_of(new(world), "record-paper-consent"), **said)
        assert "signer" in answer.context["form"].errors


class TestAnAnswerRecordedAtTheClinic:
    def test_that_names_other_methods_shows_in_the_sentence(self, world: World) -> None:
        life = to_answer(world)
        take(world.prescriber, step_of(life, "record-answers"), methods=[Method.IUD.value], correct="yes")
        page = world.prescriber.get(page_of(life)).content.decode()
        assert "named different methods" in page
        assert "30 days, hormonal pill, male condom" in page
        assert "correct, intrauterine device" in page


class TestWhatALiveAuthorizationShows:
    def test_is_how_long_it_lasts(self, world: World) -> None:
        page = world.prescriber.get(page_of(authorized(world.program, world.at))).content.decode()
        assert "Authorized: a pharmacy may hand 30 days over through Wednesday, March 17, 2027." in page
        assert "authorization_active" in page

    def test_is_a_hold_once_a_test_is_positive(self, world: World) -> None:
        life = authorized(world.program, world.at)
        a_test(life, world.at, result=TestResult.POSITIVE)
        assert "On hold since Thursday, March 11, 2027" in world.prescriber.get(page_of(life)).content.decode()


def test_forms_of_a_newcomer_are_asked_for_in_words(world: World) -> None:
    life = new(world)
    assert "Informed consent by the registrant" in world.prescriber.get(page_of(life)).content.decode()
    signed(life, world.at)
    assert "Waiting for the screening test." in world.prescriber.get(page_of(life)).content.decode()


class TestConfirming:
    def test_asks_what_was_taken_since_a_later_window_passed_unused(self, world: World) -> None:
        then = world.at - timedelta(days=10)
        life = on_treatment(world.program, then, today=True)
        a_test(life, world.at)
        shown = take(world.prescriber, step_of(life, "confirm-month"), statement="same")
        assert refused_with(shown) == {Code.PRIOR_SOURCE_UNANSWERED}
        take(world.prescriber, step_of(life, "confirm-month"), statement="same", prior_source="none_taken")
        assert newest_act(life.registrant).type == Event.MONTH_CONFIRMED

    def test_offers_the_methods_of_the_month_before_and_takes_none_by_itself(self, world: World) -> None:
        life = on_treatment(world.program, world.at)
        a_test(life, world.at)
        form = world.prescriber.get(step_of(life, "confirm-month")).context["form"]
        assert "the same methods, confirmed today: hormonal pill and male condom" in str(form["statement"])
        assert (form["statement"].value(), form["methods"].value()) == (None, None)
        assert form["specimen_on"].value() == world.today.isoformat()
        assert "prior_source" not in form.fields

    def test_asks_a_visit_only_of_who_cannot_become_pregnant(self, db: None) -> None:
        with time_machine.travel(UNDER_2021, tick=False):
            world = a_world(UNDER_2021)
            life = enrolled(world.program, world.at, category=CANNOT)
            shown = world.prescriber.get(step_of(life, "confirm-month"))
            assert set(shown.context["form"].fields) == {"visit_on", "days_supply", "counseled"}
            take(world.prescriber, step_of(life, "confirm-month"), counseled="on")
            assert newest_act(life.registrant).type == Event.MONTH_CONFIRMED

    def test_is_not_offered_where_nothing_is_monthly(self, world: World) -> None:
        life = enrolled(world.program, world.at, category=CANNOT)
        assert 'href="confirm-month/"' not in world.prescriber.get(page_of(life)).content.decode()
