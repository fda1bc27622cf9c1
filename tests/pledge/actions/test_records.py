"""Two records of one person, merged into one."""

from datetime import date, timedelta

import pytest

from pledge.actions import authorizations, nightly, pregnancy_tests, records, registrants
from pledge.models import Authorization, EventType, PregnancyTest, PrescriptionWindow
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.trail import SYSTEM
from tests import lives
from tests.pledge.happened import fresh, refused, rejected, types

pytestmark = pytest.mark.django_db
CAN, CANNOT = lives.CAN, lives.CANNOT


def merge(kept, gone, at):
    return records.merge(registrant=kept.registrant, duplicate=gone.registrant, by=kept.program.administrator, at=at)


class TestAMerge:
    def test_leaves_one_live_authorization_at_most(self, program, at):
        kept, gone = lives.authorized(program, at), lives.authorized(program, at)
        with types() as told:
            merge(kept, gone, at)
        assert told == [EventType.AUTHORIZATION_REVOKED, EventType.RECORDS_MERGED]
        assert Authorization.objects.live().get() == kept.authorization

    def test_ends_the_duplicates_course_and_window(self, program, at):
        kept, gone = lives.enrolled(program, at), lives.ready(program, at)
        merge(kept, gone, at)
        row = fresh(gone.registrant)
        assert (row.merged_into, row.course.ending) == (kept.registrant, words.Ending.MERGED)
        assert PrescriptionWindow.objects.get(registrant=row).stop_cause == words.StopCause.TREATMENT_ENDED

    def test_leaves_a_course_that_had_ended_as_it_was(self, program, at):
        kept, gone = lives.enrolled(program, at), lives.enrolled(program, at)
        registrants.end_treatment(registrant=gone.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        merge(kept, gone, at)
        assert fresh(gone.registrant).course.ending == words.Ending.COMPLETED

    def test_enters_the_duplicates_tests_with_the_record_that_stays(self, program, at):
        kept, gone = lives.enrolled(program, at), lives.ready(program, at)
        entered = PregnancyTest.objects.get(registrant=gone.registrant, specimen_on=program_day(at))
        pregnancy_tests.correct_test(
            registrant=gone.registrant,
            specimen_on=program_day(at),
            to=program_day(at) - timedelta(days=1),
            by=program.clinic,
            at=at,
        )
        merge(kept, gone, at)
        specimens = PregnancyTest.objects.in_force().filter(registrant=kept.registrant)
        assert [test.specimen_on for test in specimens.order_by("specimen_on", "id")] == [
            program_day(at) - timedelta(days=30),
            program_day(at) - timedelta(days=30),
            program_day(at) - timedelta(days=1),
        ]
        assert all(test.supersedes is None for test in specimens)
        assert PregnancyTest.objects.filter(registrant=gone.registrant).count() == 3
        assert fresh(entered).superseded_at == at

    @pytest.mark.parametrize("which", ["kept", "gone"])
    def test_takes_the_hold_of_either(self, program, at, which):
        kept, gone = lives.authorized(program, at), lives.authorized(program, at)
        lives.a_test(kept if which == "kept" else gone, at, result=words.TestResult.POSITIVE)
        row = merge(kept, gone, at)
        assert row.hold_since == program_day(at)
        assert not Authorization.objects.live().exists()
        window = PrescriptionWindow.objects.get(registrant=row)
        assert (window.stop_cause, window.closes_on) == (words.StopCause.POSITIVE_TEST, program_day(at))

    def test_takes_the_later_hold_and_the_later_end_of_the_supply(self, program, at):
        kept, gone = lives.on_treatment(program, lives.days_before(at, 3)), lives.on_treatment(program, at)
        lives.a_test(kept, lives.days_before(at, 2), result=words.TestResult.POSITIVE)
        lives.a_test(gone, lives.days_before(at, 1), result=words.TestResult.POSITIVE)
        row = merge(kept, gone, at)
        assert row.hold_since == program_day(lives.days_before(at, 1))
        assert row.supply_through == fresh(gone.registrant).supply_through

    def test_takes_the_stricter_category_and_begins_anew(self, program, at):
        kept, gone = lives.authorized(program, at, category=CANNOT), lives.enrolled(program, at)
        row = merge(kept, gone, at)
        assert (row.category, row.basis, row.course.number) == (CAN, "", 2)
        assert row.courses.get(number=1).ending == words.Ending.CATEGORY_CHANGED
        assert fresh(kept.authorization).status == words.AuthorizationStatus.REVOKED

    def test_takes_the_stricter_category_of_one_whose_course_had_ended(self, program, at):
        kept, gone = lives.enrolled(program, at, category=CANNOT), lives.enrolled(program, at)
        registrants.end_treatment(registrant=kept.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        row = merge(kept, gone, at)
        assert row.courses.get(number=1).ending == words.Ending.COMPLETED
        assert row.category == CAN

    def test_keeps_the_stricter_category_of_the_record_that_stays(self, program, at):
        kept, gone = lives.authorized(program, at), lives.authorized(program, at, category=CANNOT)
        row = merge(kept, gone, at)
        assert (row.category, row.course.number) == (CAN, 1)
        assert fresh(kept.authorization).status == words.AuthorizationStatus.ISSUED

    def test_is_rejected_where_the_two_are_not_one_person(self, program, at):
        kept = lives.registered(program, at)
        other = lives.registered(program, at, born_on=date(1990, 2, 3))
        by = {"by": program.administrator, "at": at}
        for duplicate in (kept, other):
            rejected(records.merge, "duplicate", registrant=kept.registrant, duplicate=duplicate.registrant, **by)

    def test_comes_once(self, program, at):
        kept, gone, third = (lives.registered(program, at) for _ in range(3))
        merge(kept, gone, at)
        for one, two in ((kept, gone), (gone, kept), (third, gone), (gone, third)):
            given = {"registrant": one.registrant, "duplicate": two.registrant}
            rejected(records.merge, "duplicate", **given, by=program.administrator, at=at)


class TestTheRecordMergedAway:
    def test_is_not_there_for_the_clinic(self, program, at):
        kept, gone = lives.enrolled(program, at), lives.enrolled(program, at)
        merge(kept, gone, at)
        given = {"registrant": gone.registrant, "contact": {}, "by": program.clinic, "at": at}
        rejected(registrants.change_contact, "registrant", **given)
        rejected(registrants.enroll_again, "registrant", registrant=gone.registrant, prescriber=program.prescriber,
                 by=program.clinic, at=at)  # fmt: skip

    def test_is_not_enrolled_for_a_pharmacy(self, program, at):
        kept, gone = lives.enrolled(program, at), lives.authorized(program, at)
        merge(kept, gone, at)
        given = {"registrant": gone.registrant, "pharmacy": program.pharmacy, "by": program.counter, "at": at}
        refused(authorizations.authorize, Code.NOT_ENROLLED, **given, days_supply=30)
        refused(authorizations.dispense, Code.NOT_ENROLLED, **given)
        refused(authorizations.reverse, Code.AUTHORIZATION_REVOKED, **given)

    def test_still_lets_a_pharmacy_give_back_what_lapsed_before(self, program, at):
        kept, gone = lives.enrolled(program, at), lives.authorized(program, at)
        later = at + timedelta(days=8)
        nightly.lapse(authorization=gone.authorization, by=SYSTEM, at=later)
        merge(kept, gone, later)
        given = {"registrant": gone.registrant, "pharmacy": program.pharmacy, "by": program.counter, "at": later}
        assert authorizations.reverse(**given).status == words.AuthorizationStatus.REVERSED

    def test_has_what_is_reported_of_it_recorded_with_the_record_that_stays(self, program, at):
        kept, gone = lives.enrolled(program, at), lives.enrolled(program, at)
        merge(kept, gone, at)
        given = {"registrant": gone.registrant, "pharmacy": program.pharmacy, "by": program.counter, "at": at}
        reported = authorizations.report_dispense(**given, days_supply=10)
        assert reported.registrant == kept.registrant
        assert fresh(kept.registrant).supply_through == reported.covers_through
