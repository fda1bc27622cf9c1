"""Prescribers, designees, pharmacies and wholesalers: enrolled, certified, suspended, reinstated."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from pledge.actions import participants, registrants
from pledge.models import Designee, EventType, Wholesaler
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.trail import SYSTEM
from tests import lives
from tests.pledge.actions.acting import a_designee
from tests.pledge.happened import events, fresh, rejected, types

pytestmark = pytest.mark.django_db
Status = words.AuthorizationStatus
KINDS = ("prescriber", "designee", "pharmacy", "wholesaler")


def enroll(kind, program, at, through=None, number="77"):
    through = through or program_day(at) + timedelta(days=100)
    by = {"by": program.administrator, "at": at}
    if kind == "prescriber":
        return participants.enroll_prescriber(npi=number, name="N", certified_through=through, **by)
    if kind == "designee":
        return participants.enroll_designee(name="N", prescribers=[program.prescriber], attested_through=through, **by)
    if kind == "pharmacy":
        return participants.enroll_pharmacy(number=number, name="N", certified_through=through, **by)
    return participants.enroll_wholesaler(number=number, name="N", certified_through=through, **by)


def party_of(life, kind):
    return life.program.prescriber if kind == "prescriber" else life.program.pharmacy


def suspend(life, at, kind="prescriber"):
    return participants.suspend(party=party_of(life, kind), by=life.program.administrator, at=at)


def certify(life, at, kind, days):
    through = program_day(at) + timedelta(days=days)
    by = life.program.administrator
    return participants.certify(party=party_of(life, kind), certified_through=through, by=by, at=at)


@pytest.mark.parametrize("kind", KINDS)
class TestAParty:
    def test_is_certified_from_today(self, program, at, kind):
        row = enroll(kind, program, at)
        assert row.certified_on == program_day(at)
        assert row.standing.holds(program_day(at))

    def test_is_rejected_with_a_day_that_has_passed(self, program, at, kind):
        yesterday = program_day(lives.days_before(at, 1))
        with pytest.raises(ValueError, match="certified_through"):
            enroll(kind, program, at, through=yesterday)
        row = enroll(kind, program, at)
        given = {"party": row, "certified_through": yesterday, "by": program.administrator, "at": at}
        rejected(participants.certify, "certified_through", **given)

    def test_is_suspended_and_reinstated_once_each(self, program, at, kind):
        row = enroll(kind, program, at)
        by = {"party": row, "by": program.administrator, "at": at}
        rejected(participants.reinstate, "party", **by)
        assert not participants.suspend(**by).standing.holds(program_day(at))
        rejected(participants.suspend, "party", **by)
        again = participants.reinstate(**by)
        assert (again.suspended_at, again.certified_through) == (None, row.certified_through)

    def test_ends_a_suspension_by_being_certified_again(self, program, at, kind):
        row = enroll(kind, program, at)
        by = {"party": row, "by": program.administrator}
        participants.suspend(**by, at=at)
        later = at + timedelta(days=3)
        with events() as told:
            again = participants.certify(**by, certified_through=program_day(later), at=later)
        assert (again.suspended_at, again.certified_on, again.certified_through) == (
            None,
            program_day(later),
            program_day(later),
        )
        assert [event.type for event in told] == [EventType.PARTY_CERTIFIED]
        assert set(told[0].changes[f"{kind}:{row.pk}"]) == {"suspended_at", "certified_on", "certified_through"}

    def test_that_ran_out_without_anything_live_leaves_no_event(self, program, at, kind):
        row = enroll(kind, program, at)
        with types() as told:
            participants.record_run_out(party=row, by=SYSTEM, at=at + timedelta(days=200))
        assert told == []


class TestNumbers:
    @pytest.mark.parametrize(
        ("kind", "field"), [("prescriber", "npi"), ("pharmacy", "number"), ("wholesaler", "number")]
    )
    def test_are_given_once(self, program, at, kind, field):
        enroll(kind, program, at)
        with pytest.raises(ValueError, match=f"{field}: 77 is enrolled already"):
            enroll(kind, program, at)

    def test_of_a_wholesaler_are_its_own(self, program, at):
        enroll("pharmacy", program, at)
        assert enroll("wholesaler", program, at) == Wholesaler.objects.get()


class TestADesignee:
    def test_is_recorded_with_their_prescribers(self, program, other, at):
        with events() as told:
            row = participants.enroll_designee(
                name="Dana",
                prescribers=[program.prescriber, other.prescriber],
                attested_through=program_day(at),
                by=program.administrator,
                at=at,
            )
        keys = [program.prescriber.pk, other.prescriber.pk]
        given = row.designations.in_force(program_day(at)).order_by("pk")
        assert [designation.prescriber_id for designation in given] == keys
        assert {f"designation:{designation.pk}" for designation in given} < set(told[0].changes)

    def test_acts_no_more_once_suspended(self, program, at):
        by = a_designee(program, at)
        participants.suspend(party=by.designee, by=program.administrator, at=at)
        with pytest.raises(Exception, match="designee_not_attested"):
            registrants.enroll(prescriber=program.prescriber, born_on=lives.GROWN_UP, by=by, at=at)
        assert Designee.objects.get().suspended_at == at


class TestALogIn:
    @pytest.fixture
    def user(self, db):
        return User.objects.create_user("paula")

    @pytest.fixture
    def theirs(self, program, at):
        return {"certified_through": program_day(at), "by": program.administrator, "at": at}

    def test_is_linked_to_who_is_enrolled_already(self, program, at, user):
        by = {"by": program.administrator, "at": at}
        with events() as told:
            row = participants.link_log_in(party=program.prescriber, user=user, **by)
        assert fresh(row).user == user
        assert [(event.type, event.subject_id) for event in told] == [(EventType.LOG_IN_LINKED, row.pk)]
        assert told[0].changes == {f"prescriber:{row.pk}": {"user": [None, user.pk]}}
        rejected(participants.link_log_in, "party", party=row, user=User.objects.create_user("other"), **by)

    def test_belongs_to_one_person(self, program, at, user, theirs):
        participants.enroll_prescriber(npi="77", name="N", user=user, **theirs)
        designee = a_designee(program, at).designee
        for party in (program.prescriber, designee):
            rejected(participants.link_log_in, "user", party=party, user=user, by=program.administrator, at=at)

    def test_of_someone_else_enrolls_nobody(self, program, at, user, theirs):
        participants.enroll_prescriber(npi="77", name="N", user=user, **theirs)
        rejected(participants.enroll_prescriber, "user", npi="78", name="M", user=user, **theirs)
        attested = {**theirs, "attested_through": theirs["certified_through"]}
        del attested["certified_through"]
        rejected(participants.enroll_designee, "user", name="D", prescribers=[], user=user, **attested)

    @pytest.mark.parametrize("standing", ["superuser", "auditor"])
    def test_of_the_program_is_no_clinic_s(self, program, at, standing):
        user = User.objects.create_user("victor", is_superuser=standing == "superuser")
        if standing == "auditor":
            user.groups.add(Group.objects.create(name="Auditors"))
        through, theirs = program_day(at), {"user": user, "by": program.administrator, "at": at}
        rejected(participants.enroll_designee, "user", name="D", prescribers=[], attested_through=through, **theirs)
        rejected(participants.enroll_prescriber, "user", npi="78", name="M", certified_through=through, **theirs)
        rejected(participants.link_log_in, "user", party=program.prescriber, **theirs)


class TestAPrescribersSuspension:
    def test_suspends_what_is_live_and_a_reinstatement_resumes_it(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            suspend(life, at)
        assert told == [EventType.AUTHORIZATION_SUSPENDED, EventType.PARTY_SUSPENDED]
        assert (fresh(life.authorization).status, fresh(life.authorization).suspended_at) == (Status.SUSPENDED, at)
        with types() as told:
            participants.reinstate(party=program.prescriber, by=program.administrator, at=at)
        assert told == [EventType.AUTHORIZATION_RESUMED, EventType.PARTY_REINSTATED]
        assert (fresh(life.authorization).status, fresh(life.authorization).suspended_at) == (Status.ISSUED, None)

    def test_leaves_others_alone(self, program, other, at):
        mine, theirs = lives.authorized(program, at), lives.authorized(other, at)
        suspend(mine, at)
        assert fresh(theirs.authorization).status == Status.ISSUED

    def test_records_a_lapse_where_the_date_has_passed(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            suspend(life, at + timedelta(days=8))
        assert told == [EventType.AUTHORIZATION_LAPSED, EventType.PARTY_SUSPENDED]

    def test_does_not_suspend_twice_what_ran_out_before(self, program, at):
        life = lives.authorized(program, at)
        certify(life, at, "prescriber", 1)
        later = at + timedelta(days=2)
        with events() as told:
            suspend(life, later)
        assert [(event.type, event.actor_kind) for event in told] == [
            (EventType.AUTHORIZATION_SUSPENDED, "system"),
            (EventType.PARTY_SUSPENDED, "program"),
        ]

    def test_ended_after_the_certification_ran_out_resumes_nothing(self, program, at):
        life = lives.authorized(program, at)
        certify(life, at, "prescriber", 1)
        suspend(life, at)
        later = at + timedelta(days=2)
        participants.reinstate(party=program.prescriber, by=program.administrator, at=later)
        assert fresh(life.authorization).status == Status.SUSPENDED

    def test_ended_after_the_date_resumes_nothing(self, program, at):
        life = lives.authorized(program, at)
        suspend(life, at)
        participants.reinstate(party=program.prescriber, by=program.administrator, at=at + timedelta(days=8))
        assert fresh(life.authorization).status == Status.SUSPENDED


class TestAPharmacysSuspension:
    def test_revokes_what_is_live_for_good(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            suspend(life, at, "pharmacy")
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.PARTY_SUSPENDED]
        participants.reinstate(party=program.pharmacy, by=program.administrator, at=at)
        assert fresh(life.authorization).status == Status.REVOKED

    def test_records_a_lapse_where_the_date_has_passed(self, program, at):
        life = lives.authorized(program, at)
        with types() as told:
            suspend(life, at + timedelta(days=8), "pharmacy")
        assert told == [EventType.AUTHORIZATION_LAPSED, EventType.PARTY_SUSPENDED]


class TestACertificationThatRanOut:
    def test_suspends_a_prescribers_and_resumes_them_when_certified_again(self, program, at):
        life = lives.authorized(program, at)
        certify(life, at, "prescriber", 1)
        later = at + timedelta(days=2)
        with events() as told:
            participants.record_run_out(party=program.prescriber, by=SYSTEM, at=later)
            participants.record_run_out(party=program.prescriber, by=SYSTEM, at=later)
        assert [event.type for event in told] == [EventType.AUTHORIZATION_SUSPENDED]
        certify(life, later, "prescriber", 300)
        assert fresh(life.authorization).status == Status.ISSUED

    def test_of_a_pharmacy_revokes_and_stays_so_when_certified_again(self, program, at):
        life = lives.authorized(program, at)
        certify(life, at, "pharmacy", 1)
        later = at + timedelta(days=2)
        with types() as told:
            certify(life, later, "pharmacy", 300)
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.PARTY_CERTIFIED]
        assert fresh(life.authorization).status == Status.REVOKED

    def test_that_has_not_run_out_changes_nothing(self, program, at):
        life = lives.authorized(program, at)
        participants.record_run_out(party=program.prescriber, by=SYSTEM, at=at)
        assert fresh(life.authorization).status == Status.ISSUED
