"""What the nightly work records: judgments that held already."""

from datetime import UTC, datetime, timedelta

import pytest

from pledge.actions import authorizations, months, nightly, records
from pledge.models import EventType, PrescriptionWindow
from pledge.rules import vocabulary as words
from pledge.rules.calendar import Span, program_day
from pledge.trail import SYSTEM
from tests import lives
from tests.pledge.happened import events, fresh, types

pytestmark = pytest.mark.django_db


def window_of(life):
    return PrescriptionWindow.objects.get(registrant=life.registrant)


class TestALapse:
    def test_is_recorded_once_after_the_last_day(self, program, at):
        life = lives.authorized(program, at)
        given = {"authorization": life.authorization, "by": SYSTEM}
        with types() as told:
            nightly.lapse(**given, at=at + timedelta(days=6))
            nightly.lapse(**given, at=at + timedelta(days=7))
            nightly.lapse(**given, at=at + timedelta(days=8))
        assert told == [EventType.AUTHORIZATION_LAPSED]
        assert fresh(life.authorization).lapsed_at == at + timedelta(days=7)

    def test_leaves_one_alone_that_was_used_meanwhile(self, program, at):
        life = lives.authorized(program, at)
        authorizations.dispense(registrant=life.registrant, pharmacy=program.pharmacy, by=program.counter, at=at)
        nightly.lapse(authorization=life.authorization, by=SYSTEM, at=at + timedelta(days=7))
        assert fresh(life.authorization).status == words.AuthorizationStatus.DISPENSED

    def test_without_a_date_comes_after_the_thirtieth_day(self):
        at = lives.UNDER_2026
        life = lives.authorized(lives.a_program(at), at, category=lives.CANNOT)
        given = {"authorization": life.authorization, "by": SYSTEM}
        assert nightly.lapse(**given, at=at + timedelta(days=30)).status == words.AuthorizationStatus.ISSUED
        assert nightly.lapse(**given, at=at + timedelta(days=31)).status == words.AuthorizationStatus.LAPSED


class TestAMissedWindow:
    def test_is_recorded_once_after_its_last_day(self, program, at):
        window = window_of(lives.ready(program, at))
        with types() as told:
            for days in (6, 7, 8):
                nightly.record_missed_window(window=window, by=SYSTEM, at=at + timedelta(days=days))
        assert told == [EventType.WINDOW_MISSED]
        assert fresh(window).closing_recorded_at == at + timedelta(days=7)

    def test_is_none_where_something_was_dispensed(self, program, at):
        life = lives.authorized(program, at)
        authorizations.dispense(registrant=life.registrant, pharmacy=program.pharmacy, by=program.counter, at=at)
        with types() as told:
            nightly.record_missed_window(window=window_of(life), by=SYSTEM, at=at + timedelta(days=9))
        assert told == []

    def test_is_recorded_at_once_where_it_was_stopped(self, program, at):
        life = lives.ready(program, at)
        lives.a_test(life, at, result=words.TestResult.POSITIVE)
        with types() as told:
            nightly.record_missed_window(window=window_of(life), by=SYSTEM, at=at)
        assert told == [EventType.WINDOW_MISSED]


class TestALockout:
    def lockout(self, window, at):
        return nightly.record_lockout(window=window, by=SYSTEM, at=at)

    def test_begins_and_ends_once_each(self, program, at):
        window = window_of(lives.ready(program, at))
        with events() as told:
            days = [self.lockout(window, at + timedelta(days=days)) for days in (6, 7, 8, 18, 19, 20)]
        locked = Span(program_day(at) + timedelta(days=7), program_day(at) + timedelta(days=18))
        assert days == [None, *[locked] * 5]
        assert [event.type for event in told] == [EventType.LOCKOUT_BEGAN, EventType.LOCKOUT_ENDED]
        assert told[0].changes["lockout"]["days"] == [None, [day.isoformat() for day in locked]]
        assert fresh(window).lockout_recorded_at == at + timedelta(days=7)
        assert fresh(window).release_recorded_at == at + timedelta(days=19)

    def test_first_seen_when_it_is_over_is_recorded_as_over(self, program, at):
        window = window_of(lives.ready(program, at))
        with types() as told:
            self.lockout(window, at + timedelta(days=25))
        assert told == [EventType.LOCKOUT_ENDED]
        assert fresh(window).lockout_recorded_at == at + timedelta(days=25)

    def test_follows_a_cancelled_first_window_from_its_own_first_day(self, program, at):
        life = lives.ready(program, at)
        months.cancel_window(registrant=life.registrant, by=program.clinic, at=at)
        assert self.lockout(window_of(life), at).first_day == program_day(at)

    def test_follows_no_later_window_and_none_since_2026(self, program, at):
        later = lives.on_treatment(program, at, today=True)
        newest = PrescriptionWindow.objects.filter(registrant=later.registrant).first()
        assert self.lockout(newest, at + timedelta(days=8)) is None
        then = lives.UNDER_2026
        assert self.lockout(window_of(lives.ready(lives.a_program(then), then)), then + timedelta(days=8)) is None

    def test_is_no_ones_whose_record_was_merged_away(self, program, at):
        kept, gone = lives.registered(program, at), lives.ready(program, at)
        window = window_of(gone)
        by = {"by": program.administrator, "at": at}
        records.merge(registrant=kept.registrant, duplicate=gone.registrant, **by)
        assert self.lockout(window, at + timedelta(days=8)) is None

    def test_ends_with_the_edition_that_knew_it(self):
        at = datetime(2026, 11, 5, 15, tzinfo=UTC)
        window = window_of(lives.ready(lives.a_program(at), at))
        with types() as told:
            self.lockout(window, at + timedelta(days=7))
            days = self.lockout(window, datetime(2026, 11, 15, 15, tzinfo=UTC))
        assert told == [EventType.LOCKOUT_BEGAN, EventType.LOCKOUT_ENDED]
        assert days.last_day == program_day(datetime(2026, 11, 14, 15, tzinfo=UTC))
