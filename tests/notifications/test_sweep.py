"""The nightly work records what the calendar decided, tells of it, and may be run at any time, twice or at once."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from notifications import sweep
from notifications.models import Night, Notice
from notifications.sweep import SWEEP_LOCK, is_due, run_sweep
from pledge.actions import authorizations, months, participants
from pledge.models import Authorization, ProgramEvent
from pledge.rules.calendar import program_day
from tests import lives

pytestmark = pytest.mark.django_db
MISSED = ["prescriber: window_missed", "registrant: window_missed"]


class TestAMissedWindow:
    def test_is_told_the_next_morning_to_both(self, program, at, swept):
        lives.ready(program, at)
        assert "registrant: window_missed" not in swept(at, 6)
        assert swept(at, 7) == MISSED
        assert swept(at, 8) == []

    def test_is_told_late_where_nights_were_missed(self, program, at, swept):
        lives.ready(program, at)
        assert swept(at, 12) == MISSED

    @pytest.mark.parametrize("happened", ["dispensed", "cancelled"])
    def test_is_none_when(self, program, at, swept, happened):
        life = lives.ready(program, at)
        if happened == "dispensed":
            lives.dispensed(life, at)
        else:
            months.cancel_window(registrant=life.registrant, by=program.clinic, at=at)
        assert swept(at, 7) == []


class TestALockout:
    """Only editions before 2026 know it; the first missed window locks until nineteen days after the specimen."""

    @pytest.fixture
    def at(self):
        return lives.UNDER_2021

    def test_begins_and_ends_with_the_calendar(self, program, at, swept):
        lives.ready(program, at)
        swept(at, 6)
        assert swept(at, 7) == sorted([*MISSED, "registrant: locked_out"])
        assert swept(at, 18) == []
        assert swept(at, 19) == ["registrant: lockout_ended"]
        assert swept(at, 20) == []

    def test_names_the_day_it_ends(self, program, at, swept):
        lives.ready(program, at)
        swept(at, 7)
        notice = Notice.objects.get(kind="locked_out")
        assert notice.days["last_day"] == str(program_day(at) + timedelta(days=18))

    def test_follows_a_cancelled_first_window_without_calling_it_missed(self, program, at, swept):
        life = lives.ready(program, at)
        months.cancel_window(registrant=life.registrant, by=program.clinic, at=at)
        assert swept(at, 1) == ["registrant: locked_out"]

    def test_does_not_follow_a_later_window(self, program, at, swept):
        lives.on_treatment(program, at, today=True)
        assert swept(at, 7) == MISSED

    def test_ends_where_the_new_edition_begins(self, swept):
        began = datetime(2026, 11, 3, 15, tzinfo=UTC)
        lives.ready(lives.a_program(began), began)
        assert "registrant: locked_out" in swept(began, 7)
        assert swept(datetime(2026, 11, 15, 4, 59, tzinfo=UTC)) == []
        assert "registrant: lockout_ended" in swept(datetime(2026, 11, 15, 5, 0, tzinfo=UTC))


class TestAnAuthorization:
    def test_not_collected_by_its_date_lapses_and_the_pharmacy_is_told(self, program, at, swept):
        lives.authorized(program, at)
        assert "pharmacy: authorization_lapsed" not in swept(at, 6)
        assert "pharmacy: authorization_lapsed" in swept(at, 7)
        assert Authorization.objects.get().status == "lapsed"
        assert swept(at, 8) == []

    def test_without_a_window_lapses_after_thirty_days(self, program, at, swept):
        lives.authorized(program, at, category=lives.CANNOT)
        assert swept(at, 30) == []
        assert swept(at, 31) == ["pharmacy: authorization_lapsed"]

    def test_given_back_does_not_lapse(self, program, at, swept):
        life = lives.authorized(program, at)
        authorizations.reverse(registrant=life.registrant, pharmacy=program.pharmacy, by=program.counter, at=at)
        assert "pharmacy: authorization_lapsed" not in swept(at, 7)

    def test_whose_prescribers_certification_runs_out_is_suspended_with_the_next_sweep(self, at, swept):
        program = lives.a_program(at, through=program_day(at) + timedelta(days=1))
        lives.authorized(program, at)
        swept(at, 1)
        program.pharmacy.refresh_from_db()
        through = program_day(at) + timedelta(days=300)
        for pharmacy in (program.pharmacy, program.other_pharmacy):
            participants.certify(party=pharmacy, certified_through=through, by=program.administrator, at=at)
        assert swept(at, 2) == ["pharmacy: authorization_suspended"]
        assert swept(at, 2.1) == []

    def test_whose_pharmacys_activation_runs_out_is_revoked_with_the_next_sweep(self, at, swept):
        program = lives.a_program(at, through=program_day(at) + timedelta(days=1))
        lives.authorized(program, at)
        swept(at, 1)
        through = program_day(at) + timedelta(days=300)
        participants.certify(party=program.prescriber, certified_through=through, by=program.administrator, at=at)
        assert swept(at, 2) == ["pharmacy: authorization_revoked"]
        assert swept(at, 2.1) == []


def everything():
    """Give how many rows of each kind there are."""
    return {model: model.objects.count() for model in (Notice, ProgramEvent, Night)}


class TestTheSweep:
    @pytest.fixture
    def busy(self, program, at, told):
        """A program with something of most kinds due on day 7."""
        lives.ready(program, at)
        lives.authorized(program, at)
        lives.on_treatment(program, lives.days_before(at, -22))
        told()
        return lives.days_before(at, -7)

    def test_run_twice_writes_nothing_more(self, busy, told):
        first = run_sweep(at=busy)
        assert told() != []
        before = everything()
        second = run_sweep(at=busy + timedelta(hours=1))
        assert told() == []
        assert everything() == before
        assert sum(first.counts.values()) > 0
        assert sum(second.counts.values()) == 0

    def test_rehearsed_counts_what_it_would_do_and_writes_nothing(self, busy, told):
        before = everything()
        rehearsed = run_sweep(at=busy, dry_run=True)
        assert everything() == before
        assert told() == []
        done = run_sweep(at=busy)
        assert rehearsed.counts["windows missed"] == done.counts["windows missed"] == 2
        assert rehearsed.counts["authorizations lapsed"] == done.counts["authorizations lapsed"] == 1

    def test_goes_on_after_a_row_that_fails_and_names_it(self, busy, told, monkeypatch):
        fails = sweep.record_missed_window
        failed = []

        def sometimes(*, window, by, at):
            if not failed:
                failed.append(window.pk)
                raise RuntimeError("this one cannot be done")
            return fails(window=window, by=by, at=at)

        monkeypatch.setattr(sweep, "record_missed_window", sometimes)
        report = run_sweep(at=busy)
        assert report.failures == [f"prescriptionwindow {failed[0]}: RuntimeError"]
        assert report.counts["windows missed"] == 1
        assert "pharmacy: authorization_lapsed" in told()
        assert Night.objects.get().failures == 1
        monkeypatch.undo()
        assert run_sweep(at=busy).counts["windows missed"] == 1

    def test_repairs_what_an_event_should_have_told(self, program, at, told):
        lives.enrolled(program, at, days_ago=0)
        connection.run_on_commit.clear()  # the nudges were lost
        assert told() == []
        run_sweep(at=at)
        assert "registrant: address_confirmation" in told()

    def test_tells_each_kind_of_work_as_it_is_done(self, busy):
        heard = []
        report = run_sweep(at=busy, progress=lambda name, count: heard.append((name, count)))
        assert dict(heard) == report.counts

    def test_does_nothing_while_another_runs(self, busy):
        before = everything()
        parts = connection.get_connection_params()
        elsewhere = {name: parts[name] for name in ("dbname", "user", "password", "host", "port") if name in parts}
        with psycopg.connect(**elsewhere) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [SWEEP_LOCK])
            report = run_sweep(at=busy)
            assert report.skipped
            assert everything() == before
            other.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])
            assert not run_sweep(at=busy).skipped

    def test_is_due_from_two_in_the_morning_once_a_program_day(self):
        def on(clock):
            return datetime.fromisoformat(f"2026-12-0{clock}-05:00")

        assert not is_due(on("1T01:59"))
        assert is_due(on("1T02:00"))
        run_sweep(at=on("1T02:00"))
        assert not is_due(on("1T23:59"))
        assert not is_due(on("2T01:00"))
        assert is_due(on("2T02:00"))

    def test_rehearsed_is_still_due(self, at):
        run_sweep(at=at, dry_run=True)
        assert is_due(at)
