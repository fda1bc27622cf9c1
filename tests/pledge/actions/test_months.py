"""The month: confirmed, corrected, answered, its window cancelled."""

from datetime import UTC, datetime, timedelta

import pytest

from pledge.actions import authorizations, months, participants, pregnancy_tests, registrants
from pledge.models import EventType, MonthlyConfirmation, PrescriptionWindow
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.monthly import Attestation
from pledge.rules.refusals import RefusalCode as Code
from pledge.trail import by_registrant
from tests import lives
from tests.pledge.actions.acting import STRANGER, a_designee
from tests.pledge.happened import events, fresh, refused, rejected, types

pytestmark = pytest.mark.django_db
CAN, CANNOT = lives.CAN, lives.CANNOT
OTHER_METHODS = frozenset({words.Method.IUD, words.Method.MALE_CONDOM})


def attestation(at, **others):
    today = program_day(at)
    given = {"visit_on": today, "days_supply": 30, "specimen_on": today, "methods": lives.PILL_AND_CONDOM}
    return Attestation(**{**given, **others})


def with_a_test(program, at):
    life = lives.enrolled(program, at)
    lives.a_test(life, at)
    return life


def confirm(life, at, **others):
    by = others.pop("by", life.program.clinic)
    return months.confirm_month(registrant=life.registrant, attestation=attestation(at, **others), by=by, at=at)


class TestConfirming:
    def test_opens_the_window_of_the_specimen(self, program, at):
        life = with_a_test(program, at)
        row = confirm(life, at)
        window = row.window
        assert (window.opens_on, window.closes_on) == (program_day(at), program_day(at) + timedelta(days=6))
        assert (window.edition, window.test.specimen_on) == ("2021", program_day(at))
        assert (row.prescriber, row.designee) == (program.prescriber, None)
        assert row.methods == ["hormonal_pill", "male_condom"]

    def test_by_a_designee_keeps_both(self, program, at):
        by = a_designee(program, at)
        row = confirm(with_a_test(program, at), at, by=by)
        assert (row.prescriber, row.designee) == (program.prescriber, by.designee)

    def test_names_every_reason(self, program, at):
        life = lives.enrolled(program, at)
        participants.suspend(party=program.prescriber, by=program.administrator, at=at)
        given = {
            "registrant": life.registrant,
            "attestation": attestation(at, methods=frozenset({words.Method.MALE_CONDOM}), days_supply=31),
            "by": a_designee(program, at, attested=False),
            "at": at,
        }
        codes = (
            Code.DESIGNEE_NOT_ATTESTED,
            Code.PRESCRIBER_NOT_CERTIFIED,
            Code.TEST_MISSING,
            Code.PRIMARY_METHOD_MISSING,
            Code.SECOND_METHOD_MISSING,
            Code.SUPPLY_OVER_LIMIT,
        )
        refused(months.confirm_month, *codes, **given)

    def test_names_the_overlay_it_relied_on(self, program):
        at = datetime(2025, 3, 11, 15, tzinfo=UTC)
        life = lives.on_treatment(lives.a_program(at), at)
        lives.a_test(life, at, setting=words.TestSetting.MEDICAL_SETTING)
        with events() as told:
            confirm(life, at)
        assert told[0].overlays == ["2020-discretion"]

    @pytest.mark.parametrize(
        ("field", "named"),
        [
            ({"visit_on": 1}, "visit"),
            ({"specimen_on": 1}, "specimen"),
            ({"days_supply": 0}, "days_supply"),
            ({"days_supply": -1}, "days_supply"),
        ],
    )
    def test_of_what_cannot_be_is_rejected(self, program, at, field, named):
        life = with_a_test(program, at)
        ((name, value),) = field.items()
        said = {name: program_day(at) + timedelta(days=value) if name.endswith("_on") else value}
        given = {"registrant": life.registrant, "attestation": attestation(at, **said), "by": program.clinic}
        rejected(months.confirm_month, named, **given, at=at)

    def test_is_no_administrators(self, program, at):
        given = {"registrant": with_a_test(program, at).registrant, "attestation": attestation(at), "at": at}
        rejected(months.confirm_month, "by", **given, by=program.administrator)

    def test_is_neither_anothers_nor_the_registrants(self, program, other, at):
        life = with_a_test(program, at)
        given = {"registrant": life.registrant, "attestation": attestation(at), "at": at}
        for by in (other.clinic, by_registrant(life.registrant), STRANGER, program.counter):
            rejected(months.confirm_month, "registrant", **given, by=by)


class TestConfirmingAgain:
    def test_corrects_and_moves_nothing(self, program, at):
        life = with_a_test(program, at)
        first = confirm(life, at)
        with types() as told:
            second = confirm(life, at + timedelta(days=2), specimen_on=program_day(at), methods=OTHER_METHODS)
        assert told == [EventType.CONFIRMATION_CORRECTED]
        assert second.window == first.window
        assert PrescriptionWindow.objects.count() == 1
        assert MonthlyConfirmation.objects.filter(window=first.window).count() == 2

    def test_keeps_what_was_said_of_the_prior_source(self, program, at):
        life = lives.on_treatment(program, lives.days_before(at, 30), today=True)
        lives.a_test(life, at)
        confirm(life, at, prior_source=words.PriorSource.NONE_TAKEN)
        assert confirm(life, at, methods=OTHER_METHODS).prior_source == "none_taken"
        assert confirm(life, at, prior_source=words.PriorSource.OTHER).prior_source == "other"

    def test_completes_a_month_in_which_methods_differed(self, program, at):
        life = with_a_test(program, at)
        window = confirm(life, at).window
        lives.answered(life, at, methods=OTHER_METHODS)
        assert fresh(window).completed_at is None
        confirm(life, at + timedelta(hours=1), methods=OTHER_METHODS)
        assert fresh(window).completed_at == at + timedelta(hours=1)

    def test_of_another_specimen_is_refused_while_the_window_is_open(self, program, at):
        life = with_a_test(program, at)
        confirm(life, at)
        later = at + timedelta(days=1)
        lives.a_test(life, later)
        given = {"registrant": life.registrant, "attestation": attestation(later), "by": program.clinic, "at": later}
        refused(months.confirm_month, Code.WINDOW_ALREADY_OPEN, **given)


class TestTheVisitOfWhoCannotBecomePregnant:
    def test_opens_a_window_complete_at_once(self, program, at):
        life = lives.enrolled(program, at, category=CANNOT)
        window = lives.confirmed(life, at).window
        assert (window.specimen_on, window.test, window.completed_at) == (None, None, at)
        assert window.closes_on == program_day(at) + timedelta(days=30)

    def test_closes_the_open_window_and_opens_the_next(self, program, at):
        life = lives.enrolled(program, at, category=CANNOT)
        first = lives.confirmed(life, at).window
        second = lives.confirmed(life, at + timedelta(days=5)).window
        first.refresh_from_db()
        assert (first.stop_cause, first.closes_on) == (
            words.StopCause.NEW_VISIT,
            program_day(at) + timedelta(days=30),
        )
        assert second.opens_on == program_day(at) + timedelta(days=5)

    def test_of_the_same_day_keeps_the_window(self, program, at):
        life = lives.enrolled(program, at, category=CANNOT)
        assert lives.confirmed(life, at).window == lives.confirmed(life, at + timedelta(hours=1)).window

    def test_opens_none_in_an_edition_without_windows(self):
        at = lives.UNDER_2026
        life = lives.enrolled(lives.a_program(at), at, category=CANNOT)
        assert lives.confirmed(life, at).window is None
        assert not PrescriptionWindow.objects.exists()

    def test_keeps_its_own_window_apart_from_one_that_a_specimen_opened(self, program, at):
        life = lives.ready(program, at)
        row = registrants.change_category(
            registrant=life.registrant, category=CANNOT, basis="hysterectomy", by=program.clinic, at=at
        )
        lives.confirmed(lives.Life(program, row), at)
        causes = PrescriptionWindow.objects.filter(registrant=row).order_by("id").values_list("stop_cause", flat=True)
        assert list(causes) == [words.StopCause.NEW_VISIT, ""]

    def test_in_the_last_edition_with_windows_may_be_confirmed_late_without_one(self):
        at = datetime(2026, 11, 15, 15, tzinfo=UTC)
        life = lives.enrolled(lives.a_program(at), at, category=CANNOT)
        given = attestation(at, visit_on=program_day(lives.days_before(at, 1)), specimen_on=None, methods=frozenset())
        row = months.confirm_month(registrant=life.registrant, attestation=given, by=life.program.clinic, at=at)
        assert row.window is None


class TestAnswering:
    def test_is_taken_right_or_wrong_and_the_newest_counts(self, program, at):
        life = with_a_test(program, at)
        window = confirm(life, at).window
        lives.answered(life, at, correct=False)
        assert fresh(window).completed_at is None
        lives.answered(life, at + timedelta(hours=1))
        assert fresh(window).completed_at == at + timedelta(hours=1)

    def test_again_leaves_the_month_complete_since_the_first(self, program, at):
        life = lives.ready(program, at)
        lives.answered(life, at + timedelta(hours=1))
        assert PrescriptionWindow.objects.get(registrant=life.registrant).completed_at == at

    def test_waits_for_the_clinic(self, program, at):
        life = with_a_test(program, at)
        given = {"registrant": life.registrant, "methods": OTHER_METHODS, "correct": True}
        by = by_registrant(life.registrant)
        refused(months.answer_questions, Code.COUNSELING_MISSING, **given, by=by, at=at)

    def test_is_the_registrants_own(self, program, other, at):
        life, stranger = lives.ready(program, at), lives.registered(other, at)
        given = {"registrant": life.registrant, "methods": OTHER_METHODS, "correct": True, "at": at}
        for by in (other.clinic, by_registrant(stranger.registrant)):
            rejected(months.answer_questions, "registrant", **given, by=by)
        for by in (STRANGER, program.counter, program.administrator):
            rejected(months.answer_questions, "by", **given, by=by)

    def test_is_not_taken_of_someone_without_a_window(self, program, at):
        life = lives.enrolled(program, at, category=CANNOT)
        given = {"registrant": life.registrant, "methods": frozenset(), "correct": True}
        by = by_registrant(life.registrant)
        refused(months.answer_questions, Code.COUNSELING_MISSING, **given, by=by, at=at)

    def test_is_still_asked_of_an_open_window_after_a_change_of_category(self, program, at):
        life = with_a_test(program, at)
        confirm(life, at)
        registrants.change_category(
            registrant=life.registrant, category=CANNOT, basis="hysterectomy", by=program.clinic, at=at
        )
        lives.answered(life, at)
        assert life.registrant.answers.count() == 1

    def test_does_not_complete_a_month_of_a_former_prescriber(self, program, other, at):
        life = with_a_test(program, at)
        window = confirm(life, at).window
        registrants.transfer(registrant=life.registrant, prescriber=other.prescriber, by=program.clinic, at=at)
        lives.answered(life, at)
        assert fresh(window).completed_at is None


class TestMethods:
    @pytest.mark.parametrize(("methods", "differs"), [(lives.PILL_AND_CONDOM, False), (OTHER_METHODS, True)])
    def test_differ_or_not(self, program, at, methods, differs):
        life = with_a_test(program, at)
        row = confirm(life, at)
        lives.answered(life, at, methods=methods)
        assert months.differs(life.registrant.answers.get(), row) is differs

    def test_differ_from_nothing_where_nothing_is_confirmed(self, program, at):
        life = lives.ready(program, at)
        assert months.differs(life.registrant.answers.get(), None) is False


class TestCancelling:
    def test_revokes_what_is_live(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            window = months.cancel_window(registrant=life.registrant, by=program.clinic, at=at)
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.WINDOW_CANCELLED]
        assert window.cancelled_at == at
        assert fresh(life.authorization).status == words.AuthorizationStatus.REVOKED

    def test_needs_an_open_window_with_nothing_dispensed(self, program, at):
        by = {"by": program.clinic, "at": at}
        refused(months.cancel_window, Code.WINDOW_EXPIRED, registrant=with_a_test(program, at).registrant, **by)
        used = lives.authorized(program, at)
        authorizations.dispense(registrant=used.registrant, pharmacy=program.pharmacy, by=program.counter, at=at)
        refused(months.cancel_window, Code.AUTHORIZATION_CLOSED, registrant=used.registrant, **by)

    def test_is_refused_to_an_unattested_designee(self, program, at):
        life = lives.ready(program, at)
        by = a_designee(program, at, attested=False)
        refused(months.cancel_window, Code.DESIGNEE_NOT_ATTESTED, registrant=life.registrant, by=by, at=at)

    def test_records_an_authorization_that_died_before_as_what_it_is(self, program, at):
        life = lives.authorized(program, at)
        pregnancy_tests.correct_test(
            registrant=life.registrant,
            specimen_on=program_day(at),
            to=program_day(at) - timedelta(days=1),
            by=program.clinic,
            at=at,
        )
        participants.certify(party=program.pharmacy, certified_through=program_day(at), by=program.administrator, at=at)
        with events() as told:
            months.cancel_window(registrant=life.registrant, by=program.clinic, at=at + timedelta(days=2))
        assert [(event.type, event.actor_kind) for event in told] == [
            (EventType.AUTHORIZATION_REVOKED, "system"),
            (EventType.WINDOW_CANCELLED, "prescriber"),
        ]
